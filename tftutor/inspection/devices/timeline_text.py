"""A timeline as text: one line a device, time from left to right.

    Step of 1.20 ms, 60 columns of 20.0 us.   # computes   - copies   ~ waits
    CPU:0              ~~~~~~~~~~~~~~~~~~~~~~~~~~~~-#               busy   3 %
    GPU:0 (simulated)  -##########################~                 busy  52 %

What a column shows is what took most of its time. Below stand each device's longest operations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_COMPUTES, _COPIES, _WAITS = "#-~"
_TABLES = ("/stream:", "/memcpy", "/host:")
_LONGEST = 3
_TRANSFER = re.compile(r" = (_Send|_Recv)\((.*?) @")


class _Stretch(NamedTuple):
    """A stretch of time (nanoseconds) of one device; `what` is a character of the picture."""

    what: str
    start: int
    end: int
    op: str


def timeline_text(step_stats: Any, width: int = 60) -> str:
    """Draw a trace.

    Args:
      step_stats: a StepStats proto, of one device or of several.
      width: how many columns the step takes.

    Returns: lines of text; the same for the same statistics.
    Raises: ValueError when there is nothing in the trace.
    """
    devices = [device for device in step_stats.dev_stats
               if not any(table in device.device for table in _TABLES)]
    nodes = [node for device in devices for node in device.node_stats]
    if not nodes:
        raise ValueError("step_stats has no nodes: run the step with "
                         "tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE) and a "
                         "tf.RunMetadata()")
    begin = min(_start(node) for node in nodes)
    length = max(max(_start(node) + _length(node) for node in nodes) - begin, 1)
    sent = {match[2]: _start(node) - begin for node in nodes
            if (match := _TRANSFER.search(node.timeline_label)) and match[1] == "_Send"}
    rows = {_title(device): list(_stretches(device, begin, sent)) for device in devices}
    margin = max(len(title) for title in rows)
    lines = [f"Step of {_duration(length)}, {width} columns of {_duration(length / width)}.   "
             f"{_COMPUTES} computes   {_COPIES} copies   {_WAITS} waits"]
    for title, stretches in sorted(rows.items()):
        busy = sum(s.end - s.start for s in stretches if s.what == _COMPUTES)
        lines.append(f"{title:<{margin}}  {_bar(stretches, length, width)}  "
                     f"busy {100 * busy / length:3.0f} %")
    for title, stretches in sorted(rows.items()):
        lines += [f"{title:<{margin}}  {line}" for line in _longest(stretches)]
    return "\n".join(lines)


def _title(device: Any) -> str:
    """`GPU:0 (simulated)`."""
    simulated = any("simulated" in name for name in device.thread_names.values())
    job, _, name = device.device.rpartition("/device:")
    task = "" if job in ("", "/job:localhost/replica:0/task:0") else f"{job}/"
    return f"{task}{name}{' (simulated)' if simulated else ''}"


def _stretches(device: Any, begin: int, sent: dict[str, int]) -> Iterator[_Stretch]:
    """What a device did when; a node waits for its inputs, or copies them, before it begins.

    `sent` says when the value of each edge was sent: what another task sends is awaited until then.
    """
    for node in device.node_stats:
        start, end = _start(node) - begin, _start(node) - begin + _length(node)
        middle = start + (node.op_start_rel_nanos or node.op_start_rel_micros * 1000)
        kind = node.timeline_label.partition(" = ")[2].partition("(")[0]
        if kind == "_Recv":
            edge = _TRANSFER.search(node.timeline_label)
            if middle == start and edge is not None:
                middle = min(max(start, sent.get(edge[2], start)), end)
            yield _Stretch(_WAITS, start, middle, node.node_name)
            yield _Stretch(_COPIES, middle, end, node.node_name)
        elif kind != "_Send":
            yield _Stretch(_COPIES, start, middle, node.node_name)
            yield _Stretch(_COMPUTES, middle, end, node.node_name)


def _bar(stretches: list[_Stretch], length: int, width: int) -> str:
    shares: list[dict[str, float]] = [{} for _ in range(width)]
    for stretch in stretches:
        first, last = stretch.start * width / length, stretch.end * width / length
        for column in range(int(first), min(int(last) + 1, width)):
            share = min(last, column + 1) - max(first, column)
            if share > 0:
                shares[column][stretch.what] = shares[column].get(stretch.what, 0.0) + share
    return "".join(_character(share) for share in shares)


def _character(share: dict[str, float]) -> str:
    """What took most of a column; blank when nothing took a tenth of it."""
    what = max(_COMPUTES + _COPIES + _WAITS, key=lambda kind: share.get(kind, 0.0))
    return what if share.get(what, 0.0) >= 0.1 else " "


def _longest(stretches: list[_Stretch]) -> list[str]:
    times: dict[str, int] = {}
    for stretch in stretches:
        if stretch.what == _COMPUTES and stretch.end > stretch.start:
            times[stretch.op] = times.get(stretch.op, 0) + stretch.end - stretch.start
    ordered = sorted(times.items(), key=lambda item: (-item[1], item[0]))
    return [f"{_duration(time):>9}  {name}" for name, time in ordered[:_LONGEST]]


def _start(node: Any) -> int:
    """Nanoseconds since 1970."""
    return int(node.all_start_nanos or node.all_start_micros * 1000)


def _length(node: Any) -> int:
    return int(node.all_end_rel_nanos or node.all_end_rel_micros * 1000)


def _duration(nanos: float) -> str:
    """`850 ns`, `12.3 us`, `4.56 ms`, `1.20 s`."""
    for unit, size, digits in (("s", 1e9, 2), ("ms", 1e6, 2), ("us", 1e3, 1)):
        if nanos >= size:
            return f"{nanos / size:.{digits}f} {unit}"
    return f"{nanos:.0f} ns"
