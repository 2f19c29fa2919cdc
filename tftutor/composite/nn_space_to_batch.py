"""Dilated windows by rearranging: with_space_to_batch.

Taking each r-th pixel of an image r times over gives r * r small images, on which an ordinary
window does what a dilated one does on the large image. TF 1.15 builds dilated convolutions and
poolings so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.constant_value import constant_value
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.late_notes import explained
from tftutor.framework.operation import Tensor
from tftutor.ops.array_join import concat, stack
from tftutor.ops.array_shape import shape as tf_shape
from tftutor.ops.space_batch import (
    batch_to_space_nd,
    required_space_to_batch_paddings,
    space_to_batch_nd,
)


@tf_export("nn.with_space_to_batch")
def with_space_to_batch(input: Any, dilation_rate: Any, padding: str, op: Callable[..., Tensor],
                        filter_shape: Any = None, spatial_dims: Sequence[int] | None = None,
                        data_format: str | None = None) -> Tensor:
    """Apply `op(input, num_spatial_dims, padding)` as if its windows were dilated.

    Args:
      dilation_rate: int vector, an item for each spatial axis.
      padding: "SAME" or "VALID"; `filter_shape` is needed for "SAME".
      spatial_dims: the axes the window moves over, by default all but batch and channels.

    Raises: ValueError for rates below 1, or arguments that don't fit each other.
    Source: TF 1.15 docs, tf.nn.with_space_to_batch.
    """
    input = convert_to_tensor(input, name="input")
    rate = convert_to_tensor(dilation_rate, dtypes.int32, name="dilation_rate")
    axes = _spatial_axes(input.get_shape(), rate, spatial_dims, data_format)
    count: Any = rate.get_shape().as_list()[0]
    known_rate = constant_value(rate)
    if known_rate is not None:
        if np.any(known_rate < 1):
            raise ValueError("dilation_rate must be positive")
        if np.all(known_rate == 1):
            return op(input, count, padding)
    base = _base_paddings(padding, filter_shape, count, rate if known_rate is None else known_rate)
    paddings, crops = required_space_to_batch_paddings(
        input_shape=_spatial_shape(input, axes), base_paddings=base, block_shape=rate)
    block = _for_all_axes(rate, 1, axes)
    paddings, crops = _for_all_axes(paddings, 0, axes), _for_all_axes(crops, 0, axes)
    small = space_to_batch_nd(input=input, block_shape=block, paddings=paddings)
    result = op(small, count, "VALID")
    return batch_to_space_nd(input=result, block_shape=block, crops=crops)


def _spatial_axes(shape: Any, rate: Tensor, spatial_dims: Sequence[int] | None,
                  data_format: str | None) -> list[int]:
    if rate.get_shape().ndims not in (None, 1):
        raise ValueError("rate must be rank 1")
    if not rate.get_shape().is_fully_defined():
        raise ValueError("rate must have known shape")
    channels_first = data_format is not None and data_format.startswith("NC")
    start = 2 if channels_first else 1
    length: Any = rate.get_shape().as_list()[0]
    given = list(range(start, start + length)) if spatial_dims is None else list(spatial_dims)
    axes = sorted({int(axis) for axis in given})
    if axes != given or any(axis < 1 for axis in axes):
        raise ValueError("spatial_dims must be a montonically increasing sequence of positive "
                         "integers")
    least = axes[-1] if channels_first else axes[-1] + 1
    if shape.ndims is not None and shape.ndims < least:
        raise explained(ValueError(f"input tensor must have rank {least} at least"))
    return axes


def _spatial_shape(input: Tensor, axes: list[int]) -> Any:
    if input.get_shape().ndims is not None:
        dims = input.get_shape().as_list()
        if all(dims[axis] is not None for axis in axes):
            return [dims[axis] for axis in axes]
    shape = tf_shape(input)
    return stack([shape[axis] for axis in axes])


def _base_paddings(padding: str, filter_shape: Any, count: int, rate: Any) -> Any:
    """What "SAME" would pad around the large image, [before, after] for each axis."""
    if padding == "VALID":
        return np.zeros([count, 2], np.int32)
    if padding != "SAME":
        raise ValueError(f"Invalid padding method {padding!r}")
    if filter_shape is None:
        raise ValueError("filter_shape must be specified for SAME padding")
    filter_shape = convert_to_tensor(filter_shape, name="filter_shape")
    known = constant_value(filter_shape)
    sizes = (filter_shape if known is None else known)[:count]
    extra = sizes + (sizes - 1) * (rate - 1) - 1
    before = extra // 2
    after = extra - before
    return stack([[before[i], after[i]] for i in range(count)])


def _for_all_axes(values: Any, fill: int, axes: list[int]) -> Any:
    """Rows for the spatial axes, with rows of `fill` for the axes between batch and them."""
    known = constant_value(values)
    rows = values if known is None else known
    shape = values.get_shape().as_list()[1:]
    dtype = values.dtype.as_numpy_dtype
    parts: list[Any] = []
    previous, index = 0, 0
    while index < len(axes):
        first, start = index, axes[index]
        if start > 1:
            parts.append(np.full([start - 1 - previous, *shape], fill, dtype=dtype))
        while index + 1 < len(axes) and axes[index + 1] == axes[index] + 1:
            index += 1
        parts.append(rows[first:index + 1])
        previous = axes[index]
        index += 1
    return np.concatenate(parts) if known is not None else concat(parts, 0)
