"""Slots: the extra variables that optimizers and moving averages keep beside a variable.

A slot lives in the variable's own name scope (`w/Adam`), on the variable's device.
"""

from __future__ import annotations

import contextlib
from typing import Any

from tftutor.framework.graph_functions import colocate_with
from tftutor.ops.array_fill import zeros
from tftutor.ops.array_shape import shape as tf_shape
from tftutor.ops.init_ops import Zeros
from tftutor.ops.variable_scope import get_variable, variable_scope
from tftutor.ops.variables import Variable


def create_slot(primary: Any, value: Any, name: str, colocate_with_primary: bool = True) -> Any:
    """Return a slot of `primary` initialised with the tensor `value`."""
    validate = value.get_shape().is_fully_defined()
    return _create(primary, value, name, validate, None, None, colocate_with_primary)


def create_slot_with_initializer(primary: Any, initializer: Any, shape: Any, dtype: Any, name: str,
                                 colocate_with_primary: bool = True) -> Any:
    """Return a slot of `primary` initialised by an initializer."""
    return _create(primary, initializer, name, shape.is_fully_defined(), shape, dtype,
                   colocate_with_primary)


def create_zeros_slot(primary: Any, name: str, dtype: Any = None,
                      colocate_with_primary: bool = True) -> Any:
    """Return a slot of `primary`, of its shape, initialised with zeros."""
    dtype = primary.dtype if dtype is None else dtype
    shape = primary.get_shape()
    if shape.is_fully_defined():
        return create_slot_with_initializer(primary, Zeros(), shape, dtype,
                                            name, colocate_with_primary)
    source = primary.initialized_value() if hasattr(primary, "initialized_value") else primary
    value = zeros(tf_shape(source), dtype=dtype)
    return create_slot(primary, value, name, colocate_with_primary)


def _create(primary: Any, value: Any, name: str, validate: bool, shape: Any, dtype: Any,
            colocate: bool) -> Any:
    place = colocate_with(primary.op) if colocate else contextlib.nullcontext()
    use_resource = True if hasattr(primary, "handle") else None
    if use_resource is None and hasattr(primary, "_ref"):
        use_resource = False
    with variable_scope(None, f"{primary.op.name}/{name}") as scope, place:
        partitioner = scope.partitioner
        scope.set_partitioner(None)
        slot = get_variable("", initializer=value, trainable=False, dtype=dtype,
                            shape=shape if callable(value) else None,
                            use_resource=use_resource, validate_shape=validate)
        scope.set_partitioner(partitioner)
    whole = getattr(primary, "_save_slice_info", None)
    if whole is not None:  # the slots of a variable in parts are parts of one slot
        kind, rank = slot.op.name[len(primary.op.name) + 1:], slot.shape.ndims
        slot._set_save_slice_info(Variable.SaveSliceInfo(
            f"{whole.full_name}/{kind}", whole.full_shape[:rank], whole.var_offset[:rank],
            whole.var_shape[:rank]))
    return slot
