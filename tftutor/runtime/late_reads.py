"""Late reads: who must see a variable as it is after an update of the same step.

`v/read` hands out the value a variable has when the step begins to use it. TF's node hands out the
variable's own memory, so an operation that is ordered after an update sees the updated value:

    with tf.control_dependencies([train_op]):
        average = ema.apply([w])          # averages the new w, through the old w/read

Here such an operation reads the variable anew, also through nodes that only pass the value on
(but for Reshape and its like, which share the memory in TF too). Operations without an order keep
the first value: in TF theirs depends on the threads. A fetched `v/read` is the value at the end,
as in TF, which copies fetches out when all is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.waiting import Waits

_SNAPSHOTS = {"Identity", "Snapshot"}
# They pass on the memory they get, and with it a variable's.
_FORWARDS = {*_SNAPSHOTS, "StopGradient", "PreventGradient", "Switch", "Enter"}
# They take a variable's place without changing what is in it.
_NO_UPDATES = {"Identity", "Snapshot", "IsVariableInitialized", "RefIdentity", "RefEnter",
               "RefExit", "RefMerge", "RefNextIteration", "RefSwitch", "RefSelect"}

Places = frozenset[Operation]
_NOWHERE: Places = frozenset()


class LateReads:
    """Which snapshots of variables are out of date where.

    Attributes:
      of: an operation -> the snapshots among its inputs that it must read anew.
      updated: the snapshots whose variable the step updates at all -> the variable's reference.
    """

    __slots__ = ("of", "updated")

    def __init__(self, ops: Sequence[Operation], fed: Iterable[Tensor],
                 waits: Waits | None = None) -> None:
        self.of: dict[Operation, list[Tensor]] = {}
        self.updated: dict[Tensor, Tensor] = {}
        snapshots = _snapshots(ops, set(fed))
        if not snapshots:
            return
        updates = {op: places for op in ops if (places := _updated_places(op))}
        places = _NOWHERE.union(*updates.values())
        self.updated = {tensor: place.outputs[0] for tensor, place in snapshots.items()
                        if place in places}
        if self.updated:
            self._find(ops, snapshots, updates, waits or {})

    def _find(self, ops: Sequence[Operation], snapshots: dict[Tensor, Operation],
              updates: dict[Operation, Places], waits: Waits) -> None:
        before: dict[Operation, Places] = {}  # places updated before an operation's followers run
        for op in ops:
            seen = _NOWHERE
            for source in (*(t.op for t in op._inputs), *op._control_inputs, *waits.get(op, ())):
                earlier = before.get(source, _NOWHERE)
                if not earlier <= seen:
                    seen = seen | earlier if seen else earlier
            if seen:
                late = [t for t in op._inputs if t in self.updated and snapshots[t] in seen]
                if late:
                    self.of[op] = list(dict.fromkeys(late))
            own = updates.get(op)
            if own:
                seen = seen | own
            if seen:
                before[op] = seen


def _snapshots(ops: Iterable[Operation], fed: set[Tensor]) -> dict[Tensor, Operation]:
    """The tensors that are a variable's value as it was read -> the variable."""
    found: dict[Tensor, Operation] = {}
    for op in ops:
        if op.type not in _FORWARDS:
            continue
        source = op._inputs[0]
        if op.type in _SNAPSHOTS and source.dtype._is_ref_dtype:
            found[op.outputs[0]] = place_of(source)
        elif source in found:
            found.update((tensor, found[source]) for tensor in op.outputs)
        for tensor in op.outputs:
            if tensor in fed:
                found.pop(tensor, None)
    return found


def place_of(tensor: Tensor) -> Operation:
    """The variable that a reference leads to: `Assign` and its like pass theirs on."""
    op = tensor.op
    while op._inputs and op._inputs[0].dtype._is_ref_dtype:
        op = op._inputs[0].op
    return op


def _updated_places(op: Operation) -> Places:
    if op.type in _NO_UPDATES or not any(t.dtype._is_ref_dtype for t in op._inputs):
        return _NOWHERE
    refs = [arg.is_ref for arg in op._op_def.spec.inputs]
    if not any(refs):
        return _NOWHERE  # reads the variable, like any operation that takes a value
    return frozenset(place_of(t) for t in op._inputs if t.dtype._is_ref_dtype)
