"""Placement: on which device each operation of a graph runs, and why.

The answer of the placer (`runtime/placer.py`). Reasons are put into words only when asked for, from
what the placer noted down while it decided (`runtime/placement_reasons.py`).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from tftutor.framework import dtypes
from tftutor.framework.operation import Operation
from tftutor.runtime.devices import Device

_MERGES = ("Merge", "RefMerge")
_NEXT_ITERATIONS = ("NextIteration", "RefNextIteration")


class PlacementRow(NamedTuple):
    """One line of a placement's report."""

    op: str
    type: str
    requested: str
    actual: str
    reason: str


class Placement:
    """The devices of a graph's operations.

    Attributes:
      devices: the devices of the session.
      default: where an operation runs that has no entry of its own.
      assigned: where each operation runs; empty when all of them run on `default`.
    """

    __slots__ = ("devices", "default", "assigned", "_ops", "_explain")

    def __init__(self, devices: Sequence[Device], default: Device, ops: Sequence[Operation],
                 assigned: Mapping[Operation, Device], explain: Callable[[Operation], str]) -> None:
        self.devices = tuple(devices)
        self.default = default
        self.assigned = assigned
        self._ops = ops
        self._explain = explain

    @property
    def is_trivial(self) -> bool:
        """True when every operation runs on `default`."""
        return not self.assigned

    def device_of(self, op: Operation) -> Device:
        """The device an operation runs on."""
        return self.assigned.get(op, self.default)

    def reason_of(self, op: Operation) -> str:
        """Why it runs there, in a few words."""
        return self._explain(op)

    @property
    def order(self) -> list[Operation]:
        """The operations in the order in which TensorFlow places and logs them."""
        if self.assigned:
            return list(self.assigned)
        ops = inputs_first(self._ops)
        return ([op for op in ops if not is_generator(op)]
                + [op for op in ops if is_generator(op)])

    def lines(self, ops: Iterable[Operation] | None = None) -> list[str]:
        """The lines `name: (type): device` of `log_device_placement`, for all or some operations.

        TensorFlow prints those of the whole graph whenever it places it: at the first run, and at
        the first run after the graph has grown.
        """
        return [f"{op.name}: ({op.type}): {self.device_of(op).name}"
                for op in (self.order if ops is None else ops)]

    def table(self, ops: Iterable[Operation] | None = None) -> list[PlacementRow]:
        """One row an operation: name, type, what it asked for, where it runs, why."""
        return [PlacementRow(op.name, op.type, op._device, self.device_of(op).shown_name,
                             self.reason_of(op))
                for op in (self._ops if ops is None else ops)]


def inputs_first(ops: Sequence[Operation]) -> Sequence[Operation]:
    """The operations in the order in which TensorFlow's session makes their nodes.

    It is the order of creation, but a node waits for its inputs: the Switch that a branch puts
    before an operation is made after it. A loop's Merge waits for the value that enters only.
    """
    if any(tensor.op._id > op._id for op in ops if op.type not in _MERGES for tensor in op._inputs):
        return _reordered(ops)
    return ops


def _reordered(ops: Sequence[Operation]) -> list[Operation]:
    consumers: dict[Operation, list[Operation]] = {op: [] for op in ops}
    pending: dict[Operation, int] = {}
    for op in ops:
        sources = {t.op for t in op._inputs if t.op.type not in _NEXT_ITERATIONS}
        sources.update(op._control_inputs)
        pending[op] = len(sources)
        for source in sources:
            consumers[source].append(op)
    ready = [(op._id, op) for op in ops if not pending[op]]
    heapq.heapify(ready)
    done = []
    while ready:
        _, op = heapq.heappop(ready)
        done.append(op)
        for consumer in consumers[op]:
            pending[consumer] -= 1
            if not pending[consumer]:
                heapq.heappush(ready, (consumer._id, consumer))
    return done


def is_generator(op: Operation) -> bool:
    """True for a source that may move to its consumers: no inputs, one output, no reference."""
    return not op._inputs and len(op.outputs) == 1 and not op.outputs[0].dtype._is_ref_dtype


def is_resource_generator(op: Operation) -> bool:
    """True for a variable, queue or the like: no inputs, one handle or reference."""
    return (not op._inputs and len(op.outputs) == 1
            and (op.outputs[0].dtype._is_ref_dtype or op.outputs[0].dtype == dtypes.resource))
