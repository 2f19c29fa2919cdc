"""A trace as lanes: what each device did when, read from StepStats alone.

Traces that TensorFlow wrote are read as well. Times are nanoseconds since the trace began, which
is what both the picture in text and the model of a step begin with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from tftutor.inspection.devices.names import device_title

COMPUTES, COPIES, WAITS = "computes", "copies", "waits"
_TABLES = ("/stream:", "/memcpy", "/host:")  # of a tracer, not of a device's nodes
_RECEIVED = "RecvTensor"  # the node of a value from another task, in TensorFlow's traces
_TRANSFER = re.compile(r" = (_Send|_Recv)\((.*?) @ ?.*?(?:, (.*))?\)$")
_LABEL = re.compile(r".* = (.*?)\((.*)\)$")


class Stretch(NamedTuple):
    """A stretch of time (nanoseconds) of one device: it computes, copies or waits."""

    what: str
    start: int
    end: int
    op: str


class Entry(NamedTuple):
    """One operation as it ran. `outputs` are (shape, bytes) of what it made."""

    op: str
    type: str
    inputs: tuple[str, ...]
    stretches: tuple[Stretch, ...]
    outputs: tuple[tuple[tuple[int, ...], int], ...]

    @property
    def start(self) -> int:
        """When its first stretch begins."""
        return self.stretches[0].start

    @property
    def end(self) -> int:
        """When its last stretch ends."""
        return self.stretches[-1].end


class Lane(NamedTuple):
    """What one device did. `still` are the operations that took no time."""

    device: str
    title: str
    is_simulated: bool
    entries: tuple[Entry, ...]
    still: tuple[str, ...]

    @property
    def stretches(self) -> Iterator[Stretch]:
        """All stretches, in the order of the trace."""
        return (stretch for entry in self.entries for stretch in entry.stretches)


class Trace(NamedTuple):
    """A traced step: how long it took (nanoseconds), and its lanes in the order of their titles.

    `tensors` says which tensor an edge between devices carries: {"edge_3_W/read": "W/read"}.
    """

    length: int
    lanes: tuple[Lane, ...]
    tensors: dict[str, str]


def read_trace(step_stats: Any) -> Trace:
    """The lanes of a StepStats proto.

    Raises: ValueError when there is nothing in the trace.
    """
    devices = _by_name(device for device in step_stats.dev_stats
                       if not any(table in device.device for table in _TABLES))
    nodes = [node for device in devices for node in device.node_stats]
    if not nodes:
        raise ValueError("step_stats has no nodes: run the step with "
                         "tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE) and a "
                         "tf.RunMetadata()")
    begin = min(_start(node) for node in nodes)
    length = max(max(_start(node) + _length(node) for node in nodes) - begin, 1)
    sent: dict[str, int] = {}
    tensors: dict[str, str] = {}
    for node in nodes:
        match = _TRANSFER.search(node.timeline_label)
        if match is not None:
            if match[3]:
                tensors[match[2]] = match[3].removesuffix(":0")
            if match[1] == "_Send":
                sent[match[2]] = _start(node) - begin
    lanes = [_lane(device, begin, sent) for device in devices]
    return Trace(length, tuple(sorted(lanes, key=lambda lane: lane.title)), tensors)


class _Device(NamedTuple):
    """What a trace has of one device, from all its tables."""

    device: str
    thread_names: dict[int, str]
    node_stats: list[Any]


def _by_name(tables: Iterable[Any]) -> list[_Device]:
    """The devices of a trace; what was received from other tasks is in a table of its own.

    Where the nodes that received it are listed too, they tell more.
    """
    found: dict[str, _Device] = {}
    for table in tables:
        device = found.setdefault(table.device, _Device(table.device, {}, []))
        device.thread_names.update(table.thread_names)
        device.node_stats.extend(table.node_stats)
    for device in found.values():
        if any(" = _Recv(" in node.timeline_label for node in device.node_stats):
            device.node_stats[:] = [node for node in device.node_stats
                                    if node.node_name != _RECEIVED]
    return list(found.values())


def tensor_of(edge: str, tensors: dict[str, str]) -> str:
    """The tensor that an edge carries; its number is left out where nobody names the tensor."""
    return tensors.get(edge) or re.sub(r"^edge_(\d+_)?", "", edge)


def received_tensor(label: str) -> str:
    """The tensor that a node receives from another device, by its label; "" if it doesn't."""
    match = _TRANSFER.search(label)
    return match[3].removesuffix(":0") if match and match[1] == "_Recv" and match[3] else ""


def _lane(device: Any, begin: int, sent: dict[str, int]) -> Lane:
    simulated = any("simulated" in name for name in device.thread_names.values())
    entries, still = [], []
    for node in device.node_stats:
        kind, inputs = _described(node)
        if kind == "_Send":
            continue
        if not _length(node):
            if kind not in ("_Arg", "_Retval") and node.node_name != "_SOURCE":
                still.append(node.node_name)
            continue
        outputs = tuple(_output(output) for output in node.output)
        entries.append(Entry(node.node_name, kind, inputs,
                             tuple(_stretches(node, kind, begin, sent)), outputs))
    entries.sort(key=lambda entry: entry.start)
    return Lane(device.device, device_title(device.device, simulated), simulated, tuple(entries),
                tuple(still))


def _described(node: Any) -> tuple[str, tuple[str, ...]]:
    """(type, inputs) from the label `y = Add(a, b)`."""
    match = _LABEL.match(node.timeline_label)
    if match is None:
        return (_RECEIVED if node.node_name == _RECEIVED else "unknown"), ()
    inputs = tuple(match[2].split(", ")) if match[2] else ()
    return match[1], inputs[1:] if match[1] == "_Recv" else inputs  # the first one is the edge


def _output(output: Any) -> tuple[tuple[int, ...], int]:
    description = output.tensor_description
    return (tuple(dim.size for dim in description.shape.dim),
            description.allocation_description.requested_bytes)


def _stretches(node: Any, kind: str, begin: int, sent: dict[str, int]) -> Sequence[Stretch]:
    """What a node did when; it waits for its inputs, or copies them, before it begins.

    `sent` says when the value of each edge was sent: what another task sends is awaited until then.
    """
    start, end = _start(node) - begin, _start(node) - begin + _length(node)
    middle = start + (node.op_start_rel_nanos or node.op_start_rel_micros * 1000)
    if kind == _RECEIVED:
        return [Stretch(COPIES, start, end, node.node_name)]
    if kind != "_Recv":
        found = (Stretch(COPIES, start, middle, node.node_name),
                 Stretch(COMPUTES, middle, end, node.node_name))
    else:
        edge = _TRANSFER.search(node.timeline_label)
        if middle == start and edge is not None:
            middle = min(max(start, sent.get(edge[2], start)), end)
        found = (Stretch(WAITS, start, middle, node.node_name),
                 Stretch(COPIES, middle, end, node.node_name))
    return [stretch for stretch in found if stretch.end > stretch.start]


def _start(node: Any) -> int:
    """Nanoseconds since 1970."""
    return int(node.all_start_nanos or node.all_start_micros * 1000)


def _length(node: Any) -> int:
    return int(node.all_end_rel_nanos or node.all_end_rel_micros * 1000)
