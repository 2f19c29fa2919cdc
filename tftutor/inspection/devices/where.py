"""The model of a placement: where each operation runs, why, and what must cross devices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tftutor.framework.operation import Operation
from tftutor.inspection.devices.model import Crossing, DevicesModel, Lane, Row
from tftutor.inspection.devices.names import device_title
from tftutor.runtime.placement import Placement
from tftutor.runtime.pruning import reachable_ops

_FED = "fed: its value comes from your program"


def placement_model(placement: Placement, fetches: Iterable[Any] | None = None,
                    feeds: Iterable[Any] = ()) -> DevicesModel:
    """Where operations run.

    Args:
      placement: of a session, `session.placement()`.
      fetches: tensors, operations or their names; show only what they need. All of the graph
        without them.
      feeds: with `fetches`, tensors (or names) that are fed: what only they need isn't shown.
    """
    ops = sorted(placement.order, key=lambda op: op._id)
    find = ops[0].graph.as_graph_element if ops else None
    fed = {find(each) for each in feeds} if find and fetches is not None else set()
    if fetches is not None and find:
        found = [find(each) for each in fetches]
        targets = [each if isinstance(each, Operation) else each.op for each in found]
        needed = reachable_ops(targets, fed)
        ops = [op for op in ops if op in needed]
    given = sorted({t.op for t in fed} - set(ops), key=lambda op: op._id)
    host = placement.devices[0]
    rows = (*(Row(op.name, op.type, op._device, host.shown_name, _FED, False) for op in given),
            *(Row(*row, row.reason.startswith("soft placement")) for row in placement.table(ops)))
    counts: dict[Any, int] = {host: len(given)}
    for op in ops:
        device = placement.device_of(op)
        counts[device] = counts.get(device, 0) + 1
    lanes = [Lane(device.name, device_title(device.name, device.is_simulated),
                  device.is_simulated, counts.get(device, 0)) for device in placement.devices]
    return DevicesModel(tuple(sorted(lanes, key=lambda lane: lane.title)), rows=tuple(rows),
                        crossings=tuple(_crossings(ops, placement, fed)))


def _crossings(ops: list[Operation], placement: Placement, fed: set[Any]) -> Iterable[Crossing]:
    """Each tensor once for each other device that uses it, as TensorFlow sends it.

    What is fed comes from the first CPU.
    """
    known: set[tuple[Any, str]] = set()
    inside = set(ops)
    for op in ops:
        target = placement.device_of(op)
        for tensor in op.inputs:
            is_fed = tensor in fed
            source = placement.devices[0] if is_fed else placement.device_of(tensor.op)
            if (source is target or (tensor.op not in inside and not is_fed)
                    or (tensor, target.name) in known):
                continue
            known.add((tensor, target.name))
            yield Crossing(tensor.name.removesuffix(":0"), source.name, target.name,
                           str(tensor.shape), _nbytes(tensor), op.name)


def _nbytes(tensor: Any) -> int | None:
    """The bytes of a tensor, None while its shape or the size of its elements is unknown."""
    count = tensor.shape.num_elements() if tensor.shape.ndims is not None else None
    size = getattr(tensor.dtype.base_dtype, "size", None)
    if count is None or not size or tensor.dtype.base_dtype.name in ("string", "resource"):
        return None
    return int(count) * int(size)
