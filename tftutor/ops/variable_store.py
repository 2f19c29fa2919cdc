"""VariableStore: the variables of `tf.get_variable`, by full name, one store a graph."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Sequence
from typing import Any

from tftutor import errors
from tftutor.framework import dtypes
from tftutor.framework.api import exported
from tftutor.framework.collections import GraphKeys
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.tensor_shape import TensorShape, as_shape
from tftutor.ops.init_ops import GlorotUniform, Zeros
from tftutor.ops.resource_variable import BaseResourceVariable
from tftutor.ops.variable_policies import checked_policies
from tftutor.ops.variables import Variable

_STORE = ("__variable_store",)
_MAX_FRAMES = 5


class VariableStore:
    """Makes and finds variables by their full names."""

    def __init__(self) -> None:
        self._vars: dict[str, Any] = {}

    def get_variable(self, name: str, *, custom_getter: Any = None, dtype: Any = dtypes.float32,
                     synchronization: Any = None, aggregation: Any = None,
                     trainable: bool | None = None, constraint: Any = None,
                     **options: Any) -> Any:
        """Find or make a variable; `custom_getter(getter, name, ...)` may do it in our place.

        Raises: ValueError when the variable exists and isn't reused, when it doesn't exist and
        must be reused, when shape or dtype don't fit.
        """
        if custom_getter is not None and not callable(custom_getter):
            raise ValueError(f"Passed a custom_getter which is not callable: {custom_getter}")
        dtype = getattr(dtype, "base_dtype", dtype)
        synchronization, aggregation, trainable = checked_policies(synchronization, aggregation,
                                                                   trainable, name)
        arguments = {"name": name, "dtype": dtype, "trainable": trainable,
                     "synchronization": synchronization, "aggregation": aggregation,
                     "constraint": constraint, **options}
        if custom_getter is None:
            return self._true_getter(**arguments)
        if not _takes(custom_getter, "constraint"):
            del arguments["constraint"]
        return custom_getter(getter=self._true_getter, **arguments)

    def _true_getter(self, name: str, shape: Any = None, dtype: Any = dtypes.float32,
                     initializer: Any = None, regularizer: Any = None, reuse: Any = None,
                     trainable: bool | None = None, collections: Any = None,
                     caching_device: Any = None, partitioner: Any = None,
                     validate_shape: bool = True, use_resource: bool | None = None,
                     constraint: Any = None, synchronization: Any = None,
                     aggregation: Any = None) -> Any:
        if partitioner is not None and not (isinstance(shape, Sequence) and not shape):
            _refuse_partitions(name, partitioner, shape, dtype, initializer)
        from_value = initializer is not None and not callable(initializer)
        if shape is not None and from_value:
            raise explained(ValueError(
                "If initializer is a constant, do not specify shape."))
        dtype = dtypes.as_dtype(dtype)
        shape = as_shape(shape)
        if name in self._vars:
            return self._existing(name, shape, dtype, reuse)
        if reuse is True:
            raise ValueError(f"Variable {name} does not exist, or was not created with "
                             "tf.get_variable(). Did you mean to set reuse=tf.AUTO_REUSE in "
                             "VarScope?")
        if initializer is None:
            initializer = _default_initializer(name, dtype)
        value, value_dtype = ((initializer, None) if from_value
                              else _initial_function(initializer, shape, dtype))
        variable = Variable(
            initial_value=value, name=name, trainable=trainable, collections=collections,
            caching_device=caching_device, dtype=value_dtype, validate_shape=validate_shape,
            constraint=constraint, use_resource=_use_resource(use_resource),
            synchronization=synchronization, aggregation=aggregation)
        self._vars[name] = variable
        if regularizer:
            _regularize(variable, name, regularizer)
        return variable

    def _existing(self, name: str, shape: TensorShape, dtype: dtypes.DType, reuse: Any) -> Any:
        found = self._vars[name]
        if reuse is False:
            raise ValueError(_exists_text(name, found))
        if not shape.is_compatible_with(found.get_shape()):
            raise explained(ValueError(
                f"Trying to share variable {name}, but specified shape {shape} and found shape "
                f"{found.get_shape()}."))
        if not dtype.is_compatible_with(found.dtype):
            raise explained(ValueError(
                f"Trying to share variable {name}, but specified dtype {dtype.name} and found "
                f"dtype {found.dtype.name}."))
        return found


def default_variable_store() -> VariableStore:
    """The store of the default graph."""
    graph = get_default_graph()
    found = graph._collections.get(_STORE)
    if not found:
        found = graph._collections[_STORE] = [VariableStore()]
    return found[0]


def _takes(function: Any, parameter: str) -> bool:
    parameters = inspect.signature(function).parameters.values()
    return any(p.name == parameter or p.kind is p.VAR_KEYWORD for p in parameters)


def _use_resource(use_resource: bool | None) -> bool:
    return exported("resource_variables_enabled")() if use_resource is None else use_resource


def _exists_text(name: str, variable: Any) -> str:
    text = (f"Variable {name} already exists, disallowed. Did you mean to set reuse=True or "
            "reuse=tf.AUTO_REUSE in VarScope?")
    if isinstance(variable, BaseResourceVariable):
        return text
    frames = variable.op.traceback[::-1][:_MAX_FRAMES]
    return f"{text} Originally defined at:\n\n{''.join(traceback.format_list(frames))}"


def _default_initializer(name: str, dtype: dtypes.DType) -> Any:
    if dtype.is_floating:
        return GlorotUniform()
    if dtype.is_integer or dtype.is_bool or dtype == dtypes.string:
        return Zeros()
    raise ValueError(f"An initializer for variable {name} of {dtype.base_dtype} is required")


def _initial_function(initializer: Any, shape: TensorShape, dtype: dtypes.DType) -> Any:
    """(function that gives the initial value, dtype to convert it to)."""
    if inspect.isclass(initializer):
        initializer = initializer()
    if shape.is_fully_defined():
        dims = shape.as_list()
        extra = {"partition_info": None} if _takes(initializer, "partition_info") else {}
        return lambda: initializer(dims, dtype=dtype, **extra), dtype.base_dtype
    if all(p.default is not p.empty or p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
           for p in inspect.signature(initializer).parameters.values()):
        return initializer, None
    raise ValueError("The initializer passed is not valid. It should be a callable with no "
                     "arguments and the shape should not be provided or an instance of "
                     "`tf.keras.initializers.*' and `shape` should be fully defined.")


def _regularize(variable: Any, name: str, regularizer: Any) -> None:
    graph = get_default_graph()
    with graph.colocate_with(variable.op), name_scope(f"{name}/Regularizer/"), \
            graph.control_dependencies(None):
        loss = regularizer(variable)
    if loss is not None:
        graph.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)


def _refuse_partitions(name: str, partitioner: Any, shape: Any, dtype: Any,
                       initializer: Any) -> None:
    """Let a partitioner pass that makes one part. Raises: UnsupportedError for more."""
    if not callable(partitioner):
        raise ValueError(f"Partitioner must be callable, but received: {partitioner}")
    full = as_shape(shape)
    if full.ndims is None and hasattr(initializer, "get_shape"):
        full = initializer.get_shape()
    if not full.is_fully_defined():
        raise ValueError("Shape of a new partitioned variable must be fully defined, but instead "
                         f"was {full}.")
    parts = partitioner(shape=full, dtype=dtypes.as_dtype(dtype))
    if any(count > 1 for count in parts):
        raise errors.UnsupportedError(
            f"Splitting variable {name} of shape {full} into {list(parts)} parts",
            "leave out `partitioner`, or make one variable a part and tf.concat them")
