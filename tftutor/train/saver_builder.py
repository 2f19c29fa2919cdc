"""The nodes of a Saver: `save/SaveV2`, `save/RestoreV2` and the assignments after it."""

from __future__ import annotations

from typing import Any, NamedTuple

from tftutor.composite.group import group
from tftutor.framework.graph_functions import colocate_with, control_dependencies, device
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import get_op_def
from tftutor.ops.array_reshape import reshape as tf_reshape
from tftutor.ops.array_shape import shape as tf_shape
from tftutor.ops.checkpoint_ops import RestoreV2, SaveV2
from tftutor.ops.constant import placeholder_with_default
from tftutor.ops.identity import identity
from tftutor.ops.partitioned_variable import PartitionedVariable
from tftutor.ops.state import assign
from tftutor.train.optimizer import is_resource


class Saveable(NamedTuple):
    """What is saved under a name, and which part of it that is ("": all)."""

    name: str
    spec: str
    variable: Any


def saveables_of(var_list: Any) -> list[Saveable]:
    """What a Saver's list (or dict) of variables stands for, sorted by name.

    Raises: TypeError for what can't be saved, ValueError for two variables of one name.
    """
    if isinstance(var_list, dict):
        found = dict(var_list)
    else:
        found = _by_name(var_list)
    saveables = [each for name, item in sorted(found.items()) for each in _saveables(name, item)]
    seen: set[int] = set()
    for each in saveables:
        if id(each.variable) in seen:
            raise ValueError("The same saveable will be restored with two names: " + each.name)
        seen.add(id(each.variable))
    return saveables


def _by_name(items: Any) -> dict[str, Any]:
    """Name in the checkpoint -> variable; the parts of one variable are a list."""
    found: dict[str, Any] = {}
    for item in items:
        part = getattr(item, "_save_slice_info", None)
        if part is not None:
            parts = found.setdefault(part.full_name, [])
            if not isinstance(parts, list):
                raise ValueError("Mixing slices and non-slices with the same name: "
                                 + part.full_name)
            parts.append(item)
            continue
        if not isinstance(item, PartitionedVariable):
            _check_kind(item, f"Variable to save is not a Variable: {item}")
        name = item.name if isinstance(item, PartitionedVariable) else item.op.name
        if name in found:
            raise ValueError("At least two variables have the same name: " + name)
        found[name] = item
    return found


def _saveables(name: str, item: Any) -> list[Saveable]:
    if not isinstance(item, list | tuple | PartitionedVariable):
        _check_kind(item, "names_to_saveables must be a dict mapping string names to "
                          f"Tensors/Variables. Not a variable: {item}")
        return [Saveable(name, "", item)]
    parts = []
    for variable in item:
        part = getattr(variable, "_save_slice_info", None)
        if part is None:
            raise ValueError(f"Slices must all be slices: {variable}")
        if part.full_name != next(iter(item))._save_slice_info.full_name:
            raise ValueError("Slices must all be from the same tensor: "
                             f"{part.full_name} != "
                             f"{next(iter(item))._save_slice_info.full_name}")
        parts.append(Saveable(name, part.spec, variable))
    return parts


def _check_kind(item: Any, text: str) -> None:
    if not (hasattr(item, "_ref") or is_resource(item) or _is_variable_tensor(item)):
        raise TypeError(text)


def _is_variable_tensor(item: Any) -> bool:
    return getattr(getattr(item, "op", None), "type", "") in ("Variable", "VariableV2")


def build_saver_nodes(saveables: list[Saveable], name: str | None, filename: str | None,
                      reshape: bool, restore_sequentially: bool) -> dict[str, str]:
    """Add the nodes and return the three names a SaverDef holds."""
    with name_scope(name, "save", [_tensor_of(each.variable) for each in saveables]):
        path = _filename(filename)
        save = _add_save(path, saveables)
        restore = _add_restore(path, saveables, reshape, restore_sequentially)
    return {"filename_tensor_name": path.name, "save_tensor_name": save.name,
            "restore_op_name": restore.name}


def _filename(filename: str | None) -> Any:
    named = placeholder_with_default(filename or "model", shape=(), name="filename")
    return placeholder_with_default(named, shape=(), name="Const")


def _tensor_of(variable: Any) -> Any:
    if is_resource(variable):
        return variable.handle
    return variable._ref() if hasattr(variable, "_ref") else variable


def _saved_value(variable: Any) -> Any:
    """The tensor SaveV2 takes: the ref itself, or a resource variable's own read."""
    if is_resource(variable):
        return variable._graph_element
    return _tensor_of(variable)


def _add_save(path: Any, saveables: list[Saveable]) -> Any:
    names, specs, variables = zip(*saveables, strict=True)
    save = SaveV2(path, list(names), list(specs), [_saved_value(v) for v in variables])
    with control_dependencies([save]), colocate_with(path.op):
        return identity(path, name="control_dependency")


def _add_restore(path: Any, saveables: list[Saveable], reshape: bool, sequentially: bool) -> Any:
    assigns: list[Any] = []
    names, specs, variables = zip(*saveables, strict=True)
    with device("/cpu:0"):
        values = RestoreV2(path, list(names), list(specs),
                           dtypes=[v.dtype.base_dtype for v in variables])
    for variable, value in zip(variables, values, strict=True):
        waits = assigns[-1:] if sequentially else []
        with control_dependencies(waits):
            assigns.append(_restore_one(variable, value, reshape))
    return group(*assigns, name="restore_all")


def _restore_one(variable: Any, value: Any, reshape: bool) -> Any:
    shape = variable.get_shape()
    if reshape:
        if not shape.is_fully_defined():
            shape_tensor: Any = tf_shape(variable)
        else:
            shape_tensor = shape.as_list()
        value = tf_reshape(value, shape_tensor)
    if is_resource(variable):
        value = identity(value)
        return get_op_def("AssignVariableOp")(variable.handle, value)
    validate = not reshape and shape.is_fully_defined()
    return assign(_tensor_of(variable), value, validate_shape=validate)

