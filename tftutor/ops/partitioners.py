"""Partitioners: functions that say into how many parts a variable is to be split."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.tensor_shape import TensorShape

Partitioner = Callable[..., list[int]]
_STRING_BYTES = 16


def _dims(shape: Any) -> list[int]:
    shape = shape if isinstance(shape, TensorShape) else TensorShape(shape)
    if not shape.is_fully_defined():
        raise ValueError(f"shape is not fully defined: {shape}")
    return shape.as_list()


def _item_bytes(dtype: Any, bytes_per_string: int) -> int:
    dtype = dtypes.as_dtype(dtype)
    return bytes_per_string if dtype.base_dtype == dtypes.string else dtype.size


@tf_export("fixed_size_partitioner")
def fixed_size_partitioner(num_shards: int, axis: int = 0) -> Partitioner:
    """A partitioner that asks for `num_shards` parts along `axis`.

    Source: TF 1.15 docs, tf.fixed_size_partitioner.
    """

    def partitioner(shape: Any, **unused: Any) -> list[int]:
        dims = _dims(shape)
        parts = [1] * len(dims)
        parts[axis] = min(num_shards, dims[axis])
        return parts

    return partitioner


@tf_export("variable_axis_size_partitioner")
def variable_axis_size_partitioner(max_shard_bytes: int, axis: int = 0,
                                   bytes_per_string_element: int = _STRING_BYTES,
                                   max_shards: int | None = None) -> Partitioner:
    """A partitioner whose parts along `axis` hold at most `max_shard_bytes` bytes.

    Raises: ValueError for limits below 1.
    Source: TF 1.15 docs, tf.variable_axis_size_partitioner.
    """
    if max_shard_bytes < 1 or bytes_per_string_element < 1:
        raise ValueError("Both max_shard_bytes and bytes_per_string_element must be positive.")
    if max_shards is not None and max_shards < 1:
        raise ValueError("max_shards must be positive.")

    def partitioner(shape: Any, dtype: Any) -> list[int]:
        dims = _dims(shape)
        slice_bytes = (math.prod(dims) // dims[axis]) * _item_bytes(dtype,
                                                                    bytes_per_string_element)
        per_shard = max(1, max_shard_bytes // slice_bytes) if slice_bytes else dims[axis]
        count = max(1, math.ceil(dims[axis] / per_shard))
        parts = [1] * len(dims)
        parts[axis] = count if max_shards is None else min(max_shards, count)
        return parts

    return partitioner


@tf_export("min_max_variable_partitioner")
def min_max_variable_partitioner(max_partitions: int = 1, axis: int = 0,
                                 min_slice_size: int = 256 << 10,
                                 bytes_per_string_element: int = _STRING_BYTES) -> Partitioner:
    """A partitioner that asks for at most `max_partitions` parts of at least `min_slice_size`.

    Source: TF 1.15 docs, tf.min_max_variable_partitioner.
    """

    def partitioner(shape: Any, dtype: Any) -> list[int]:
        dims = _dims(shape)
        total = math.prod(dims) * _item_bytes(dtype, bytes_per_string_element)
        wanted = max(1, math.ceil(total / min_slice_size))
        parts = [1] * len(dims)
        parts[axis] = max(1, min(dims[axis], max_partitions, wanted))
        return parts

    return partitioner
