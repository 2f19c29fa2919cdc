"""Who held a device's memory when it held most: from the records of a trace.

A trace says of each operation what it allocated and when that was freed, and of variables and
constants how much they keep. What a device has received is called a copy of the tensor. Where an
allocator was asked for its bytes in use, it may know of more: what other sessions hold, or what a
kernel needs only while it runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tftutor.client.step_readings import MemoryCurve
from tftutor.inspection.devices.model import Holder, Memory
from tftutor.inspection.devices.trace import received_tensor

OTHERS = "(others: held before the step, or only inside a kernel)"
_HOST_ALLOCATORS = ("cpu", "gpu_host_bfc")
_TABLES = ("/stream:", "/memcpy", "/host:")


class _Held(NamedTuple):
    """Bytes of one operation from when to when (microseconds); `end` is None after the step."""

    op: str
    nbytes: int
    start: float
    end: float | None


def memory_of_lanes(step_stats: Any, curves: Mapping[str, MemoryCurve]) -> dict[str, Memory]:
    """The memory of each device, by its name. `curves` are those of `memory_over_step`."""
    tables = [d for d in step_stats.dev_stats if not any(part in d.device for part in _TABLES)]
    begin = min((_start(node) for table in tables for node in table.node_stats), default=0)
    held: dict[str, list[_Held]] = {}
    asked: set[str] = set()
    for table in tables:
        for node in table.node_stats:
            for where, record in _records(table.device, node, begin):
                held.setdefault(where, []).append(record)
            if any(used.allocator_bytes_in_use for used in node.memory
                   if used.allocator_name not in _HOST_ALLOCATORS):
                asked.add(table.device)
    return {device: _memory(curve, held.get(device, []), device in asked)
            for device, curve in curves.items() if curve}


def _records(device: str, node: Any, begin: int) -> list[tuple[str, _Held]]:
    host = f"{device.rpartition('/device:')[0]}/device:CPU:0" if "/device:GPU" in device else device
    tensor = received_tensor(node.timeline_label)
    name = f"copy of {tensor}" if tensor else node.node_name
    found = []
    for used in node.memory:
        where = host if used.allocator_name in _HOST_ALLOCATORS else device
        found += [(where, record) for record in _pairs(name, used, begin)]
    persistent = node.memory_stats.persistent_memory_size
    if persistent:
        on_host = any(o.tensor_description.allocation_description.allocator_name == "cpu"
                      for o in node.output)
        found.append((host if on_host else device,
                      _Held(node.node_name, persistent, (_start(node) - begin) / 1000, None)))
    return found


def _pairs(op: str, used: Any, begin: int) -> list[_Held]:
    """What an operation took from an allocator; each record of freeing follows its taking."""
    found: list[_Held] = []
    for record in used.allocation_records:
        time = max(record.alloc_micros * 1000 - begin, 0) / 1000
        if record.alloc_bytes > 0:
            found.append(_Held(op, record.alloc_bytes, time, None))
            continue
        index = next((i for i in range(len(found) - 1, -1, -1)
                      if found[i].nbytes == -record.alloc_bytes and found[i].end is None), None)
        if index is not None:
            found[index] = found[index]._replace(end=time)
    return found


def _memory(curve: MemoryCurve, held: list[_Held], is_asked: bool) -> Memory:
    time, peak = max(curve, key=lambda point: (point[1], -point[0]))
    inside, ends = [], []
    for each in held:
        if each.start <= time and (each.end is None or each.end > time):
            inside.append(each)
        elif each.start <= time and is_asked and each.end is not None and each.end > time - 1:
            ends.append(each)  # freed in the microsecond in which the allocator was asked
    total = sum(each.nbytes for each in inside)
    for each in ends:
        if total + each.nbytes <= peak:
            inside.append(each)
            total += each.nbytes
    sums: dict[str, int] = {}
    for each in inside:
        sums[each.op] = sums.get(each.op, 0) + each.nbytes
    holders = sorted((Holder(*item) for item in sums.items()), key=lambda h: (-h.nbytes, h.op))
    if peak > total:
        holders.append(Holder(OTHERS, peak - total))
    return Memory(tuple((round(t, 3), n) for t, n in curve), peak, round(time, 3), tuple(holders))


def _start(node: Any) -> int:
    """Nanoseconds since 1970."""
    return int(node.all_start_nanos or node.all_start_micros * 1000)
