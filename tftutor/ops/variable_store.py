"""VariableStore: the variables of `tf.get_variable`, by full name, one store a graph."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Sequence
from typing import Any

from tftutor.framework import dtypes
from tftutor.framework.api import exported
from tftutor.framework.collections import GraphKeys
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Tensor
from tftutor.framework.tensor_shape import TensorShape, as_shape
from tftutor.ops.init_ops import GlorotUniform, Zeros
from tftutor.ops.partitioned_variable import (
    PartitionedVariable,
    PartitionInfo,
    asked_partitions,
    slices_of,
)
from tftutor.ops.resource_variable import BaseResourceVariable
from tftutor.ops.variable_policies import checked_policies
from tftutor.ops.variables import Variable

_STORE = ("__variable_store",)
_MAX_FRAMES = 5


class VariableStore:
    """Makes and finds variables by their full names."""

    def __init__(self) -> None:
        self._vars: dict[str, Any] = {}
        self._partitioned_vars: dict[str, PartitionedVariable] = {}

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
        options = {"regularizer": regularizer, "reuse": reuse, "trainable": trainable,
                   "collections": collections, "caching_device": caching_device,
                   "validate_shape": validate_shape, "use_resource": use_resource,
                   "constraint": constraint, "synchronization": synchronization,
                   "aggregation": aggregation}
        if partitioner is not None and not (isinstance(shape, Sequence) and not shape):
            if not callable(partitioner):
                raise ValueError(f"Partitioner must be callable, but received: {partitioner}")
            with name_scope(None):
                return self._in_parts(name, partitioner, shape, dtypes.as_dtype(dtype),
                                      initializer, options)
        if partitioner is None and name in self._partitioned_vars and reuse is True:
            return self._existing_parts(name, as_shape(shape), dtypes.as_dtype(dtype), None, reuse)
        if f"{name}/part_0" in self._vars:
            raise ValueError(f"No partitioner was provided, but a partitioned version of the "
                             f"variable was found: {name}/part_0. Perhaps a variable of the same "
                             "name was already created with partitioning?")
        return self._single(name, shape, dtype, initializer, **options)

    def _single(self, name: str, shape: Any, dtype: Any, initializer: Any, regularizer: Any,
                reuse: Any, trainable: bool | None, collections: Any, caching_device: Any,
                validate_shape: bool, use_resource: bool | None, constraint: Any,
                synchronization: Any, aggregation: Any,
                partition_info: PartitionInfo | None = None) -> Any:
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
                              else _initial_function(initializer, shape, dtype, partition_info))
        variable = Variable(
            initial_value=value, name=name, trainable=trainable, collections=collections,
            caching_device=caching_device, dtype=value_dtype, validate_shape=validate_shape,
            constraint=constraint, use_resource=_use_resource(use_resource),
            synchronization=synchronization, aggregation=aggregation)
        self._vars[name] = variable
        if regularizer:
            _regularize(variable, name, regularizer)
        return variable

    def _in_parts(self, name: str, partitioner: Any, shape: Any, dtype: dtypes.DType,
                  initializer: Any, options: dict[str, Any]) -> PartitionedVariable:
        if name in self._vars:
            raise ValueError(
                "A partitioner was provided, but an unpartitioned version of the variable was "
                f"found: {name}.  Perhaps a variable of the same name was already created without "
                "partitioning?")
        full, reuse = as_shape(shape), options["reuse"]
        if isinstance(initializer, Tensor):
            full = full.merge_with(initializer.get_shape())
        counts = asked_partitions(partitioner, full, dtype)
        if name in self._partitioned_vars:
            return self._existing_parts(name, full, dtype, counts, reuse)
        if reuse is True:
            raise ValueError(
                f"PartitionedVariable {name} does not exist, or was not created with "
                "tf.get_variable(). Did you mean to set reuse=False or reuse=tf.AUTO_REUSE in "
                "VarScope?")
        dims: list[Any] = full.as_list()
        parts = []
        for index, (offset, size) in enumerate(slices_of(dims, counts)):
            part_name = f"{name}/part_{index}"
            with name_scope(f"{part_name}/PartitionedInitializer"):
                given = initializer
                part_shape: list[int] | None = size
                if given is not None and not callable(given):
                    given = exported("slice")(convert_to_tensor(given, dtype=None if isinstance(
                        given, Tensor) else dtype), offset, size)
                    dtype, part_shape = given.dtype.base_dtype, None
            with name_scope(None):
                part = self._single(part_name, part_shape, dtype, given, **options,
                                    partition_info=PartitionInfo(dims, offset))
            part._set_save_slice_info(Variable.SaveSliceInfo(name, dims, offset, size))
            parts.append(part)
        whole = self._partitioned_vars[name] = PartitionedVariable(name, full, dtype, parts, counts)
        return whole

    def _existing_parts(self, name: str, shape: TensorShape, dtype: dtypes.DType, counts: Any,
                        reuse: Any) -> PartitionedVariable:
        found = self._partitioned_vars[name]
        if reuse is False:
            raise ValueError(
                f"Partitioned variable with name {name} already exists. Did you mean to set "
                "reuse=True or reuse=tf.AUTO_REUSE in VarScope?")
        for what, given, there, fits in (
                ("shape", shape, found.get_shape(), shape.is_compatible_with(found.get_shape())),
                ("dtype", dtype.name, found.dtype.name, dtype.is_compatible_with(found.dtype)),
                ("partitions", counts, found._get_partitions(),
                 counts is None or counts == found._get_partitions())):
            if not fits:
                raise ValueError(f"Trying to reuse partitioned variable {name}, but specified "
                                 f"{what} {given} and found {what} {there}.")
        return found

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


def _initial_function(initializer: Any, shape: TensorShape, dtype: dtypes.DType,
                      partition_info: PartitionInfo | None) -> Any:
    """(function that gives the initial value, dtype to convert it to)."""
    if inspect.isclass(initializer):
        initializer = initializer()
    if shape.is_fully_defined():
        dims = shape.as_list()
        takes = _takes(initializer, "partition_info")
        extra = {"partition_info": partition_info} if takes else {}
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
