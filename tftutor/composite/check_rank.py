"""Assertions about ranks, shapes and dtypes: `tf.assert_rank`, `tf.assert_type` and their like."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tftutor.composite.assertion import Assert
from tftutor.composite.cond import cond
from tftutor.composite.group import with_dependencies
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.constant_value import constant_value
from tftutor.framework.conversion import convert
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Operation, Tensor
from tftutor.ops.array_reshape import reshape
from tftutor.ops.array_shape import rank as tf_rank
from tftutor.ops.array_shape import shape, size
from tftutor.ops.comparison import equal, greater_equal, less, less_equal
from tftutor.ops.constant import constant
from tftutor.ops.identity import no_op
from tftutor.ops.logical import logical_or
from tftutor.ops.reduction import reduce_all
from tftutor.ops.slicing import strided_slice


def _checked_rank(scope_name: str, wording: str, x: Any, ranks: Sequence[Any], given: Any,
                  static: Callable[[int, list[Any]], bool],
                  dynamic: Callable[[Tensor, list[Tensor]], Tensor], data: Any,
                  summarize: int | None, message: str | None, name: str | None) -> Operation:
    """The body of the rank assertions; `given` is what the caller gave for `ranks`."""
    with name_scope(name, scope_name, [x, *ranks, *(data or [])]):
        x = convert(x, name="x")
        tensors = [convert(rank, name="rank") for rank in ranks]
        message = message or ""
        if data is None:
            data = [message, f"Tensor {x.name} {wording}", *tensors, "Received shape: ",
                    shape(x)]
        for rank in tensors:
            assert_type(rank, dtypes.int32)
        known = [constant_value(rank) for rank in tensors]
        if any(value is not None and value.ndim for value in known):
            raise ValueError("Rank must be a scalar.")
        actual = x.shape.ndims
        values = [value for value in known if value is not None]
        if actual is not None and len(values) == len(known):
            if static(actual, values):
                return no_op(name="static_checks_determined_all_ok")
            text = tuple(values) if isinstance(given, tuple | list) else int(values[0])
            raise explained(ValueError(
                f"{message}.  Tensor {x.name} {wording} {text}.  Received rank "
                f"{actual}, shape {x.shape}"))
        condition = dynamic(tf_rank(x), tensors)
        for rank, value in zip(tensors, known, strict=True):
            if value is None:
                check = assert_rank(rank, 0, data=["Rank must be a scalar. Received rank: ", rank])
                condition = with_dependencies([check], condition)
        return Assert(condition, data, summarize=summarize)


@tf_export("assert_rank", "debugging.assert_rank")
def assert_rank(x: Any, rank: Any, data: Any = None, summarize: int | None = None,
                message: str | None = None, name: str | None = None) -> Operation:
    """Assert that `x` has rank `rank`.

    Raises: ValueError at once when the static rank is another.
    Source: TF 1.15 docs, tf.debugging.assert_rank.
    """
    return _checked_rank(
        "assert_rank", "must have rank", x, [rank], rank, lambda actual, known: actual == known[0],
        lambda actual, ranks: equal(actual, ranks[0]), data, summarize, message, name)


@tf_export("assert_rank_at_least", "debugging.assert_rank_at_least")
def assert_rank_at_least(x: Any, rank: Any, data: Any = None, summarize: int | None = None,
                         message: str | None = None, name: str | None = None) -> Operation:
    """Assert that `x` has rank `rank` or more.

    Raises: ValueError at once when the static rank is less.
    Source: TF 1.15 docs, tf.debugging.assert_rank_at_least.
    """
    return _checked_rank(
        "assert_rank_at_least", "must have rank at least", x, [rank], rank,
        lambda actual, known: actual >= known[0],
        lambda actual, ranks: greater_equal(actual, ranks[0]), data, summarize,
        message, name)


@tf_export("assert_rank_in", "debugging.assert_rank_in")
def assert_rank_in(x: Any, ranks: Any, data: Any = None, summarize: int | None = None,
                   message: str | None = None, name: str | None = None) -> Operation:
    """Assert that `x` has one of the given ranks.

    Raises: ValueError at once when the static rank is none of them.
    Source: TF 1.15 docs, tf.debugging.assert_rank_in.
    """
    return _checked_rank("assert_rank_in", "must have rank in", x, list(ranks), tuple(ranks),
                         lambda actual, known: actual in known, _rank_in, data, summarize, message,
                         name)


def _rank_in(actual: Tensor, ranks: list[Tensor]) -> Tensor:
    if not ranks:
        return constant(False)
    return functools.reduce(logical_or, [equal(rank, actual) for rank in ranks])


@tf_export("assert_integer", "debugging.assert_integer")
def assert_integer(x: Any, message: str | None = None, name: str | None = None) -> Operation:
    """Check that `x` has an integer dtype. Raises: TypeError at once when it hasn't.

    Source: TF 1.15 docs, tf.debugging.assert_integer.
    """
    with name_scope(name, "assert_integer", [x]):
        x = convert(x, name="x")
        if not x.dtype.is_integer:
            raise TypeError(f'{message or ""}  Expected "x" to be integer type.  Found: {x.name} '
                            f"of dtype {x.dtype}")
        return no_op("statically_determined_was_integer")


@tf_export("assert_type", "debugging.assert_type")
def assert_type(tensor: Any, tf_type: Any, message: str | None = None,
                name: str | None = None) -> Operation:
    """Check that `tensor` has the dtype `tf_type`. Raises: TypeError at once when it hasn't.

    Source: TF 1.15 docs, tf.debugging.assert_type.
    """
    with name_scope(name, "assert_type", [tensor]):
        tensor = convert(tensor, name="tensor")
        if tensor.dtype != tf_type:
            raise TypeError(f"{message or ''}  {tensor.name} must be of type {tf_type}")
        return no_op("statically_determined_correct_type")


@tf_export("assert_scalar", "debugging.assert_scalar")
def assert_scalar(tensor: Any, name: str | None = None, message: str | None = None) -> Tensor:
    """Return `tensor`, checked to have static rank 0. Raises: ValueError when it hasn't.

    Source: TF 1.15 docs, tf.debugging.assert_scalar.
    """
    with name_scope(name, "assert_scalar", [tensor]) as scope:
        tensor = convert(tensor, name=scope)
        if tensor.shape.ndims != 0:
            raise ValueError(f"{message or ''}Expected scalar shape for {tensor.name}, saw shape: "
                             f"{tensor.shape}.")
        return tensor


@tf_export("assert_proper_iterable", "debugging.assert_proper_iterable")
def assert_proper_iterable(values: Any) -> None:
    """Check that `values` is a list or its like, not a tensor, array or string.

    Raises: TypeError. Source: TF 1.15 docs, tf.debugging.assert_proper_iterable.
    """
    if isinstance(values, Tensor | np.ndarray | str | bytes):
        raise TypeError('Expected argument "values" to be a "proper" iterable.  Found: '
                        f"{type(values)}")
    if not hasattr(values, "__iter__"):
        raise TypeError(f'Expected argument "values" to be iterable.  Found: {type(values)}')


@tf_export("assert_same_float_dtype", "debugging.assert_same_float_dtype")
def assert_same_float_dtype(tensors: Any = None, dtype: Any = None) -> Any:
    """Return the floating-point dtype that all of `tensors` (and `dtype`) have, or float32.

    Raises: ValueError when they differ or aren't floating-point.
    Source: TF 1.15 docs, tf.debugging.assert_same_float_dtype.
    """
    first = None
    for tensor in tensors or ():
        if tensor is None:
            continue
        kind = tensor.dtype.base_dtype
        if dtype is None:
            dtype, first = kind, tensor
        elif dtype != kind:
            origin = f" as {first.name}" if first is not None else ""
            raise ValueError(f"{tensor.name}, type={kind}, must be of the same type "
                             f"({dtype}){origin}.")
    if dtype is None:
        return dtypes.float32
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_floating:
        raise ValueError(f"Expected floating point type, got {dtype}.")
    return dtype


# -- questions ----------------------------------------------------------------------------------

@tf_export("is_numeric_tensor", "debugging.is_numeric_tensor")
def is_numeric_tensor(tensor: Any) -> bool:
    """True for a Tensor of numbers. Source: TF 1.15 docs, tf.debugging.is_numeric_tensor."""
    return isinstance(tensor, Tensor) and (tensor.dtype.is_floating or tensor.dtype.is_integer
                                           or tensor.dtype.is_complex)


def _differences(x: Any) -> Tensor:
    x = reshape(x, [-1])
    if not is_numeric_tensor(x):
        raise TypeError(f"Expected x to be numeric, instead found: {x}")
    too_short = less(size(x), 2)
    length = shape(x) - 1
    return cond(too_short, lambda: convert([], dtype=x.dtype),
                lambda: strided_slice(x, [1], [1] + length) - strided_slice(x, [0], length))


@tf_export("is_non_decreasing", "debugging.is_non_decreasing", "math.is_non_decreasing")
def is_non_decreasing(x: Any, name: str | None = None) -> Tensor:
    """Scalar boolean: no element is less than the one before it.

    Source: TF 1.15 docs, tf.math.is_non_decreasing.
    """
    with name_scope(name, "is_non_decreasing", [x]):
        differences = _differences(x)
        zero = convert(0, dtype=differences.dtype)
        return reduce_all(less_equal(zero, differences))


@tf_export("is_strictly_increasing", "debugging.is_strictly_increasing",
           "math.is_strictly_increasing")
def is_strictly_increasing(x: Any, name: str | None = None) -> Tensor:
    """Scalar boolean: every element is greater than the one before it.

    Source: TF 1.15 docs, tf.math.is_strictly_increasing.
    """
    with name_scope(name, "is_strictly_increasing", [x]):
        differences = _differences(x)
        zero = convert(0, dtype=differences.dtype)
        return reduce_all(less(zero, differences))
