"""A task's part of a step as plain data, and back: what a master registers with a worker.

The nodes travel as a GraphDef. Beside them goes what was found out about the whole step before it
was cut: the order, the loops and branches with their predicates, the edges to other devices. The
worker therefore needs no analysis of its own, and a branch or loop may cross tasks.

Tensors are named as in graphs (`add:0`). A value that stands for a variable of another device, read
anew for one operation, is `~3`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tftutor import errors
from tftutor.framework import dtypes
from tftutor.framework.graph import Graph
from tftutor.framework.graph_def import fill_node, versions_proto
from tftutor.framework.imported_nodes import NodeReader
from tftutor.framework.node_builder import output_types
from tftutor.framework.op_def import find_op_def
from tftutor.framework.operation import Operation, Tensor
from tftutor.ops.sendrecv import Recv
from tftutor.runtime.cut_step import CutStep
from tftutor.runtime.devices import Device
from tftutor.runtime.frames import Arm, Frame, Guard, Literal
from tftutor.runtime.late_reads import LateReads
from tftutor.runtime.partitioner import Partition
from tftutor.runtime.step_order import taken_by
from tftutor.runtime.transfers import Channel, TransferNode


class _Describer:
    """Writes the partitions of one task."""

    def __init__(self, cut: CutStep, partitions: Sequence[Partition], feeds: Sequence[Tensor]
                 ) -> None:
        self.cut = cut
        self.feeds = feeds
        self.partitions = partitions
        self.here = {op for p in partitions for op in p.ops if not isinstance(op, TransferNode)}
        self.stubs: dict[Operation, None] = {}
        self.stand_ins = {tensor: f"~{index}" for index, tensor in enumerate(
            t for values in cut.late_values.values() for t in values.values())}
        self.channels: dict[Channel, int] = {}

    def tensor(self, tensor: Tensor) -> str:
        """The name of a tensor; its producer is described too."""
        if tensor.op not in self.here:
            self.stubs[tensor.op] = None
        return self.stand_ins.get(tensor) or tensor.name

    def guard(self, guard: Guard) -> list[Any]:
        return [[self.tensor(x.tensor), x.branch, x.tests_life] for x in guard]

    def frame(self, frame: Frame) -> dict[str, Any]:
        condition = frame.loop_cond
        if condition is not None and condition not in self.here:
            self.stubs[condition] = None
        return {"name": frame.name, "guard": self.guard(frame.guard), "first": frame.first,
                "condition": None if condition is None else
                [condition.name, self.tensor(condition._inputs[0])],
                # Nothing is known of what never runs: a branch in the other one of its predicate.
                "ops": [op.name for op in frame.ops if op in self.here],
                "merges": [op.name for op in frame.loop_merges],
                "phases": [[[self.unit(unit), self.guard(guard)] for unit, guard in phase]
                           for phase in frame.phases]}

    def unit(self, unit: Any) -> Any:
        if isinstance(unit, Frame):
            return self.frame(unit)
        if isinstance(unit, TransferNode):
            index = self.channels.setdefault(unit.channel, len(self.channels))
            return [index, unit.type == "_Send", unit.name]
        return unit.name

    def channel(self, channel: Channel) -> dict[str, Any]:
        if channel.producer not in self.here:
            self.stubs[channel.producer] = None
        return {"key": channel.edge, "producer": channel.producer.name,
                "tensor": None if channel.tensor is None else self.tensor(channel.tensor),
                "sent": None if channel.sent is None else self.tensor(channel.sent),
                "source": channel.source.name, "target": channel.target.name,
                "from_host_memory": channel.from_host_memory}

    def description(self) -> dict[str, Any]:
        cut = self.cut
        parts = [{"device": p.device.name, "root": self.frame(p.root),
                  "fetches": [self.tensor(t) for t in p.fetches],
                  "taken": [self.tensor(t) for t in p.taken if isinstance(t, Tensor)]}
                 for p in self.partitions]
        fetched = [t for p in self.partitions for t in p.fetches]
        late = {op.name: [self.tensor(t) for t in tensors]
                for op, tensors in cut.late.of.items() if op in self.here}
        return {
            "parts": parts,
            "channels": [self.channel(c) for c in self.channels],
            "feeds": [self.tensor(t) for t in self.feeds],
            "fetches": [self.tensor(t) for t in dict.fromkeys(fetched)],
            "guards": [[self.tensor(t), self.guard(cut.tensor_guard[t])] for t in fetched
                       if t in cut.tensor_guard],
            "frames": [[t.op.name, t.op in self.cut.frame_of
                        and self.cut.frame_of[t.op].parent is not None] for t in fetched],
            "arms": [[op.name, [[arm.position, self.tensor(arm.tensor), self.guard(arm.rest)]
                                for arm in arms]]
                     for op, arms in cut.arms.items() if op in self.here],
            "late": late,
            "updated": [[self.tensor(t), self.tensor(cut.late.updated[t])]
                        for t in cut.late.updated if t.op in self.here],
            "late_values": [[op.name, self.tensor(t), self.tensor(value)]
                            for op, values in cut.late_values.items() if op in self.here
                            for t, value in values.items()],
            "early": [self.tensor(t) for t in fetched if t in cut.early],
            "stubs": [[op.name, [t.dtype.as_datatype_enum for t in op.outputs]]
                      for op in self.stubs],
            "shapes": [[op.name, [None if t._shape is None else
                                  [-1 if d is None else d for d in t._shape] for t in op.outputs]]
                       for op in self.here if op.outputs],
        }


def describe(cut: CutStep, partitions: Sequence[Partition], feeds: Sequence[Tensor]
             ) -> tuple[bytes, bytes]:
    """The partitions of one task, which take `feeds`, as (JSON, serialized GraphDef)."""
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    describer = _Describer(cut, partitions, feeds)
    description = describer.description()
    graph_def = GraphDef()
    graph_def.versions.CopyFrom(versions_proto())
    for op in describer.here:
        fill_node(graph_def.node.add(), op)
    # Inputs that come from other tasks have been named while describing; the nodes' own are last.
    known = {op.name for op in (*describer.here, *describer.stubs)}
    for op in describer.here:
        for tensor in op._inputs:
            if tensor.op.name not in known:
                known.add(tensor.op.name)
                types = [t.dtype.as_datatype_enum for t in tensor.op.outputs]
                description["stubs"].append([tensor.op.name, types])
    return json.dumps(description).encode(), graph_def.SerializeToString()


# -- back -----------------------------------------------------------------------------------------

ChannelMaker = Callable[[dict[str, Any], Tensor | None, Tensor | None, Operation], Channel]


class _Rebuilder:
    """Makes operations and partitions of a description."""

    def __init__(self, description: Mapping[str, Any], graph_def: bytes, graph: Graph,
                 devices: Mapping[str, Device], make_channel: ChannelMaker) -> None:
        self.data = description
        self.devices = devices
        self.ops: dict[str, Operation] = {}
        self.stand_ins: dict[str, Tensor] = {}
        self._make_nodes(graph, graph_def)
        for name, shapes in description["shapes"]:
            for tensor, shape in zip(self.ops[name].outputs, shapes, strict=True):
                tensor._shape = None if shape is None else tuple(
                    None if d < 0 else d for d in shape)
        for _, tensor, value in description["late_values"]:
            self._make_stand_in(value, tensor)
        for entry in description["channels"]:
            if (entry["tensor"] or "").startswith("~"):
                self._make_stand_in(entry["tensor"], entry["sent"])
        self.channels = [self._channel(entry, make_channel) for entry in description["channels"]]

    def _make_stand_in(self, name: str, like: str) -> None:
        if name not in self.stand_ins:
            other = self.tensor(like)
            made = Tensor(other.op, other.value_index, other.dtype.base_dtype)
            made._shape = other._shape
            self.stand_ins[name] = made

    def _make_nodes(self, graph: Graph, graph_def: bytes) -> None:
        from tensorboard.compat.proto.graph_pb2 import GraphDef

        nodes = GraphDef.FromString(graph_def).node
        reader = NodeReader()
        reader.check_types(nodes)
        for node in nodes:
            op_def = find_op_def(node.op)
            assert op_def is not None  # check_types has looked
            attrs = reader.attrs_of(op_def, node)
            op = Operation(graph, op_def, node.name, [], (), output_types(op_def, attrs), attrs, ())
            op._device = node.device
            self._add(op)
        for name, types in self.data["stubs"]:  # what they give is received
            self._add(Operation(graph, Recv, name, [], (), [dtypes.as_dtype(t) for t in types],
                                {}, ()))
        for node in nodes:
            op = self.ops[node.name]
            op._inputs = [self.tensor(text if ":" in text else f"{text}:0")
                          for text in node.input if not text.startswith("^")]
            for tensor in op._inputs:
                tensor.add_consumer(op)

    def _add(self, op: Operation) -> None:
        op._id = len(self.ops)
        self.ops[op.name] = op

    def tensor(self, name: str) -> Tensor:
        """The tensor called `name`. Raises: tf.errors.InvalidArgumentError when there is none."""
        if name in self.stand_ins:
            return self.stand_ins[name]
        op, _, index = name.rpartition(":")
        try:
            return self.ops[op].outputs[int(index)]
        except (KeyError, IndexError, ValueError):
            raise errors.InvalidArgumentError(
                None, None, f"A registered graph names the tensor {name!r}, which isn't in it"
            ) from None

    def guard(self, guard: Iterable[Any]) -> Guard:
        return tuple(Literal(self.tensor(name), branch, life) for name, branch, life in guard)

    def _channel(self, entry: dict[str, Any], make: ChannelMaker) -> Channel:
        tensor = None if entry["tensor"] is None else self.tensor(entry["tensor"])
        sent = None if entry["sent"] is None else self.tensor(entry["sent"])
        return make(entry, tensor, sent, self.ops[entry["producer"]])

    def frame(self, data: Mapping[str, Any], parent: Frame | None) -> Frame:
        frame = Frame(data["name"], parent, data["first"])
        frame.guard = self.guard(data["guard"])
        frame.ops = [self.ops[name] for name in data["ops"]]
        frame.loop_merges = [self.ops[name] for name in data["merges"]]
        if data["condition"] is not None:
            name, predicate = data["condition"]
            frame.loop_cond = self.ops[name]
            frame.loop_cond._inputs = [self.tensor(predicate)]
        frame.phases = [[(self.unit(unit, frame), self.guard(guard)) for unit, guard in phase]
                        for phase in data["phases"]]
        return frame

    def unit(self, unit: Any, frame: Frame) -> Any:
        if isinstance(unit, dict):
            return self.frame(unit, frame)
        if isinstance(unit, list):
            index, is_send, name = unit
            return TransferNode(self.channels[index], is_send, name)
        return self.ops[unit]

    def cut_step(self) -> CutStep:
        data = self.data
        arms = {self.ops[name]: [Arm(position, self.tensor(tensor), self.guard(rest))
                                 for position, tensor, rest in entries]
                for name, entries in data["arms"]}
        late = LateReads((), ())
        late.of = {self.ops[op]: [self.tensor(t) for t in tensors]
                   for op, tensors in data["late"].items()}
        late.updated = {self.tensor(t): self.tensor(ref) for t, ref in data["updated"]}
        late_values: dict[Operation, dict[Tensor, Tensor]] = {}
        for op, tensor, value in data["late_values"]:
            late_values.setdefault(self.ops[op], {})[self.tensor(tensor)] = self.tensor(value)
        partitions = [self._partition(part, arms, late_values) for part in data["parts"]]
        inside = Frame("a loop", Frame("", None))
        return CutStep(
            [self.tensor(t) for t in data["fetches"]], [self.tensor(t) for t in data["feeds"]],
            [op for p in partitions for op in p.ops if not isinstance(op, TransferNode)],
            partitions, self.channels,
            {self.tensor(t): self.guard(guard) for t, guard in data["guards"]},
            {self.ops[name]: inside if looped else partitions[0].root
             for name, looped in data["frames"]}, arms, late, late_values,
            frozenset(self.tensor(t) for t in data["early"]))

    def _partition(self, part: Mapping[str, Any], arms: Mapping[Operation, list[Arm]],
                   late_values: Mapping[Operation, Mapping[Tensor, Tensor]]) -> Partition:
        root = self.frame(part["root"], None)

        def also(op: Operation) -> Iterable[Tensor]:
            for arm in arms.get(op, ()):
                yield from (literal.tensor for literal in arm.rest)
            yield from late_values.get(op, {}).values()

        device = self.devices.get(part["device"])
        if device is None:
            raise errors.InvalidArgumentError(
                None, None, f"A graph was registered for {part['device']}, but this task has "
                f"{', '.join(self.devices)}")
        fetches = [self.tensor(t) for t in part["fetches"]]
        taken = (*taken_by(root, (), also), *(self.tensor(t) for t in part["taken"]))
        return Partition(device, root, fetches, taken)


def rebuild(description: bytes, graph_def: bytes, graph: Graph,
            devices: Mapping[str, Device], make_channel: ChannelMaker) -> CutStep:
    """The part of a step that a task runs.

    Args:
      description, graph_def: what `describe` gave.
      graph: a graph of the worker's own that the operations belong to.
      devices: the task's devices by full name.
      make_channel: makes the edge for one entry of `channels`.

    Raises: tf.errors.InvalidArgumentError, NotFoundError for what doesn't fit together.
    """
    from google.protobuf.message import DecodeError

    try:
        return _Rebuilder(json.loads(description), graph_def, graph, devices,
                          make_channel).cut_step()
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError,
            DecodeError) as error:
        raise errors.InvalidArgumentError(
            None, None, f"A registered graph can't be understood: {type(error).__name__}: {error}"
        ) from error
