"""Softmax and its logarithm: numbers of any size turned into probabilities, along any axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework.api import exported, tf_export
from tftutor.framework.constant_value import constant_value
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.late_notes import explained
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.platform.renamed_arguments import given_once
from tftutor.platform.tf_logging import warn_deprecated_once

SHORT = 64  # classes: rows that NumPy reduces faster as columns
_FLOATS = "T: {half, bfloat16, float, double}"

# The bare reductions: np.max and np.sum cost a microsecond more, which short rows notice.
_max_of: Any = np.maximum.reduce
_sum_of: Any = np.add.reduce

Softmax = OpDef("Softmax", inputs=("logits: T",), outputs=("softmax: T",), attrs=(_FLOATS,))
LogSoftmax = OpDef("LogSoftmax", inputs=("logits: T",), outputs=("logsoftmax: T",),
                   attrs=(_FLOATS,))


@tf_export("nn.softmax", "math.softmax")
def softmax(logits: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """exp(logits) divided by its sum along `axis` (by default the last).

    Raises: tf.errors.InvalidArgumentError for an axis out of range.
    Source: TF 1.15 docs, tf.nn.softmax.
    """
    return _along_axis(logits, Softmax, _axis("tf.nn.softmax", axis, dim), name)


@tf_export("nn.log_softmax", "math.log_softmax")
def log_softmax(logits: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """log(softmax(logits)) along `axis`, computed without overflow.

    Raises: tf.errors.InvalidArgumentError for an axis out of range.
    Source: TF 1.15 docs, tf.nn.log_softmax.
    """
    return _along_axis(logits, LogSoftmax, _axis("tf.nn.log_softmax", axis, dim), name)


def _axis(symbol: str, axis: Any, dim: Any) -> Any:
    if dim is not None:
        warn_deprecated_once(f"{symbol}(dim=...)", "use axis=...")
    axis = given_once("axis", axis, "dim", dim)
    return -1 if axis is None else axis


def _along_axis(logits: Any, op: Callable[..., Tensor], dim: Any, name: str | None) -> Tensor:
    """`op` works along the last axis: any other is swapped with it before and after."""
    logits = convert_to_tensor(logits)
    shape = logits.get_shape()
    ndims = shape.ndims
    if not isinstance(dim, Tensor) and (dim == -1 or dim == ndims - 1):
        return op(logits, name=name)
    known = constant_value(dim) if isinstance(dim, Tensor) else dim
    if known is not None and not -ndims <= known < ndims:
        raise explained(errors.InvalidArgumentError(
            None, None, f"Dimension ({known:d}) must be in the range [{-ndims}, {ndims}) where "
            f"{ndims} is the number of dimensions in the input."))
    rank, subtract = exported("rank"), exported("subtract")
    rank_of_dims = rank(logits)
    if isinstance(dim, Tensor):
        dim = exported("where")(exported("less")(dim, 0), dim + rank_of_dims, dim)
    elif dim < 0:
        dim += rank_of_dims
    input_rank = rank(logits)
    position = dim % ndims
    swapped = _swap_with_last(logits, position, subtract(input_rank, 1))
    output = _swap_with_last(op(swapped), position, subtract(input_rank, 1), name)
    output.set_shape(shape)
    return output


def _swap_with_last(tensor: Tensor, axis: Any, last: Tensor, name: str | None = None) -> Tensor:
    between = exported("range")
    order = exported("concat")([between(axis), [last], between(axis + 1, last), [axis]], 0)
    return exported("transpose")(tensor, order, name=name)


@Softmax.shape
@LogSoftmax.shape
def softmax_shape(c: Any) -> None:
    c.set_output(0, c.with_rank_at_least(c.input(0), 1))


@Softmax.gradient
def softmax_gradient(op: Any, grad: Tensor) -> Tensor:
    result = op.outputs[0]
    total = exported("reduce_sum")(grad * result, -1, keepdims=True)
    return (grad - total) * result


@LogSoftmax.gradient
def log_softmax_gradient(op: Any, grad: Tensor) -> Tensor:
    result = exported("exp")(op.outputs[0])
    return grad - exported("reduce_sum")(grad, -1, keepdims=True) * result


@Softmax.kernel("numpy")
def numpy_softmax_kernel(logits):
    """Short rows are turned into columns: NumPy reduces whole rows faster than many short ones."""
    if not 0 < logits.shape[-1] <= SHORT or logits.dtype.kind != "f":
        return softmax_kernel(logits, xp=np)
    columns = logits.reshape(-1, logits.shape[-1]).T.copy()
    columns -= _max_of(columns, 0)
    np.exp(columns, out=columns)
    columns /= _sum_of(columns, 0)
    return np.ascontiguousarray(columns.T).reshape(logits.shape)


@Softmax.kernel()
def softmax_kernel(logits, *, xp):
    powers = xp.exp(logits - xp.max(logits, axis=-1, keepdims=True))
    return powers / xp.sum(powers, axis=-1, keepdims=True)


@LogSoftmax.kernel()
def log_softmax_kernel(logits, *, xp):
    shifted = logits - xp.max(logits, axis=-1, keepdims=True)
    return shifted - xp.log(xp.sum(xp.exp(shifted), axis=-1, keepdims=True))
