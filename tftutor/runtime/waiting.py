"""What operations wait for through others that are left out of a step.

    save = SaveV2(...)                          # on one server
    with control_dependencies([save]):
        done = identity(name)                   # nobody takes its value: it isn't run
    with control_dependencies([done]):
        merge = MergeV2Checkpoints(...)         # on another server; still comes after `save`
"""

from __future__ import annotations

from collections.abc import Sequence

from tftutor.framework.operation import Operation
from tftutor.runtime.pruning import has_effects

Waits = dict[Operation, tuple[Operation, ...]]

# Stateful, but nobody can tell when they have run.
_UNNOTICED = {"VariableV2", "Variable", "VarHandleOp", "ReadVariableOp", "Placeholder",
              "PlaceholderV2", "IsVariableInitialized", "VarIsInitializedOp"}


def waits_through_others(ops: Sequence[Operation], kept: Sequence[Operation]) -> Waits:
    """An operation of `kept` -> those of `kept` that come before it because of others in `ops`.

    `ops` are in topological order, `kept` some of them. Left out is what nobody can notice: to wait
    for a value that is computed from variables and constants alone.
    """
    left_out = {op: dict[Operation, None]() for op in set(ops).difference(kept)}
    if not any(control in left_out for op in kept for control in op._control_inputs):
        return {}
    noticed = _noticed(ops)
    found: Waits = {}
    for op in ops:
        behind = left_out.get(op)
        if behind is not None:
            for source in (*(tensor.op for tensor in op._inputs), *op._control_inputs):
                if source in left_out:
                    behind.update(left_out[source])
                elif source in noticed:
                    behind[source] = None
        elif op._control_inputs:
            before = dict[Operation, None]()
            for control in op._control_inputs:
                before.update(left_out.get(control, {}))
            if before:
                found[op] = tuple(before)
    return found


def _noticed(ops: Sequence[Operation]) -> set[Operation]:
    """The operations that have effects, or wait for one that has."""
    found: set[Operation] = set()
    effects: dict[str, bool] = {}  # by the type
    for op in ops:
        known = effects.get(op.type)
        if known is None:
            known = effects[op.type] = (has_effects(op) and op.type not in _UNNOTICED
                                        and "seed2" not in op._attrs)
        if known or not found.isdisjoint(op._control_inputs):
            found.add(op)
            continue
        for tensor in op._inputs:
            if tensor.op in found:
                found.add(op)
                break
    return found
