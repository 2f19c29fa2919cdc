"""Readings of a trace: what memory each device held over the step, and what was copied.

They look at the protos alone, so they also read traces that TensorFlow wrote.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from tftutor.runtime.devices import task_of

_MEMCPY = re.compile(r"MEMCPY(\w+) (\d+) bytes \(.*\)(?: (\S+) -> (\S+))?$")
_TRANSFER = re.compile(r"(.*) = (_Send|_Recv)\((.*?) @ ?(.*?)(?:, .*)?\)$")
_RECEIVED = re.compile(r"\[.*\] (\S*) from (\S*) to (\S*)$")
_TABLES = ("/stream:", "/memcpy", "/host:")  # of a tracer, not of a device's nodes
_HOST_ALLOCATORS = ("cpu", "gpu_host_bfc")

MemoryCurve = list[tuple[float, int]]


class Transfer(NamedTuple):
    """One value that went from one device to another.

    `kind` is HtoD, DtoH or PtoP for a copy, "network" where it went to another task of a cluster,
    "same memory" where it was handed over as it is. The start counts from the beginning of the
    trace; both times are microseconds.
    """

    name: str
    source: str
    target: str
    kind: str
    nbytes: int
    start: float
    duration: float


def memory_over_step(step_stats: Any) -> dict[str, MemoryCurve]:
    """The bytes that each device held: device -> (microseconds since the trace began, bytes).

    Where the device's allocator was asked after each operation (`allocator_bytes_in_use`), these
    are its answers. Elsewhere they are the sum of what the trace says was allocated and freed, on
    top of the variables and constants that the step met. Host memory that a GPU's part of the step
    uses counts for `/device:CPU:0`. Buffers that a kernel needs only while it runs don't show.
    """
    begin = _begin(step_stats)
    curves: dict[str, MemoryCurve] = {}
    changes: dict[str, list[tuple[int, int]]] = {}
    for device in step_stats.dev_stats:
        if any(part in device.device for part in _TABLES):
            continue
        curves.setdefault(device.device, [])
        for node in device.node_stats:
            for place, time, count in _held(device.device, node):
                changes.setdefault(place, []).append((time - begin, count))
            for used in node.memory:  # an empty device answers 0, as does one that wasn't asked
                if used.allocator_name not in _HOST_ALLOCATORS:
                    end = _start(node) + _length(node) - begin
                    curves[device.device].append((end / 1000, used.allocator_bytes_in_use))
    for device_name, curve in curves.items():
        if not any(nbytes for _, nbytes in curve):
            curves[device_name] = _summed(changes.get(device_name, []))
    return curves


def _held(device: str, node: Any) -> list[tuple[str, int, int]]:
    """(device, time, bytes more or less) for what a node allocated, freed and found there."""
    host = device[:device.index("/device:")] + "/device:CPU:0" if "/device:" in device else device
    place = host if "/device:GPU" in device else device
    found = []
    for used in node.memory:
        where = place if used.allocator_name in _HOST_ALLOCATORS else device
        found += [(where, r.alloc_micros * 1000, r.alloc_bytes) for r in used.allocation_records]
    if node.memory_stats.persistent_memory_size:
        on_host = any(o.tensor_description.allocation_description.allocator_name == "cpu"
                      for o in node.output)
        found.append((place if on_host else device, _start(node),
                      node.memory_stats.persistent_memory_size))
    return found


def _summed(changes: list[tuple[int, int]]) -> MemoryCurve:
    """The running sum, one point for each time (microseconds; the changes have nanoseconds)."""
    curve: MemoryCurve = []
    total = 0
    for nanos, count in sorted(changes):
        total += count
        time = max(nanos, 0) / 1000
        if curve and curve[-1][0] == time:
            curve.pop()
        curve.append((time, total))
    return curve


def transfers(run_metadata: Any) -> list[Transfer]:
    """What went from device to device in a traced step, in the order of time.

    Args:
      run_metadata: a RunMetadata, or its StepStats.
    """
    stats = getattr(run_metadata, "step_stats", run_metadata)
    begin = _begin(stats)
    senders: dict[str, str] = {}
    copied: set[str] = set()  # edges of which the copy is in the trace itself
    rows: list[Transfer] = []
    for device in stats.dev_stats:
        for node in device.node_stats:
            match = _TRANSFER.match(node.timeline_label)
            if match is not None and match[2] == "_Send":
                senders[match[3]] = device.device
            sent = (_RECEIVED.match(node.timeline_label) if node.node_name == "RecvTensor"
                    else None)
            if sent is not None:
                copied.add(sent[1])
                nbytes = node.output[0].tensor_description.allocation_description.requested_bytes
                rows.append(Transfer(sent[1], sent[2], sent[3], "network", nbytes,
                                     (_start(node) - begin) / 1000, _length(node) / 1000))
            copy = _MEMCPY.match(node.timeline_label) if "/memcpy" in device.device else None
            if copy is not None:
                name = node.node_name.partition(":")[0]
                copied.add(name)
                ends = (copy[3], copy[4]) if copy[3] else _ends(device.device, copy[1])
                rows.append(Transfer(name, *ends, copy[1], int(copy[2]),
                                     (_start(node) - begin) / 1000, _length(node) / 1000))
    for device in stats.dev_stats:
        for node in device.node_stats:
            match = _TRANSFER.match(node.timeline_label)
            if match is None or match[2] != "_Recv" or match[3] in copied or not node.output:
                continue
            nbytes = node.output[0].tensor_description.allocation_description.requested_bytes
            arrived, end = node.op_start_rel_nanos, _length(node)
            sender = senders.get(match[3], "")
            away = sender and task_of(sender) != task_of(device.device)
            rows.append(Transfer(match[3], sender, device.device,
                                 "network" if away else "same memory", nbytes,
                                 (_start(node) + arrived - begin) / 1000, (end - arrived) / 1000))
    return sorted(rows, key=lambda row: (row.start, row.name))


def _ends(device: str, kind: str) -> tuple[str, str]:
    """Source and target of a copy that TensorFlow traced: which other GPU it was isn't told."""
    gpu = device.removesuffix("/memcpy")
    return {"HtoD": ("/device:CPU:0", gpu), "DtoH": (gpu, "/device:CPU:0")}.get(kind, (gpu, gpu))


def _begin(stats: Any) -> int:
    return min((_start(node) for device in stats.dev_stats for node in device.node_stats),
               default=0)


def _start(node: Any) -> int:
    """Nanoseconds since 1970; to the nanosecond where they were noted."""
    return int(node.all_start_nanos or node.all_start_micros * 1000)


def _length(node: Any) -> int:
    return int(node.all_end_rel_nanos or node.all_end_rel_micros * 1000)
