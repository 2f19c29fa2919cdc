"""Weights of losses and metrics: a scalar, or sizes that are 1 or those of the values."""

from __future__ import annotations

from typing import Any

from tftutor.composite.assertion import Assert
from tftutor.composite.cond import cond
from tftutor.composite.sets import set_difference
from tftutor.framework.constant_value import constant_value
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Operation, Tensor
from tftutor.ops.arithmetic import multiply
from tftutor.ops.array_fill import ones_like
from tftutor.ops.array_join import concat
from tftutor.ops.array_reshape import expand_dims
from tftutor.ops.array_shape import rank, shape, size
from tftutor.ops.comparison import equal
from tftutor.ops.identity import no_op

_PREFIX = "weights can not be broadcast to values."


def _described(value: Any, default: str) -> tuple[Tensor, Tensor, Tensor]:
    """(tensor, its shape, its rank), in a name scope."""
    with name_scope(None, default, (value,)) as scope:
        tensor = convert_to_tensor(value, name=scope)
        return (tensor, shape(tensor, name="shape"), rank(tensor, name="rank"))


def assert_broadcastable(weights: Any, values: Any) -> Operation:
    """An operation that fails unless `weights` can be broadcast to `values`.

    Raises: ValueError when the static shapes say already that they can't.
    """
    with name_scope(None, "assert_broadcastable", (weights, values)) as scope:
        weights, weights_shape, weights_rank = _described(weights, "weights")
        values, values_shape, values_rank = _described(values, "values")
        ranks = constant_value(weights_rank), constant_value(values_rank)
        if ranks[0] is not None and ranks[1] is not None:
            if ranks[0] == 0:
                return no_op(name="static_scalar_check_success")
            if ranks[0] != ranks[1]:
                raise explained(ValueError(
                    f"{_PREFIX} values.rank={ranks[1]}. weights.rank={ranks[0]}. "
                    f"values.shape={values.shape}. weights.shape={weights.shape}."))
            known = constant_value(weights_shape), constant_value(values_shape)
            if known[0] is not None and known[1] is not None:
                _check_sizes(known[0], known[1])
                return no_op(name="static_dims_check_success")
        is_scalar = equal(0, weights_rank, name="is_scalar")
        data = (_PREFIX, "weights.shape=", weights.name, weights_shape, "values.shape=",
                values.name, values_shape, "is_scalar=", is_scalar)
        is_valid = cond(is_scalar, lambda: is_scalar,
                        lambda: _nonscalar_fits(weights_rank, weights_shape, values_rank,
                                                values_shape),
                        name="is_valid_shape")
        return Assert(is_valid, data, name=scope)


def _check_sizes(weights: Any, values: Any) -> None:
    for i, (ours, theirs) in enumerate(zip(weights, values, strict=True)):
        if ours not in (1, theirs):
            raise explained(ValueError(f"{_PREFIX} Mismatch at dim {i}. values.shape={values} "
                                       f"weights.shape={weights}."))


def _nonscalar_fits(weights_rank: Tensor, weights_shape: Tensor, values_rank: Tensor,
                    values_shape: Tensor) -> Any:
    with name_scope(None, "has_valid_nonscalar_shape",
                    (weights_rank, weights_shape, values_rank, values_shape)) as scope:
        same_rank = equal(values_rank, weights_rank, name="is_same_rank")
        return cond(same_rank, lambda: _sizes_fit(weights_shape, values_shape),
                    lambda: same_rank, name=scope)


def _sizes_fit(weights_shape: Tensor, values_shape: Tensor) -> Tensor:
    """Whether each size of the weights is in the set {1, size of the values}."""
    with name_scope(None, "has_invalid_dims", (weights_shape, values_shape)) as scope:
        sizes = expand_dims(values_shape, -1)
        valid = concat((sizes, ones_like(sizes)), axis=1)
        invalid = set_difference(expand_dims(weights_shape, -1), valid)
        count = size(invalid.values, name="num_invalid_dims")
        return equal(0, count, name=scope)


def broadcast_weights(weights: Any, values: Any) -> Tensor:
    """`weights` with the shape of `values`. Raises: as `assert_broadcastable`."""
    with name_scope(None, "broadcast_weights", (weights, values)) as scope:
        values = convert_to_tensor(values, name="values")
        weights = convert_to_tensor(weights, dtype=values.dtype.base_dtype, name="weights")
        ours, theirs = weights.get_shape(), values.get_shape()
        if (ours.is_fully_defined() and theirs.is_fully_defined()
                and ours.is_compatible_with(theirs)):
            return weights
        with get_default_graph().control_dependencies((assert_broadcastable(weights, values),)):
            return multiply(weights, ones_like(values), name=scope)
