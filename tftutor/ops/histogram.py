"""Counting: bincount and histograms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.array_library import library_dtype
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.ops.segment_joins import joined_rows

Bincount = OpDef("Bincount", inputs=("arr: int32", "size: int32", "weights: T"),
                 outputs=("bins: T",), attrs=("T: {int32, int64, float, double}",))
HistogramFixedWidth = OpDef(
    "HistogramFixedWidth", inputs=("values: T", "value_range: T", "nbins: int32"),
    outputs=("out: dtype",),
    attrs=("T: {int32, int64, float, double}", "dtype: {int32, int64} = DT_INT32"))
Bucketize = OpDef("Bucketize", inputs=("input: T",), outputs=("output: int32",),
                  attrs=("T: {int32, int64, float, double}", "boundaries: list(float)"),
                  doc="Which bucket between boundaries each item falls into.")


@tf_export("bincount", "math.bincount")
def bincount_v1(arr: Any, weights: Any = None, minlength: Any = None, maxlength: Any = None,
             dtype: Any = dtypes.int32) -> Tensor:
    """How often each number 0, 1, 2 ... occurs in `arr`, or the sums of the items' weights.

    Raises: tf.errors.InvalidArgumentError for negative numbers.
    Source: TF 1.15 docs, tf.math.bincount.
    """
    cast = exported("cast")
    with name_scope("bincount"):
        arr = convert_to_tensor(arr, name="arr", dtype=dtypes.int32)
        not_empty = exported("reduce_prod")(exported("shape")(arr)) > 0
        size = cast(not_empty, dtypes.int32) * (exported("reduce_max")(arr) + 1)
        if minlength is not None:
            minlength = convert_to_tensor(minlength, name="minlength", dtype=dtypes.int32)
            size = exported("maximum")(minlength, size)
        if maxlength is not None:
            maxlength = convert_to_tensor(maxlength, name="maxlength", dtype=dtypes.int32)
            size = exported("minimum")(maxlength, size)
        if weights is not None:
            weights = convert_to_tensor(weights, name="weights")
            return exported("unsorted_segment_sum")(weights, arr, size)
        return Bincount(arr, size, exported("constant")([], dtype))


@tf_export("histogram_fixed_width")
def histogram_fixed_width(values: Any, value_range: Any, nbins: Any = 100,
                          dtype: Any = dtypes.int32, name: str | None = None) -> Tensor:
    """How many values fall into each of `nbins` equal bins; outer values into the outer bins.

    Source: TF 1.15 docs, tf.histogram_fixed_width.
    """
    with name_scope(name, "histogram_fixed_width", [values, value_range, nbins]) as scope:
        return HistogramFixedWidth(values, value_range, nbins, dtype=dtype, name=scope)


@tf_export("histogram_fixed_width_bins")
def histogram_fixed_width_bins(values: Any, value_range: Any, nbins: Any = 100,
                               dtype: Any = dtypes.int32, name: str | None = None) -> Tensor:
    """The bin of each value. Source: TF 1.15 docs, tf.histogram_fixed_width_bins."""
    reshape, cast = exported("reshape"), exported("cast")
    with name_scope(name, "histogram_fixed_width_bins", [values, value_range, nbins]):
        values = convert_to_tensor(values, name="values")
        shape = exported("shape")(values)
        values = reshape(values, [-1])
        value_range = convert_to_tensor(value_range, name="value_range")
        nbins = convert_to_tensor(nbins, dtype=dtypes.int32, name="nbins")
        count = cast(nbins, values.dtype)
        scaled = exported("truediv")(values - value_range[0], value_range[1] - value_range[0],
                                     name="scaled_values")
        indices = exported("floor")(count * scaled, name="indices")
        indices = cast(exported("clip_by_value")(indices, 0, count - 1), dtypes.int32)
        return reshape(indices, shape)


@Bincount.shape
def bincount_shape(c: Any) -> None:
    c.with_rank(c.input(1), 0)
    size = c.scalar(1)
    if size is not None and size < 0:
        c.fail(f"Dimension size, given by scalar input 1, must be non-negative but is {size}")
    c.set_output(0, (size,))


@HistogramFixedWidth.shape
def histogram_shape(c: Any) -> None:
    shape = c.with_rank(c.input(1), 1)
    c.with_value(shape[0], 2)
    c.with_rank(c.input(2), 0)
    count = c.scalar(2)
    if count is not None and count <= 0:
        c.fail(f"Requires nbins > 0: {count}")
    c.set_output(0, (count,))


@Bucketize.shape
def bucketize_shape(c: Any) -> None:
    c.set_output(0, c.input(0))


Bincount.not_differentiable("counts are steps")
HistogramFixedWidth.not_differentiable("counts are steps")
Bucketize.not_differentiable("bucket numbers are steps")


def _check_counted(lowest: Any, size: Any) -> None:
    if size < 0:
        raise errors.InvalidArgumentError(None, None, f"size ({size}) must be non-negative")
    if lowest < 0:
        raise errors.InvalidArgumentError(None, None, "Input arr must be non-negative!")


@Bincount.kernel("numpy")
def bincount_numpy_kernel(arr, size, weights):
    flat = arr.reshape(-1)
    _check_counted(flat.min() if flat.size else 0, size)
    inside = flat < size
    given = weights.reshape(-1)[inside] if weights.size else None
    counts = np.bincount(flat[inside], weights=given, minlength=int(size))
    return counts.astype(weights.dtype)


@Bincount.kernel()
def bincount_kernel(arr, size, weights, *, xp):
    flat = xp.reshape(arr, (-1,))
    _check_counted(xp.min(flat) if flat.shape[0] else 0, size)
    if math.prod(weights.shape):
        return joined_rows(xp.add, xp.reshape(weights, (-1,)), flat, int(size), 0, xp)
    return xp.astype(_counts(flat, int(size), xp), weights.dtype)


def _counts(numbers: Any, size: int, xp: Any) -> Any:
    """How often each of 0, 1, ... size - 1 is among `numbers` [n], none of which is negative."""
    bounds = xp.arange(size + 1, dtype=numbers.dtype)
    places = xp.searchsorted(xp.sort(numbers), bounds)
    return places[1:] - places[:-1]


def _bin_width(value_range: Any, nbins: Any) -> np.float64:
    """The width of the bins. Raises: tf.errors.InvalidArgumentError when there are none."""
    low, high = value_range
    if not low < high:
        raise errors.InvalidArgumentError(
            None, None, f"value_range should satisfy value_range[0] < value_range[1], but got "
                        f"'[{low},{high}]'")
    if nbins <= 0:
        raise errors.InvalidArgumentError(
            None, None, f"nbins should be a positive number, but got '{nbins}'")
    return (np.float64(high) - np.float64(low)) / nbins


@HistogramFixedWidth.kernel("numpy")
def histogram_numpy_kernel(values, value_range, nbins, *, dtype):
    step = _bin_width(value_range, nbins)
    bins = np.floor((values.reshape(-1).astype(np.float64) - value_range[0]) / step)
    bins = np.clip(bins, 0, nbins - 1).astype(np.int64)
    return np.bincount(bins, minlength=int(nbins)).astype(dtype.as_numpy_dtype)


@HistogramFixedWidth.kernel()
def histogram_kernel(values, value_range, nbins, *, xp, dtype):
    step, count = float(_bin_width(value_range, nbins)), int(nbins)
    flat = xp.astype(xp.reshape(values, (-1,)), xp.float64)
    bins = xp.clip(xp.floor((flat - float(value_range[0])) / step), 0, count - 1)
    counts = _counts(xp.astype(bins, xp.int64), count, xp)
    return xp.astype(counts, library_dtype(xp, dtype))


@Bucketize.kernel("numpy")
def bucketize_numpy_kernel(input, *, boundaries):
    return np.searchsorted(np.asarray(boundaries), input, side="right").astype(np.int32)


@Bucketize.kernel()
def bucketize_kernel(input, *, xp, boundaries):
    bounds = xp.asarray(boundaries, dtype=xp.float64)
    return xp.astype(xp.searchsorted(bounds, xp.astype(input, xp.float64), side="right"), xp.int32)
