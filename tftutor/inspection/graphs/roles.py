"""What each operation is there for: the model itself, its gradient, the update, or housekeeping.

A training graph is mostly machinery: of 1,500 operations a student wrote some 60. The roles are
told from the structure (what the optimizer's update needs, what fills a variable), with names as a
help only where TensorFlow itself gives them (`gradients`, `save`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tftutor.framework.operation import Operation
from tftutor.inspection.graphs.model import FORWARD, GRADIENT, INIT, SAVE, SUMMARY, TRAINING

_ASSIGNS = {"Assign", "AssignVariableOp"}
VARIABLES = {"Variable", "VariableV2", "VarHandleOp", "TemporaryVariable"}
# What makes a value depend on the step: nothing behind these is mere initialisation.
_LIVE = VARIABLES | {"Placeholder", "PlaceholderV2", "PlaceholderWithDefault", "IteratorGetNext"}
_UPDATES = ("Apply", "SparseApply", "ResourceApply", "ResourceSparseApply")
_SAVES = {"SaveV2", "Save", "SaveSlices", "RestoreV2", "Restore", "RestoreSlice",
          "MergeV2Checkpoints", "ShardedFilename"}
_SUMMARIES = {"ScalarSummary", "HistogramSummary", "ImageSummary", "AudioSummary", "MergeSummary",
              "TensorSummary", "TensorSummaryV2"}


def roles_of(ops: Sequence[Operation]) -> dict[Operation, str]:
    """The role of each operation; `ops` in the order of their creation."""
    roles = {op: role for op in ops if (role := _own_role(op)) is not None}
    _by_scope(ops, roles, GRADIENT, _gradient_scopes(ops))
    _by_scope(ops, roles, SAVE, _scopes_around(ops, _SAVES))
    _by_scope(ops, roles, TRAINING, _update_scopes(ops))
    _mark_slots(ops, roles)
    _mark_initial_values(ops, roles)
    _mark_machinery(ops, roles)
    return {op: roles.get(op, FORWARD) for op in ops}


def backward_of(op: Operation, names: Mapping[str, object]) -> str | None:
    """The forward operation whose gradient `op` helps to compute, or None.

    A graph that comes from a GraphDef has lost the link; the name `.../conv1/Relu_grad/...` tells.
    """
    if op._original_op is not None:
        return op._original_op.name
    parts = op.name.split("/")
    for index, part in enumerate(parts):
        if part.endswith("_grad") and index:
            for start in range(index):
                name = "/".join([*parts[start:index], part.removesuffix("_grad")])
                if name in names:
                    return name
    return None


def _own_role(op: Operation) -> str | None:
    """The role that the operation alone gives away."""
    if op._original_op is not None:
        return GRADIENT
    if op.type in _SUMMARIES:
        return SUMMARY
    if op.type in _SAVES:
        return SAVE
    if op.type.startswith(_UPDATES):
        return TRAINING
    if op.type in _ASSIGNS and _is_initializer(op):
        return INIT
    return None


def _is_initializer(assign: Operation) -> bool:
    """Whether an Assign is the variable's own, which runs once, at the beginning."""
    return assign.name.rpartition("/")[0] == assign._inputs[0].op.name


def _by_scope(ops: Sequence[Operation], roles: dict[Operation, str], role: str,
              scopes: set[str]) -> None:
    """Give the role to whatever stands in one of the scopes and has none."""
    if not scopes:
        return
    prefixes = tuple(f"{scope}/" for scope in sorted(scopes))
    for op in ops:
        if op not in roles and op.name.startswith(prefixes):
            roles[op] = role


def _gradient_scopes(ops: Sequence[Operation]) -> set[str]:
    """Scopes that `tf.gradients` opened: `gradients`, `tower_1/gradients_2`."""
    scopes = set()
    for op in ops:
        parts = op.name.split("/")
        for index, part in enumerate(parts[:-1]):
            if part == "gradients" or part.startswith("gradients_"):
                scopes.add("/".join(parts[:index + 1]))
    return scopes


def _scopes_around(ops: Sequence[Operation], types: set[str]) -> set[str]:
    """The scopes that operations of these types stand in: `model/save`."""
    return {op.name.rpartition("/")[0] for op in ops if op.type in types and "/" in op.name}


def _update_scopes(ops: Sequence[Operation]) -> set[str]:
    """Scopes of optimizers: `Adam` of `Adam/update_w/ApplyAdam`."""
    scopes = set()
    for op in ops:
        if op.type.startswith(_UPDATES):
            parts = op.name.split("/")
            for index, part in enumerate(parts[:-1]):
                if index and part.startswith("update"):
                    scopes.add("/".join(parts[:index]))
                    break
    return scopes


def _mark_slots(ops: Sequence[Operation], roles: dict[Operation, str]) -> None:
    """The optimizer's own variables (moments, powers): only updates and reads touch them."""
    users: dict[Operation, list[Operation]] = {}
    for op in ops:
        for tensor in op._inputs:
            users.setdefault(tensor.op, []).append(op)
    slots: set[str] = set()
    for op in ops:
        if op.type in VARIABLES and op not in roles:
            followers = users.get(op, []) + [user for read in users.get(op, ())
                                             if read.type == "Identity"
                                             for user in users.get(read, ())]
            working = [user for user in followers
                       if roles.get(user) not in (INIT, SAVE) and user.type != "Identity"
                       and user.type not in ("IsVariableInitialized", "VarIsInitializedOp")]
            trains = [user for user in working
                      if roles.get(user) == TRAINING and not _is_trained_by(user, op)]
            if trains and len(trains) == len(working):
                slots.add(op.name)
    for op in ops:
        if op.name in slots or _scope_in(op.name, slots):
            roles.setdefault(op, TRAINING)


def _is_trained_by(update: Operation, variable: Operation) -> bool:
    """Whether the variable is what the update changes, not one of the optimizer's helpers."""
    return update.type.startswith(_UPDATES) and update._inputs[0].op is variable


def _scope_in(name: str, slots: set[str]) -> bool:
    while "/" in name:
        name = name.rpartition("/")[0]
        if name in slots:
            return True
    return False


def _mark_initial_values(ops: Sequence[Operation], roles: dict[Operation, str]) -> None:
    """What computes the values that variables begin with, and nothing else."""
    live: set[Operation] = set()
    for op in ops:
        if op.type in _LIVE or any(tensor.op in live for tensor in op._inputs):
            live.add(op)
    wanted_by: dict[Operation, set[str]] = {}
    for op in reversed(ops):
        if op not in roles and op not in live:
            users = wanted_by.get(op)
            if users == {INIT}:
                roles[op] = INIT
            elif users and op.type == "Const" and FORWARD not in users and len(users) == 1:
                roles[op] = next(iter(users))  # a summary's tag, the optimizer's learning rate
        role = roles.get(op, FORWARD)
        for tensor in op._inputs:
            wanted_by.setdefault(tensor.op, set()).add(role)


def _mark_machinery(ops: Sequence[Operation], roles: dict[Operation, str]) -> None:
    """NoOps and groups that only wait for parts of one role have that role (`init`, `train`)."""
    for op in ops:
        if op in roles or op._inputs or op.type != "NoOp" or not op._control_inputs:
            continue
        waited = {roles.get(source, FORWARD) for source in op._control_inputs}
        if len(waited) == 1:
            roles[op] = waited.pop()
        elif TRAINING in waited:
            roles[op] = TRAINING
