"""Partitioner: cuts the operations of a step by device.

Every partition keeps the order of the whole step. Behind a producer stands a `_Send` for each other
device that needs its value; the `_Recv` stands where the producer stood, or later, just before the
first consumer. As all partitions follow one order, they can't wait for each other in a circle:
whoever waits, waits for something earlier.

A loop runs in every partition that has a part in it. Each decides by the same predicate, sent anew
in each iteration, and so do the branches of a conditional.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence

from tftutor.framework import dtypes
from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.devices import Device
from tftutor.runtime.frames import (
    ENTERS,
    EXITS,
    MERGES,
    NEXT_ITERATIONS,
    FlowAnalysis,
    Frame,
    Guard,
)
from tftutor.runtime.kernel_registry import is_array, memory_of
from tftutor.runtime.late_reads import LateReads
from tftutor.runtime.step_order import Source, Units, receive_late, taken_by
from tftutor.runtime.transfers import Channel, TransferNode
from tftutor.runtime.waiting import Waits

_SMALL = 1 << 10  # bytes


class Partition:
    """The part of a step that one device runs.

    Attributes:
      device: where it runs.
      root: its operations, `_Send` and `_Recv` nodes with their guards, as one frame.
      ops: the same in a flat list.
      fetches: what it returns.
      taken: the tensors it needs, predicates included.
    """

    def __init__(self, device: Device, root: Frame, fetches: Sequence[Tensor],
                 taken: Iterable[Source]) -> None:
        self.device = device
        self.taken = {*taken, *fetches}
        self.root = root
        self.ops = list(_flat(root))
        self.fetches = tuple(fetches)

    @property
    def is_structured(self) -> bool:
        """True when it has branches or loops."""
        units = self.root.phases[0]
        return any(isinstance(unit, Frame) or guard for unit, guard in units) or any(
            op.type in MERGES | EXITS | ENTERS | {"Switch", "RefSwitch"} for op in self.ops)


class Partitioner:
    """Cuts one step.

    Args:
      flow: the analysed operations of the step (for a straight step, all in one frame).
      device_of: the device of an operation.
      fed: tensors whose values come from outside, into whichever partition takes them.
      late: which operations read a variable anew.
      waits: what operations wait for beside their inputs.
      kept: operations whose device takes part even if there is nothing to do for them.
    """

    def __init__(self, flow: FlowAnalysis, device_of: Callable[[Operation], Device],
                 fetches: Sequence[Tensor], fed: Iterable[Tensor], host: Device,
                 late: LateReads, waits: Waits, kept: Collection[Operation] = ()) -> None:
        self.flow = flow
        self.kept = kept
        self.waits = waits
        self.late = late
        self.late_values: dict[Operation, dict[Tensor, Tensor]] = {}
        self._late_channels: dict[Operation, list[Channel]] = {}
        self.host = host
        self.fed = set(fed)
        self.fetches = fetches
        self._places = _places(flow, device_of)
        self.channels: list[Channel] = []
        self._channels_from: dict[Operation, list[Channel]] = {}
        self._ends: dict[tuple[Source, Device], Channel] = {}
        self._copies: dict[Device, set[Operation]] = {}  # constants that a device has, too
        self._waited_for = {control for op in self._places
                            for control in (*op._control_inputs, *waits.get(op, ()))}

    def partitions(self) -> list[Partition]:
        """One partition a device that has something to do, the host's first."""
        devices = list(dict.fromkeys(self._places.values()))
        self._open_late_channels()
        wanted = {device: self._fetched_on(device) for device in (self.host, *devices)}
        needs = {device: self._needs(device, wanted[device]) for device in wanted}
        for device, sources in needs.items():
            for source in sources:
                self._open_channel(source, device)
        copied = set().union(*self._copies.values())
        found = []
        for device in wanted:
            root = self._restricted(self.flow.root, None, device, needs[device])
            if wanted[device] or any(op in self.kept or (op.type != "NoOp" and op not in copied)
                                     for op in _flat(root)):
                guards = [literal.tensor for t in wanted[device]
                          for literal in self.flow.tensor_guard.get(t, ())]
                taken = (*taken_by(root, (), self._also_taken), *guards)
                found.append(Partition(device, root, wanted[device], taken))
        return found

    def _fetched_on(self, device: Device) -> list[Tensor]:
        return [t for t in dict.fromkeys(self.fetches)
                if (self.host if t in self.fed else self._places.get(t.op, self.host)) is device]

    # -- what a partition needs from others ---------------------------------------------------

    def _needs(self, device: Device, fetches: Sequence[Tensor]) -> dict[Source, None]:
        """Values and control edges that come from other devices, those of its guards included."""
        needs: dict[Source, None] = {}
        guards: list[Guard] = [self.flow.tensor_guard.get(t, ()) for t in fetches]
        frames: set[Frame] = set()
        for op, place in self._places.items():
            if place is not device:
                continue
            for tensor in op._inputs:
                if tensor not in self.late_values.get(op, ()):
                    self._add(needs, tensor, device)
            for control in (*op._control_inputs, *self.waits.get(op, ())):
                self._add_control(needs, op, control, device)
            guards.append(self.flow.op_guard.get(op, ()))
            guards.extend(arm.rest for arm in self.flow.arms.get(op, ()))
            self._enter_frames(frames, self._frame(op))
        for op, channels in self._late_channels.items():
            if any(channel.source is device for channel in channels):
                guards.append(self.flow.op_guard.get(op, ()))
                self._enter_frames(frames, self._frame(op))
        self._close(needs, guards, frames, device)
        return needs

    def _close(self, needs: dict[Source, None], guards: list[Guard], frames: set[Frame],
               device: Device) -> None:
        """Add the predicates: to receive a value inside a branch takes its predicate too."""
        seen: set[Source] = set()
        done: set[Frame] = set()
        while guards or len(seen) < len(needs) or done < frames:
            for frame in frames - done:
                done.add(frame)
                if frame.loop_cond is not None:
                    self._add(needs, frame.loop_cond._inputs[0], device)
                guards.append(frame.guard)
            for source in [s for s in needs if s not in seen]:
                seen.add(source)
                guards.append(self._guard_of(source))
                op = source if isinstance(source, Operation) else source.op
                if op.type not in EXITS:
                    self._enter_frames(frames, self._frame(op))
                else:
                    self._enter_frames(frames, self._frame(op).parent)
            pending, guards[:] = list(guards), []
            for literal in (literal for guard in pending for literal in guard):
                if literal.tensor.op.type != "LoopCond":
                    self._add(needs, literal.tensor, device)

    def _frame(self, op: Operation) -> Frame:
        return self.flow.frame_of.get(op, self.flow.root)

    @staticmethod
    def _enter_frames(frames: set[Frame], frame: Frame | None) -> None:
        while frame is not None and frame.parent is not None:
            frames.add(frame)
            frame = frame.parent

    def _guard_of(self, source: Source) -> Guard:
        if isinstance(source, Tensor):
            return self.flow.tensor_guard.get(source, ())
        return self.flow.op_guard.get(source, ())

    def _add(self, needs: dict[Source, None], tensor: Tensor, device: Device) -> None:
        place = self._places.get(tensor.op)
        if tensor not in self.fed and place is not None and place is not device:
            if self._is_worth_a_copy(tensor, place, device):
                self._copies.setdefault(device, set()).add(tensor.op)
            else:
                needs[tensor] = None

    def _is_worth_a_copy(self, tensor: Tensor, place: Device, device: Device) -> bool:
        """True for a small constant of another task: to have it twice spares a message each step.

        Learning rates are such constants. One inside a branch or loop depends on what is chosen.
        """
        op, dtype = tensor.op, tensor.dtype.base_dtype
        return (op.type == "Const" and place.task != device.task
                and dtype != dtypes.string
                and math.prod((d or 0 for d in tensor._shape or ()), start=dtype.size) <= _SMALL
                and not op._control_inputs and not self.flow.op_guard.get(op)
                and self._frame(op) is self.flow.root)

    def _add_control(self, needs: dict[Source, None], op: Operation, control: Operation,
                     device: Device) -> None:
        if op.type == "NoOp" and op not in self._waited_for:
            return  # the step ends when all partitions have, so nobody has to wait here
        place = self._places.get(control)
        if place is not None and place is not device:
            needs[control] = None

    def _open_late_channels(self) -> None:
        """Edges for variables of one device that an operation on another one reads anew.

        The variable is read where that operation stands in the order of the step, after the update.
        What comes into a Merge is read on its branch: the other one may have no value for it.
        """
        for op, target in self._places.items():
            references = {t: t for t in op._inputs
                          if t.dtype._is_ref_dtype and op.type not in MERGES}
            references.update((t, self.late.updated[t]) for t in self.late.of.get(op, ()))
            for tensor, reference in references.items():
                place = self._places.get(reference.op)
                if place is not None and place is not target and tensor not in self.fed:
                    self._open_late_channel(op, tensor, reference)

    def _open_late_channel(self, op: Operation, tensor: Tensor, reference: Tensor) -> None:
        value = Tensor(reference.op, reference.value_index, tensor.dtype.base_dtype)
        value._shape = tensor._shape
        channel = Channel(value, reference.op, self._places[reference.op], self._places[op],
                          self._on_host(reference), sent=reference)
        self.late_values.setdefault(op, {})[tensor] = value
        self._late_channels.setdefault(op, []).append(channel)
        self.channels.append(channel)

    def _on_host(self, tensor: Tensor) -> bool:
        """True when a value lies in host memory where it is made."""
        if self._places[tensor.op].is_host:
            return True
        return (not is_array(tensor.dtype)
                or memory_of(tensor.op).host_outputs[tensor.value_index])

    def _open_channel(self, source: Source, device: Device) -> None:
        op = source if isinstance(source, Operation) else source.op
        tensor = source if isinstance(source, Tensor) else None
        place = self._places[op]
        channel = Channel(tensor, op, place, device, tensor is None or self._on_host(tensor))
        self._ends[source, device] = channel
        self.channels.append(channel)
        self._channels_from.setdefault(op, []).append(channel)

    # -- one partition --------------------------------------------------------------------------

    def _restricted(self, frame: Frame, parent: Frame | None, device: Device,
                    needs: dict[Source, None]) -> Frame:
        """The part of a frame that a device has in it."""
        part = Frame(frame.name, parent, frame.first)
        part.guard = frame.guard
        part.loop_cond = frame.loop_cond
        copies = self._copies.get(device, ())
        part.ops = [op for op in frame.ops if self._places.get(op) is device or op in copies]
        part.loop_merges = [op for op in frame.loop_merges if self._places.get(op) is device]
        part.phases = [self._restricted_units(units, part, device, needs)
                       for units in frame.phases]
        return part

    def _restricted_units(self, units: Units, part: Frame, device: Device,
                          needs: dict[Source, None]) -> Units:
        found: Units = []
        for unit, guard in units:
            if isinstance(unit, Frame):
                inner = self._restricted(unit, part, device, needs)
                if any(inner.phases):
                    found.append((inner, guard))
                for op in unit.ops:
                    if op.type in EXITS:
                        found += [(node, guard) for node in self._receivers(op, device, needs)]
            elif self._places.get(unit) is device:
                found += [(TransferNode(channel, False), guard)
                          for channel in self._late_channels.get(unit, ())]
                found.append((unit, guard))
                found += [(node, guard) for node in self._senders(unit)]
            else:
                found += [(TransferNode(channel, True), guard)
                          for channel in self._late_channels.get(unit, ())
                          if channel.source is device]
                if unit in self._copies.get(device, ()):
                    found.append((unit, guard))
                if unit.type not in EXITS:
                    found += [(node, guard) for node in self._receivers(unit, device, needs)]
        return receive_late(found, self._also_taken)

    def _also_taken(self, op: Operation) -> Iterable[Source]:
        for arm in self.flow.arms.get(op, ()):
            yield from (literal.tensor for literal in arm.rest)
        yield from self.late_values.get(op, {}).values()
        yield from self.waits.get(op, ())

    def _receivers(self, op: Operation, device: Device, needs: dict[Source, None]
                   ) -> list[TransferNode]:
        if self._places.get(op) is device:
            return []
        sources: tuple[Source, ...] = (*op.outputs, op)
        return [TransferNode(self._ends[source, device], False) for source in sources
                if source in needs]

    def _senders(self, op: Operation) -> list[TransferNode]:
        return [TransferNode(channel, True) for channel in self._channels_from.get(op, ())]


def _places(flow: FlowAnalysis, device_of: Callable[[Operation], Device]
            ) -> dict[Operation, Device]:
    """The devices of all operations; what feeds a loop variable is where the loop variable is.

    Enter and NextIteration cost nothing, wherever they are. At the head of a loop the value must
    be there before the first iteration.
    """
    places = {op: device_of(op) for op in flow.position}
    for op in list(places):
        if op.type in MERGES and any(t.op.type in NEXT_ITERATIONS for t in op._inputs):
            for tensor in op._inputs:
                if tensor.op in places and tensor.op.type in ENTERS | NEXT_ITERATIONS:
                    places[tensor.op] = places[op]
    return places


def _flat(frame: Frame) -> Iterable[Operation]:
    for phase in frame.phases:
        for unit, _ in phase:
            if isinstance(unit, Frame):
                yield from _flat(unit)
            else:
                yield unit
