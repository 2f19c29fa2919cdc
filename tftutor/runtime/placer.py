"""Placer: on which device of this process each operation of a graph runs.

The rules are TensorFlow 1.15's, for the whole graph: also an operation that nobody fetches must be
placeable. Operations that must share a device are joined first (`runtime/colocation.py`). Then each
gets the best device left to its set: one that fits what was asked for and has a kernel, GPUs before
CPUs, low numbers first. Two habits save copies: what only reads metadata (`Shape`) goes to its
input, and a source (`Const`) to its consumers if they share a device.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tftutor.framework.device import DeviceParts, parse_node_device
from tftutor.framework.operation import Operation
from tftutor.runtime.device_merging import are_compatible, fits, type_order
from tftutor.runtime.devices import HERE, Device
from tftutor.runtime.placement import (
    Placement,
    inputs_first,
    is_generator,
    is_resource_generator,
)

if TYPE_CHECKING:
    from tftutor.runtime.colocation import ColocationGraph

CPU = f"{HERE}/device:CPU:0"
_METADATA = frozenset({"Shape", "Size", "Rank"})


class Placer:
    """Places the graph of one session, anew whenever it has changed.

    A stateful operation (a variable, a queue) stays where it was placed first.

    Args:
      devices: the devices of the session, in TensorFlow's order.
      allow_soft_placement: replace a device that isn't there, or has no kernel, by another one.
      log: takes the sentences that TensorFlow logs about requests it ignores.
    """

    def __init__(self, devices: Sequence[Device], allow_soft_placement: bool = False,
                 log: Callable[[str], None] | None = None) -> None:
        self.devices = tuple(devices)
        self._soft = allow_soft_placement
        self._log = log
        self._default = min(devices, key=lambda device: (-type_order(device.device_type),
                                                         device.name))
        self._same_type = len({device.device_type for device in devices}) == 1
        self._placed: Placement | None = None
        self._key = (-1, -1)  # graph's number of operations and of mutations when it was placed
        self._kept: dict[Operation, Device] = {}
        self._requests: set[str] = set()  # devices asked for in a graph that is placed trivially

    def place(self, graph: Any) -> Placement:
        """The placement of a graph as it is now; the same object until the graph changes.

        Raises: tf.errors.InvalidArgumentError, in TensorFlow's words, for an operation that no
        device can run, asked for one that isn't there, or must share a device and can't.
        """
        key = (graph._next_id, graph._mutations)
        if self._placed is None or key != self._key:
            ops = list(graph._nodes)
            self._placed = self._place(ops, self._key if key[1] == self._key[1] else (0, 0))
            self._key = key
        return self._placed

    def check_new(self, graph: Any, known: int) -> None:
        """Place a graph whose operations from number `known` on are new, if one asks for a place.

        Others fit wherever there is a kernel for them: a loop that makes constants isn't slowed
        down by the size of its graph. Raises: as `place`.
        """
        for op in reversed(graph._nodes):
            if op._id < known:
                return
            if op._device or "_class" in op._attrs:
                self.place(graph)
                return

    # -- the whole graph on one device ------------------------------------------------------

    def _place(self, ops: Sequence[Operation], known: tuple[int, int]) -> Placement:
        before = self._placed
        if before is None or before.is_trivial:
            if self._is_trivial(ops, max(known[0], 0)):
                return Placement(self.devices, self._default, ops, {}, self._trivial_reason)
            if before is not None:
                self._keep((op, self._default) for op in ops[:self._key[0]])
        return self._place_one_by_one(ops)

    def _trivial_reason(self, op: Operation) -> str:
        from tftutor.runtime.placement_reasons import trivial_reason

        return trivial_reason(op, self._default, len(self.devices) == 1)

    def _is_trivial(self, ops: Sequence[Operation], known: int) -> bool:
        """True when all may run on the default device, whatever is colocated with what."""
        if not self._same_type:
            return False
        new = {op._device for op in ops[known:]}
        if not all(map(self._suits_default, new)):
            return False
        if known:
            new |= self._requests
        if self._soft and not all(map(self._fits_default, new)) and _resources_differ(ops):
            return False
        self._requests = new
        return True

    def _suits_default(self, text: str) -> bool:
        """True when soft placement or the request itself leads to the default device."""
        if self._fits_default(text):
            return True
        parts = parse_node_device(text)
        if parts is None or not self._soft or len(self.devices) > 1:
            return False
        task = parts._replace(device_type=None, device_index=None)
        return fits(self._default, task)

    def _fits_default(self, text: str) -> bool:
        parts = parse_node_device(text)
        return parts is not None and fits(self._default, parts)

    # -- several devices ----------------------------------------------------------------------

    def _place_one_by_one(self, ops: Sequence[Operation]) -> Placement:
        from tftutor.runtime.colocation import ColocationGraph  # most sessions never need it
        from tftutor.runtime.placement_reasons import Explainer

        ops = inputs_first(ops)
        alive = set(ops)
        kept = {op: device for op, device in self._kept.items() if op in alive}
        groups = ColocationGraph(ops, self.devices, self._soft, dict(kept), self._log)
        moved: dict[Operation, str] = {}
        order: dict[Operation, Device] = {}
        later = []
        for op in ops:
            if op in kept:
                device = kept[op]
            elif is_generator(op):
                later.append(op)
                continue
            else:
                device = _first_choice(op, groups, moved)
            order[op] = device
            groups.assign(op, device)
        consumers = _consumers(ops, later)
        for op in later:
            device = _with_consumers(op, consumers[op], groups, moved)
            order[op] = device
            groups.assign(op, device)
        self._keep(order.items())
        return Placement(self.devices, self._default, ops, order,
                         Explainer(groups, kept, moved))

    def _keep(self, placed: Iterable[tuple[Operation, Device]]) -> None:
        self._kept.update((op, device) for op, device in placed if op._op_def.is_stateful)


def _resources_differ(ops: Sequence[Operation]) -> bool:
    """True when variables and other resources ask for different devices."""
    texts = {op._device for op in ops if op._device and is_resource_generator(op)}
    merged = DeviceParts()
    for text in texts:
        parts = parse_node_device(text)
        if parts is None or not are_compatible(merged, parts):
            return True
        merged = merged.merged_over(parts)
    return False


def _first_choice(op: Operation, groups: ColocationGraph, moved: dict[Operation, str]) -> Device:
    devices = groups.devices_for(op)
    if op.type in _METADATA:
        source = op._inputs[0].op
        device = groups.assigned.get(source)
        if device is not None and device in devices:
            if device is not devices[0]:
                moved[op] = f"with its input `{source.name}` (metadata)"
            return device
    return devices[0]


def _consumers(ops: Sequence[Operation], sources: Sequence[Operation]
               ) -> dict[Operation, list[Operation]]:
    """Who takes each source's value or waits for it."""
    found: dict[Operation, list[Operation]] = {op: [] for op in sources}
    for op in ops:
        for tensor in op._inputs:
            if tensor.op in found:
                found[tensor.op].append(op)
        for control in op._control_inputs:
            if control in found:
                found[control].append(op)
    return found


def _with_consumers(op: Operation, consumers: Sequence[Operation], groups: ColocationGraph,
                    moved: dict[Operation, str]) -> Device:
    devices = groups.devices_for(op)
    targets = {groups.assigned.get(consumer) for consumer in consumers}
    if len(targets) == 1:
        device = targets.pop()
        if device is not None and device in devices:
            if device is not devices[0]:
                only = len(consumers) == 1
                moved[op] = (f"with its only consumer `{consumers[0].name}`" if only
                             else "with its consumers")
            return device
    return devices[0]
