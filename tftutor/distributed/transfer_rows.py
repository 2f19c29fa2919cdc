"""RecvTensor rows: what went from task to task in a traced step, as TensorFlow writes it.

A task knows when a value arrived, and who sends says in a `_Send` row when it began. The session,
which has the traces of all tasks, puts the two together.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from tftutor.distributed.cluster_rendezvous import Arrival, IncomingChannel

_SEND = re.compile(r".* = _Send\((.*?) @ ")
_ROW = re.compile(r"(?:\[.*\] )?(.*) from (\S*) to (\S*)$")
_MEBI = 2**20


def write_rows(stats: Any, channels: Iterable[Any], arrivals: Sequence[Arrival], begun: int,
               epoch: int) -> None:
    """Write a row for each value that has arrived, in a table of its own for each device.

    Args:
      stats: an empty StepStats proto.
      channels: the edges of the step's part.
      begun: when the part began (nanoseconds of `perf_counter_ns`, to which `epoch` is added).
    """
    incoming = {c.edge: c for c in channels if isinstance(c, IncomingChannel)}
    tables: dict[str, Any] = {}
    for time, edges in arrivals:
        for edge in edges:
            channel = incoming.get(edge)
            if channel is None:
                continue
            target = channel.target.name
            if target not in tables:
                tables[target] = stats.dev_stats.add(device=target)
            node = tables[target].node_stats.add(
                node_name="RecvTensor", timeline_label=f"{edge} from {channel.source.name} to "
                                                       f"{target}")
            output = node.output.add(slot=0).tensor_description.allocation_description
            output.requested_bytes = channel.nbytes or 0
            end = (time + epoch) // 1000
            _set_times(node, min((begun + epoch) // 1000, end - 1), end)


def finish_rows(stats: Any) -> None:
    """Let each row begin when the value was sent, and say how much that was and how fast."""
    sent: dict[str, deque[int]] = {}
    for device in stats.dev_stats:
        for node in device.node_stats:
            match = _SEND.match(node.timeline_label)
            if match is not None:
                sent.setdefault(match[1], deque()).append(node.all_start_micros)
    for device in stats.dev_stats:
        for node in device.node_stats:
            match = _ROW.match(node.timeline_label) if node.node_name == "RecvTensor" else None
            if match is None:
                continue
            end, starts = node.all_start_micros + node.all_end_rel_micros, sent.get(match[1])
            if starts:  # the clocks of two machines may differ
                _set_times(node, min(starts.popleft(), end - 1), end)
            nbytes = node.output[0].tensor_description.allocation_description.requested_bytes
            node.timeline_label = (f"{_size(nbytes)} {_rate(nbytes, node.all_end_rel_micros)} "
                                   f"{match[1]} from {match[2]} to {match[3]}")


def _set_times(node: Any, start: int, end: int) -> None:
    node.all_start_micros = start
    node.op_end_rel_micros = node.all_end_rel_micros = end - start


def _size(nbytes: int) -> str:
    return f"[{nbytes / _MEBI:.1f}MB]" if nbytes >= _MEBI / 10 else f"[{nbytes}B]"


def _rate(nbytes: int, micros: int) -> str:
    megabits = np.float32(8 * nbytes / micros)  # as many digits as TensorFlow has
    return f"[{megabits / 1000:.1f}Gb/s]" if megabits >= 1000 else f"[{megabits:.6f}Mb/s]"
