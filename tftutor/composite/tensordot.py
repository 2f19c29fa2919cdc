"""tf.tensordot: sums of products along chosen axes of two tensors, by one matrix product."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_merge import num_elements
from tftutor.ops.array_join import concat, stack
from tftutor.ops.array_reshape import reshape
from tftutor.ops.array_shape import rank as tf_rank
from tftutor.ops.array_shape import shape as tf_shape
from tftutor.ops.array_transpose import transpose
from tftutor.ops.gather import gather
from tftutor.ops.matmul import matmul
from tftutor.ops.partition import setdiff1d
from tftutor.ops.reduction import reduce_prod
from tftutor.ops.select import where
from tftutor.ops.sequence import range as tf_range


@tf_export("tensordot", "linalg.tensordot")
def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Tensor:
    """Sum products of a and b along axes; free axes of a come first, then those of b.

    Args:
      axes: an int N: the last N axes of a with the first N of b; or two lists of axes.

    Example: `tf.tensordot(a, b, 1)` of matrices is their product.
    Raises: ValueError when the axes don't fit. Source: TF 1.15 docs, tf.tensordot.
    """
    with name_scope(name, "Tensordot", [a, b, axes]) as scope:
        a = convert_to_tensor(a, name="a")
        b = convert_to_tensor(b, name="b")
        a_axes, b_axes = _axes(a, axes)
        a_matrix, a_free, a_static = _as_matrix(a, a_axes)
        b_matrix, b_free, b_static = _as_matrix(b, b_axes, axes_first=True)
        product = matmul(a_matrix, b_matrix)
        if isinstance(a_free, list) and isinstance(b_free, list):
            return reshape(product, a_free + b_free, name=scope)
        a_dims = convert_to_tensor(a_free, dtype=dtypes.int32)
        b_dims = convert_to_tensor(b_free, dtype=dtypes.int32)
        result = reshape(product, concat([a_dims, b_dims], 0), name=scope)
        if a_static is not None and b_static is not None:
            result.set_shape(a_static + b_static)
        return result


def _axes(a: Tensor, axes: Any) -> tuple[Any, Any]:
    """The axes to sum over of a and of b."""
    if isinstance(axes, int | np.integer):
        if axes < 0:
            raise ValueError("'axes' must be at least 0.")
        rank = a._rank()
        if rank is not None:
            if axes > rank:
                raise explained(ValueError(
                    f"'axes' must not be larger than the number of dimensions of tensor {a}."))
            return list(range(rank - axes, rank)), list(range(axes))
        count, number_range = tf_rank(a), tf_range
        return (number_range(count - axes, count, dtype=dtypes.int32),
                number_range(axes, dtype=dtypes.int32))
    if not isinstance(axes, list | tuple):
        both = convert_to_tensor(axes, name="axes", dtype=dtypes.int32)
        return both[0], both[1]
    if len(axes) != 2:
        raise ValueError("'axes' must be an integer or have length 2.")
    a_axes, b_axes = axes
    if isinstance(a_axes, int | np.integer) and isinstance(b_axes, int | np.integer):
        a_axes, b_axes = [a_axes], [b_axes]
    if len(a_axes) != len(b_axes):
        raise ValueError(f"Different number of contraction axes 'a' and 'b', {len(a_axes)} != "
                         f"{len(b_axes)}.")
    return a_axes, b_axes


def _as_matrix(x: Tensor, axes: Any, axes_first: bool = False) -> tuple[Tensor, Any, Any]:
    """x as a matrix [free, summed] (or the other way), its free dimensions, and those statically.
    """
    shape = x._shape
    if shape is not None and isinstance(axes, list | tuple):
        axes = [i if i >= 0 else i + len(shape) for i in axes]
        free = [i for i in range(len(shape)) if i not in axes]
        static = [shape[i] for i in free]
        if None not in shape:
            return _known_matrix(x, list(axes), free, axes_first), static, static
    else:
        free, static = None, None
    return (*_unknown_matrix(x, axes, free, axes_first), static)


def _known_matrix(x: Tensor, axes: list[int], free: list[int], axes_first: bool) -> Tensor:
    shape = x.shape.as_list()
    if any(not -len(shape) <= i < len(shape) for i in axes):
        raise explained(IndexError("list index out of range"))
    free_size = num_elements(tuple(shape[i] for i in free))
    axes_size = num_elements(tuple(shape[i] for i in axes))
    perm = axes + free if axes_first else free + axes
    new_shape = [axes_size, free_size] if axes_first else [free_size, axes_size]
    return reshape(transpose(x, perm), new_shape)


def _unknown_matrix(x: Tensor, axes: Any, free: Any, axes_first: bool) -> tuple[Tensor, Any]:
    if free is not None:
        axes = convert_to_tensor(axes, dtype=dtypes.int32, name="axes")
        free = convert_to_tensor(free, dtype=dtypes.int32, name="free")
        shape = tf_shape(x)
    else:
        shape = tf_shape(x)
        rank = tf_rank(x)
        axes = convert_to_tensor(axes, dtype=dtypes.int32, name="axes")
        axes = where(axes >= 0, axes, axes + rank)
        free, _ = setdiff1d(tf_range(rank), axes)
    free_dims, axes_dims = gather(shape, free), gather(shape, axes)
    free_size, axes_size = reduce_prod(free_dims), reduce_prod(axes_dims)
    order = [axes, free] if axes_first else [free, axes]
    perm = concat(order, 0)
    new_shape = stack([axes_size, free_size] if axes_first else [free_size, axes_size])
    return reshape(transpose(x, perm), new_shape), free_dims
