"""`tf.contrib.framework`: variables of models, found again by scope and name."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Any

from tftutor.compat.aliases import tf
from tftutor.compat.contrib.arg_scope import add_arg_scope
from tftutor.framework.api import tf_export
from tftutor.framework.collections import GraphKeys
from tftutor.framework.device_spec import DeviceSpec
from tftutor.framework.dtypes import float32
from tftutor.ops.variable_policies import VariableAggregation, VariableSynchronization


@tf_export("contrib.framework.variable")
@add_arg_scope
def variable(name: str, shape: Any = None, dtype: Any = None, initializer: Any = None,
             regularizer: Any = None, trainable: bool = True, collections: Any = None,
             caching_device: Any = None, device: Any = None, partitioner: Any = None,
             custom_getter: Any = None, use_resource: bool | None = None,
             synchronization: Any = VariableSynchronization.AUTO,
             aggregation: Any = VariableAggregation.NONE) -> Any:
    """`tf.get_variable` with a device. Source: TF 1.15 docs, tf.contrib.framework.variable."""
    given = [GraphKeys.GLOBAL_VARIABLES] if collections is None else collections
    getter = tf.get_variable
    if custom_getter is not None:
        getter = functools.partial(custom_getter, reuse=tf.get_variable_scope().reuse)
    with tf.device(device or ""):
        return getter(name, shape=shape, dtype=dtype, initializer=initializer,
                      regularizer=regularizer, trainable=trainable,
                      collections=list(dict.fromkeys(given)), caching_device=caching_device,
                      partitioner=partitioner, use_resource=use_resource,
                      synchronization=synchronization, aggregation=aggregation)


@tf_export("contrib.framework.model_variable")
@add_arg_scope
def model_variable(name: str, shape: Any = None, dtype: Any = float32, initializer: Any = None,
                   regularizer: Any = None, trainable: bool = True, collections: Any = None,
                   caching_device: Any = None, device: Any = None, partitioner: Any = None,
                   custom_getter: Any = None, use_resource: bool | None = None,
                   synchronization: Any = VariableSynchronization.AUTO,
                   aggregation: Any = VariableAggregation.NONE) -> Any:
    """A variable that is also in MODEL_VARIABLES.

    Source: TF 1.15 docs, tf.contrib.framework.model_variable.
    """
    collections = [*(collections or ()), GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES]
    return variable(name, shape=shape, dtype=dtype, initializer=initializer,
                    regularizer=regularizer, trainable=trainable, collections=collections,
                    caching_device=caching_device, device=device, partitioner=partitioner,
                    custom_getter=custom_getter, use_resource=use_resource,
                    synchronization=synchronization, aggregation=aggregation)


@tf_export("contrib.framework.local_variable")
def local_variable(initial_value: Any, validate_shape: bool = True, name: str | None = None,
                   use_resource: bool | None = None) -> Any:
    """A variable in LOCAL_VARIABLES only: not trained, not saved.

    Source: TF 1.15 docs, tf.contrib.framework.local_variable.
    """
    return tf.Variable(initial_value, trainable=False, collections=[GraphKeys.LOCAL_VARIABLES],
                       validate_shape=validate_shape, name=name, use_resource=use_resource)


@tf_export("contrib.framework.add_model_variable")
def add_model_variable(var: Any) -> None:
    """Put a variable into MODEL_VARIABLES, once.

    Source: TF 1.15 docs, tf.contrib.framework.add_model_variable.
    """
    if all(var is not other for other in tf.get_collection(GraphKeys.MODEL_VARIABLES)):
        tf.add_to_collection(GraphKeys.MODEL_VARIABLES, var)


@tf_export("contrib.framework.get_variables")
def get_variables(scope: Any = None, suffix: str | None = None,
                  collection: str = GraphKeys.GLOBAL_VARIABLES) -> list[Any]:
    """The variables of a collection whose names start with `scope` and end in `suffix`.

    Source: TF 1.15 docs, tf.contrib.framework.get_variables.
    """
    scope = getattr(scope, "name", scope)
    if suffix is not None:
        end = suffix if ":" in suffix else f"{suffix}:"
        scope = f"{scope or ''}.*{end}"
    return tf.get_collection(collection, scope)


@tf_export("contrib.framework.get_model_variables")
def get_model_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """The variables in MODEL_VARIABLES; see `get_variables`.

    Source: TF 1.15 docs, tf.contrib.framework.get_model_variables.
    """
    return get_variables(scope, suffix, GraphKeys.MODEL_VARIABLES)


@tf_export("contrib.framework.get_local_variables")
def get_local_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """The variables in LOCAL_VARIABLES; see `get_variables`.

    Source: TF 1.15 docs, tf.contrib.framework.get_local_variables.
    """
    return get_variables(scope, suffix, GraphKeys.LOCAL_VARIABLES)


@tf_export("contrib.framework.get_trainable_variables")
def get_trainable_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """The variables in TRAINABLE_VARIABLES; see `get_variables`.

    Source: TF 1.15 docs, tf.contrib.framework.get_trainable_variables.
    """
    return get_variables(scope, suffix, GraphKeys.TRAINABLE_VARIABLES)


@tf_export("contrib.framework.get_variables_by_suffix")
def get_variables_by_suffix(suffix: str, scope: Any = None) -> list[Any]:
    """The variables whose names end in `suffix`.

    Source: TF 1.15 docs, tf.contrib.framework.get_variables_by_suffix.
    """
    return get_variables(scope=scope, suffix=suffix)


@tf_export("contrib.framework.get_variables_by_name")
def get_variables_by_name(given_name: str, scope: Any = None) -> list[Any]:
    """The variables whose last name is `given_name`.

    Source: TF 1.15 docs, tf.contrib.framework.get_variables_by_name.
    """
    return get_variables(scope=scope, suffix=f"/{given_name}:|^{given_name}:")


@tf_export("contrib.framework.get_unique_variable")
def get_unique_variable(var_op_name: str) -> Any:
    """The variable of that name. Raises: ValueError when there is none.

    Source: TF 1.15 docs, tf.contrib.framework.get_unique_variable.
    """
    found = get_variables(scope=var_op_name)
    if not found:
        raise ValueError(f"Couldn't find variable {var_op_name}")
    for candidate in found:
        if candidate.op.name == var_op_name:
            return candidate
    raise ValueError(f"Variable {var_op_name} does not uniquely identify a variable")


@tf_export("contrib.framework.get_variables_to_restore")
def get_variables_to_restore(include: Any = None, exclude: Any = None) -> list[Any]:
    """The variables of the scopes in `include` (default: all) and not of those in `exclude`.

    Raises: TypeError when either is no list or tuple.
    Source: TF 1.15 docs, tf.contrib.framework.get_variables_to_restore.
    """
    for name, scopes in (("include", include), ("exclude", exclude)):
        if scopes is not None and not isinstance(scopes, list | tuple):
            raise TypeError(f"{name} is provided but is not a list or a tuple.")
    wanted = get_variables() if include is None else [v for s in include for v in get_variables(s)]
    unwanted = {v for scope in exclude or () for v in get_variables(scope)}
    return [v for v in wanted if v not in unwanted]


@tf_export("contrib.framework.filter_variables")
def filter_variables(var_list: Sequence[Any], include_patterns: Sequence[str] | None = None,
                     exclude_patterns: Sequence[str] | None = None, reg_search: bool = True
                     ) -> list[Any]:
    """The variables whose names fit one pattern to include and none to exclude.

    Args:
      reg_search: patterns may be anywhere in a name; otherwise at its beginning.

    Source: TF 1.15 docs, tf.contrib.framework.filter_variables.
    """
    fits = re.search if reg_search else re.match
    found = [v for v in var_list if include_patterns is None
             or any(fits(pattern, v.name) for pattern in include_patterns)]
    unwanted = exclude_patterns or ()
    return [v for v in found if not any(fits(pattern, v.name) for pattern in unwanted)]


@tf_export("contrib.framework.VariableDeviceChooser")
class VariableDeviceChooser:
    """A device function for variables: one parameter server after the other, or a fixed device.

    Source: TF 1.15 docs, tf.contrib.framework.VariableDeviceChooser.
    """

    def __init__(self, num_tasks: int = 0, job_name: str = "ps", device_type: str = "CPU",
                 device_index: int = 0, replica: int | None = None) -> None:
        self._num_tasks, self._job_name = num_tasks, job_name
        self._device_type, self._device_index = device_type, device_index
        self._replica = replica
        self._next_task = 0

    def __call__(self, op: Any) -> str:
        spec = DeviceSpec(replica=self._replica, device_type=self._device_type,
                          device_index=self._device_index)
        if self._num_tasks > 0:
            spec.job, spec.task = self._job_name, self._next_task
            self._next_task = (self._next_task + 1) % self._num_tasks
        return spec.to_string()
