"""Pooling on NumPy: one pass over whole strided views for each place in the window.

A 2x2 window needs four views of the image and three `np.maximum` calls, however large the image
is. The gradient of max pooling goes to the first maximum of a window in row-major order, as in TF.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.threads import SHARED_SIZE, run_parts
from tftutor.kernels.numpy.conv import channels_last, from_channels_last, padded
from tftutor.kernels.window_geometry import (
    depth_groups,
    inner,
    is_over_depth,
    pool_windows,
    room,
    taps,
)
from tftutor.ops.nn_pool import (
    AvgPool,
    AvgPoolGrad,
    MaxPool,
    MaxPoolGrad,
    MaxPoolGradGrad,
    MaxPoolGradGradV2,
    MaxPoolGradV2,
    MaxPoolGradWithArgmax,
    MaxPoolV2,
    MaxPoolWithArgmax,
)
from tftutor.ops.nn_pool3d import (
    AvgPool3D,
    AvgPool3DGrad,
    MaxPool3D,
    MaxPool3DGrad,
    MaxPool3DGradGrad,
)
from tftutor.ops.nn_window import Window, spatial

_GROUP = 1 << 17  # elements of the images that are worked on together


def _lowest(dtype: np.dtype[Any]) -> Any:
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def _prepare(x: np.ndarray, ksize: Sequence[int], strides: Sequence[int], padding: str,
             data_format: str) -> tuple[np.ndarray, list[Window]]:
    """The input with channels last, and its windows."""
    windows = pool_windows(x.shape, ksize, strides, padding, data_format)
    return channels_last(x, data_format), windows


# -- max ------------------------------------------------------------------------------------------

def max_of_windows(x: np.ndarray, windows: Sequence[Window]) -> np.ndarray:
    """The maximum of each window of `x` [batch, *lengths, channels]."""
    source = padded(x, windows, _lowest(x.dtype))
    places = taps(windows)
    result = np.empty((x.shape[0], *(w.outputs for w in windows), x.shape[-1]), x.dtype)

    def work(part: slice) -> None:
        image, out = source[part], result[part]
        np.copyto(out, image[places[0]])
        for place in places[1:]:
            np.maximum(out, image[place], out=out)

    _by_images(work, source)
    return result


def _by_images(work: Callable[[slice], None], source: np.ndarray) -> None:
    """Call `work` with groups of images that fit the cache; threads share big arrays."""
    each = max(1, math.prod(source.shape[1:]))
    run_parts(work, source.shape[0], max(1, _GROUP // each), parallel=source.size >= SHARED_SIZE)


def _max_pool(x, ksize, strides, padding, data_format):
    if is_over_depth(x.shape, ksize, data_format):
        return x.reshape(depth_groups(x.shape, ksize, strides)).max(axis=-1)
    x, windows = _prepare(x, ksize, strides, padding, data_format)
    return from_channels_last(max_of_windows(x, windows), data_format)


def _tiles(windows: Sequence[Window]) -> bool:
    """True when no two windows overlap."""
    return all(w.stride >= w.size for w in windows)


def max_grad(x: np.ndarray, y: np.ndarray, grad: np.ndarray, windows: Sequence[Window]
             ) -> np.ndarray:
    """`grad` [batch, *positions, channels] moved to where each window has its first maximum."""
    source = padded(x, windows, _lowest(x.dtype))
    result = np.empty(source.shape, grad.dtype)
    _by_images(lambda part: _max_grad(source[part], y[part], grad[part], windows, result[part]),
               source)
    kept = result[inner(x.shape[1:-1], windows)]
    return kept if kept.shape == result.shape else np.ascontiguousarray(kept)


def _max_grad(source: np.ndarray, y: np.ndarray, grad: np.ndarray, windows: Sequence[Window],
              result: np.ndarray) -> None:
    """`max_grad` for a padded array, into `result`."""
    places = taps(windows)
    tiles = _tiles(windows)
    if not tiles or result.size != grad.size * len(places):
        result[...] = 0  # else every element is written below
    left: np.ndarray | None = None  # windows whose maximum hasn't been met yet
    for index, place in enumerate(places):
        last = index == len(places) - 1
        if last and left is not None:
            hit = left  # the maximum must be here: nothing left to compare
        else:
            hit = source[place] == y
            if left is None:
                left = ~hit
            else:
                hit &= left
                left ^= hit
        if tiles:
            np.multiply(grad, hit, out=result[place])
        else:
            result[place] += grad * hit


def _max_pool_grad(x, y, grad, ksize, strides, padding, data_format):
    x, windows = _prepare(x, ksize, strides, padding, data_format)
    y, grad = channels_last(y, data_format), channels_last(grad, data_format)
    return from_channels_last(max_grad(x, y, grad, windows), data_format)


def _max_pool_grad_grad(x, y, grad, ksize, strides, padding, data_format):
    """`grad` (shaped like the input) read at each window's first maximum."""
    x, windows = _prepare(x, ksize, strides, padding, data_format)
    y = channels_last(y, data_format)
    source = padded(x, windows, _lowest(x.dtype))
    values = padded(channels_last(grad, data_format), windows)
    result = np.zeros(y.shape, grad.dtype)
    left = np.ones(y.shape, bool)
    for place in taps(windows):
        hit = (source[place] == y) & left
        left ^= hit
        np.copyto(result, values[place], where=hit)
    return from_channels_last(result, data_format)


@MaxPool.kernel("numpy")
def max_pool_kernel(input, *, ksize, strides, padding, data_format):
    return _max_pool(input, ksize, strides, padding, data_format)


@MaxPoolV2.kernel("numpy")
def max_pool_v2_kernel(input, ksize, strides, *, padding, data_format):
    return _max_pool(input, ksize.tolist(), strides.tolist(), padding, data_format)


@MaxPool3D.kernel("numpy")
def max_pool3d_kernel(input, *, ksize, strides, padding, data_format):
    return _max_pool(input, ksize, strides, padding, data_format)


@MaxPoolGrad.kernel("numpy")
@MaxPool3DGrad.kernel("numpy")
def max_pool_grad_kernel(orig_input, orig_output, grad, *, ksize, strides, padding, data_format):
    return _max_pool_grad(orig_input, orig_output, grad, ksize, strides, padding, data_format)


@MaxPoolGradV2.kernel("numpy")
def max_pool_grad_v2_kernel(orig_input, orig_output, grad, ksize, strides, *, padding,
                            data_format):
    return _max_pool_grad(orig_input, orig_output, grad, ksize.tolist(), strides.tolist(), padding,
                          data_format)


@MaxPoolGradGrad.kernel("numpy")
@MaxPool3DGradGrad.kernel("numpy")
def max_pool_grad_grad_kernel(orig_input, orig_output, grad, *, ksize, strides, padding,
                              data_format):
    return _max_pool_grad_grad(orig_input, orig_output, grad, ksize, strides, padding, data_format)


@MaxPoolGradGradV2.kernel("numpy")
def max_pool_grad_grad_v2_kernel(orig_input, orig_output, grad, ksize, strides, *, padding,
                                 data_format):
    return _max_pool_grad_grad(orig_input, orig_output, grad, ksize.tolist(), strides.tolist(),
                               padding, data_format)


# -- argmax ---------------------------------------------------------------------------------------

@MaxPoolWithArgmax.kernel("numpy")
def max_pool_with_argmax_kernel(input, *, ksize, strides, padding, include_batch_in_index,
                                Targmax):  # noqa: N803 - the attribute's name
    x, windows = _prepare(input, ksize, strides, padding, "NHWC")
    source = padded(x, windows, _lowest(x.dtype))
    per_image = int(np.prod(x.shape[1:]))
    flat = np.arange(per_image, dtype=np.int64).reshape(1, *x.shape[1:])
    if include_batch_in_index:
        flat = flat + np.arange(x.shape[0]).reshape(-1, 1, 1, 1) * per_image
    numbers = padded(flat, windows)
    places = taps(windows)
    best = source[places[0]].copy()
    where = np.broadcast_to(numbers[places[0]], best.shape).copy()
    for place in places[1:]:
        # TF scans the input in order and takes a later equal value never.
        better = source[place] > best
        np.copyto(best, source[place], where=better)
        np.copyto(where, numbers[place], where=better)
    return best, where.astype(Targmax.as_numpy_dtype)


@MaxPoolGradWithArgmax.kernel("numpy")
def max_pool_grad_with_argmax_kernel(input, grad, argmax, *, include_batch_in_index):
    result = np.zeros(input.size, grad.dtype)
    where = argmax.astype(np.int64).reshape(input.shape[0], -1)
    if not include_batch_in_index and input.shape[0]:
        where = where + np.arange(input.shape[0])[:, None] * (input.size // input.shape[0])
    np.add.at(result, where.reshape(-1), grad.reshape(-1))
    return result.reshape(input.shape)


# -- average --------------------------------------------------------------------------------------

def _counts(lengths: Sequence[int], windows: Sequence[Window], dtype: Any) -> np.ndarray | Any:
    """How many values each window holds: a number, or [1, *positions, 1] when borders differ."""
    if not any(w.before or w.after for w in windows):
        return dtype.type(np.prod([w.size for w in windows]))
    total = np.ones((1,) * (len(windows) + 2))
    for axis, (n, w) in enumerate(zip(lengths, windows, strict=True)):
        starts = np.arange(w.outputs) * w.stride - w.before
        held = np.minimum(starts + w.size, n) - np.maximum(starts, 0)
        total = total * held.reshape([-1 if a == axis + 1 else 1 for a in range(total.ndim)])
    return total.astype(dtype)


def _avg_pool(x, ksize, strides, padding, data_format):
    x, windows = _prepare(x, ksize, strides, padding, data_format)
    source = padded(x, windows)
    places = taps(windows)
    total = source[places[0]].copy()
    for place in places[1:]:
        total += source[place]
    total /= _counts(x.shape[1:-1], windows, x.dtype)
    return from_channels_last(total, data_format)


def _avg_pool_grad(sizes, grad, ksize, strides, padding, data_format):
    shape = [int(n) for n in sizes]
    if len(shape) != len(ksize):
        raise errors.InvalidArgumentError(
            None, None, "out_backprop must be a tensor of rank " + str(len(ksize)))
    windows = pool_windows(shape, ksize, strides, padding, data_format)
    lengths = spatial(shape, data_format)
    grad = channels_last(grad, data_format)
    share = grad / _counts(lengths, windows, grad.dtype)
    result = np.zeros((grad.shape[0], *room(lengths, windows), grad.shape[-1]), grad.dtype)
    for place in taps(windows):
        result[place] += share
    return from_channels_last(np.ascontiguousarray(result[inner(lengths, windows)]), data_format)


@AvgPool.kernel("numpy")
def avg_pool_kernel(value, *, ksize, strides, padding, data_format):
    return _avg_pool(value, ksize, strides, padding, data_format)


@AvgPool3D.kernel("numpy")
def avg_pool3d_kernel(input, *, ksize, strides, padding, data_format):
    return _avg_pool(input, ksize, strides, padding, data_format)


@AvgPoolGrad.kernel("numpy")
@AvgPool3DGrad.kernel("numpy")
def avg_pool_grad_kernel(orig_input_shape, grad, *, ksize, strides, padding, data_format):
    return _avg_pool_grad(orig_input_shape, grad, ksize, strides, padding, data_format)
