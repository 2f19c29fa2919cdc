"""`tf.contrib.framework`: variables that get given values, or values of a checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tftutor.compat.aliases import tf
from tftutor.framework.api import export_value, tf_export
from tftutor.framework.collections import GraphKeys
from tftutor.framework.scope_names import prepend_name_scope, strip_name_scope
from tftutor.platform import tf_logging

Assignment = tuple[Any, dict[Any, Any]]

export_value("contrib.framework.prepend_name_scope", prepend_name_scope)
export_value("contrib.framework.strip_name_scope", strip_name_scope)


@tf_export("contrib.framework.assign_from_values")
def assign_from_values(var_names_to_values: Mapping[str, np.ndarray]) -> Assignment:
    """An operation that assigns values to the variables of these names, and what to feed it.

    Raises: ValueError for a name that no variable has.
    Source: TF 1.15 docs, tf.contrib.framework.assign_from_values.
    """
    assigns, feeds = [], {}
    for name, value in var_names_to_values.items():
        variable = _found(name)
        placeholder = _placeholder(variable)
        assigns.append(variable.assign(placeholder))
        feeds[placeholder] = value.reshape(variable.get_shape().as_list())
    return tf.group(*assigns), feeds


def _found(name: str) -> Any:
    found = tf.get_collection(GraphKeys.GLOBAL_VARIABLES, name)
    if not found:
        raise ValueError(f"Variable {name} wasn't found")
    if len(found) == 1:
        return found[0]
    for variable in found:
        if variable.op.name == name:
            return variable
    raise ValueError(f"Variable {name} doesn't uniquely identify a variable")


def _placeholder(variable: Any) -> Any:
    return tf.placeholder(dtype=variable.dtype.base_dtype, shape=variable.get_shape(),
                          name="placeholder/" + variable.op.name)


@tf_export("contrib.framework.assign_from_values_fn")
def assign_from_values_fn(var_names_to_values: Mapping[str, np.ndarray]) -> Callable[[Any], Any]:
    """A function that assigns the values in the session it is given.

    Raises: ValueError for a name that no variable has.
    Source: TF 1.15 docs, tf.contrib.framework.assign_from_values_fn.
    """
    operation, feeds = assign_from_values(var_names_to_values)
    return lambda session: session.run(operation, feeds)


@tf_export("contrib.framework.get_variable_full_name")
def get_variable_full_name(var: Any) -> str:
    """A variable's name in checkpoints; for a part of one, the whole's.

    Source: TF 1.15, contrib.framework.
    """
    return var._save_slice_info.full_name if var._save_slice_info else var.op.name


@tf_export("contrib.framework.assign_from_checkpoint")
def assign_from_checkpoint(model_path: str, var_list: Any, ignore_missing_vars: bool = False
                           ) -> Assignment:
    """An operation that assigns the values of a checkpoint, and what to feed it.

    Args:
      var_list: variables, or a dict from names in the checkpoint to variables or lists of parts.
      ignore_missing_vars: leave out, with a warning, what isn't in the checkpoint.

    Raises: ValueError for a variable that isn't there, or that has another shape.
    Source: TF 1.15 docs, tf.contrib.framework.assign_from_checkpoint.
    """
    reader = tf.train.NewCheckpointReader(model_path)
    assigns, feeds = [], {}
    for name, variables in _grouped(var_list).items():
        if not reader.has_tensor(name):
            missing = f"Checkpoint is missing variable [{name}]"
            if not ignore_missing_vars:
                raise ValueError(missing)
            tf_logging.warning(missing)
            continue
        value = np.asarray(reader.get_tensor(name))
        for variable in variables:
            placeholder = _placeholder(variable)
            assigns.append(variable.assign(placeholder))
            feeds[placeholder] = _part_of(value, variable, name)
    return tf.group(*assigns), feeds


def _grouped(var_list: Any) -> dict[str, list[Any]]:
    if not isinstance(var_list, list | tuple):
        return {name: list(item) if isinstance(item, list | tuple) else [item]
                for name, item in var_list.items()}
    grouped: dict[str, list[Any]] = {}
    for variable in var_list:
        grouped.setdefault(get_variable_full_name(variable), []).append(variable)
    return grouped


def _part_of(value: np.ndarray, variable: Any, name: str) -> np.ndarray:
    info = variable._save_slice_info
    if info:
        return value[tuple(slice(begin, begin + size) for begin, size
                           in zip(info.var_offset, info.var_shape, strict=True))]
    if variable.get_shape() != value.shape:
        raise ValueError(f"Total size of new array must be unchanged for {name} lh_shape: "
                         f"[{value.shape}], rh_shape: [{variable.get_shape()}]")
    return value


@tf_export("contrib.framework.assign_from_checkpoint_fn")
def assign_from_checkpoint_fn(model_path: str, var_list: Any, ignore_missing_vars: bool = False,
                              reshape_variables: bool = False) -> Callable[[Any], Any] | None:
    """A function that restores the variables in the session it is given.

    With `ignore_missing_vars`, None when the checkpoint has none of them.

    Raises: ValueError for an empty list.
    Source: TF 1.15 docs, tf.contrib.framework.assign_from_checkpoint_fn.
    """
    if not var_list:
        raise ValueError("var_list cannot be empty")
    if ignore_missing_vars:
        reader = tf.train.NewCheckpointReader(model_path)
        wanted = var_list if isinstance(var_list, dict) else {v.op.name: v for v in var_list}
        var_list = {name: each for name, each in wanted.items() if reader.has_tensor(name)}
        for name in wanted:
            if name not in var_list:
                tf_logging.warning("Variable %s missing in checkpoint %s", name, model_path)
    if not var_list:
        tf_logging.warning("No Variables to restore")
        return None
    saver = tf.train.Saver(var_list, reshape=reshape_variables)
    return lambda session: saver.restore(session, model_path)


@tf_export("contrib.framework.global_variable")
def global_variable(initial_value: Any, validate_shape: bool = True, name: str | None = None,
                    use_resource: bool | None = None) -> Any:
    """A variable in GLOBAL_VARIABLES only: saved, but not trained.

    Source: TF 1.15 docs, tf.contrib.framework.global_variable.
    """
    return tf.Variable(initial_value, trainable=False, collections=[GraphKeys.GLOBAL_VARIABLES],
                       validate_shape=validate_shape, use_resource=use_resource, name=name)


@tf_export("contrib.framework.assert_or_get_global_step")
def assert_or_get_global_step(graph: Any = None, global_step_tensor: Any = None) -> Any:
    """The global step given, once it is checked; without one, the graph's.

    Source: TF 1.15 docs, tf.contrib.framework.assert_or_get_global_step.
    """
    if global_step_tensor is None:
        return tf.train.get_global_step(graph)
    tf.train.assert_global_step(global_step_tensor)
    return global_step_tensor
