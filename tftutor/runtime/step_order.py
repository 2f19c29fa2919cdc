"""The order in which devices that work at once run their parts of a step.

Any order that all parts share keeps them from waiting for each other in a circle. These keep them
from waiting longer than they must.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.devices import Device
from tftutor.runtime.frames import FlowAnalysis, Frame, Guard, Unit
from tftutor.runtime.transfers import TransferNode
from tftutor.runtime.waiting import Waits

Units = list[tuple[Unit, Guard]]
Source = Tensor | Operation  # what is needed from elsewhere: a value, or that something has run
AlsoTaken = Callable[[Operation], Iterable[Source]]  # beyond the inputs of an operation


def straight_flow(ops: Sequence[Operation], device_of: Callable[[Operation], Device],
                  fed: Iterable[Tensor], waits: Waits) -> FlowAnalysis:
    """The flow of a step without branches and loops, ordered for devices that work at once.

    First comes what needs no other device, then what needs one hop between devices, and so on: a
    device then has sent what it can before it waits. A step that fills and empties queues keeps
    its order, in which whatever may fill one comes first.
    """
    hops: dict[Operation, int] = {}
    if not any(op.type.startswith("Queue") for op in ops):
        for op in ops:
            place = device_of(op)
            hops[op] = max((hops[source] + (device_of(source) is not place)
                            for source in (*(t.op for t in op._inputs), *op._control_inputs,
                                           *waits.get(op, ()))
                            if source in hops), default=0)
    flow = FlowAnalysis((), fed)
    flow.position = {op: index for index, op in enumerate(ops)}
    flow.root.ops = list(ops)
    ordered = sorted(ops, key=lambda op: hops.get(op, 0))  # stable
    flow.root.phases = [[(op, ()) for op in ordered], [], []]
    return flow


def receive_late(units: Units, also: AlsoTaken) -> Units:
    """Move each `_Recv` to just before the first unit that takes what it receives."""
    waiting: dict[Source, tuple[Unit, Guard]] = {}
    result: Units = []
    for unit, guard in units:
        if isinstance(unit, TransferNode) and unit.type == "_Recv":
            channel = unit.channel
            waiting[channel.tensor if channel.tensor is not None else channel.producer] = (
                unit, guard)
            continue
        if waiting:
            _flush(waiting, (unit, guard), also, result)
        result.append((unit, guard))
    result.extend(waiting.values())
    return result


def _flush(waiting: dict[Source, tuple[Unit, Guard]], entry: tuple[Unit, Guard], also: AlsoTaken,
           result: Units) -> None:
    """Append what a unit takes, and first the predicates under which that is received."""
    for source in taken_by(*entry, also):
        received = waiting.pop(source, None)
        if received is not None:
            _flush(waiting, received, also, result)
            result.append(received)


def taken_by(unit: Unit, guard: Guard, also: AlsoTaken) -> Iterable[Source]:
    for literal in guard:
        yield literal.tensor
    if isinstance(unit, Frame):
        for phase in unit.phases:
            for inner, inner_guard in phase:
                yield from taken_by(inner, inner_guard, also)
        for merge in unit.loop_merges:
            yield from merge._inputs
        if unit.loop_cond is not None:
            yield unit.loop_cond._inputs[0]
    else:
        yield from unit._inputs
        yield from unit._control_inputs
        yield from also(unit)
