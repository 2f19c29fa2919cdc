"""What operations wait for through others that are left out of a step.

    save = SaveV2(...)                          # on one server
    with control_dependencies([save]):
        done = identity(name)                   # nobody takes its value: it isn't run
    with control_dependencies([done]):
        merge = MergeV2Checkpoints(...)         # on another server; still comes after `save`
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
    if len(ops) == len(kept):
        return {}
    left_out = {op: dict[Operation, None]() for op in set(ops).difference(kept)}
    noticed: set[Operation] = set()  # they, or something they wait for, have effects
    found: Waits = {}
    for op in ops:
        sources = _sources(op)
        if _is_noticed(op) or any(source in noticed for source in sources):
            noticed.add(op)
        if op in left_out:
            behind = left_out[op]
            for source in sources:
                if source in left_out:
                    behind.update(left_out[source])
                elif source in noticed:
                    behind[source] = None
        else:
            before = dict[Operation, None]()
            for control in op._control_inputs:
                before.update(left_out.get(control, {}))
            if before:
                found[op] = tuple(before)
    return found


def _sources(op: Operation) -> Iterable[Operation]:
    return [*(tensor.op for tensor in op._inputs), *op._control_inputs]


def _is_noticed(op: Operation) -> bool:
    return has_effects(op) and op.type not in _UNNOTICED and "seed2" not in op._attrs
