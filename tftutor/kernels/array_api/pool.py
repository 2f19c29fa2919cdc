"""Poolings on any array library: one pass over a strided view for each place in the window."""

from __future__ import annotations

import math
from typing import Any

from tftutor import errors
from tftutor.backends.array_library import library_dtype
from tftutor.kernels.array_api.windows import (
    channels_last,
    from_channels_last,
    lowest,
    outputs,
    padded,
    places,
    unpadded,
)
from tftutor.kernels.window_geometry import depth_groups, is_over_depth, pool_windows, room
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
from tftutor.ops.nn_window import spatial
from tftutor.ops.segment_joins import joined_rows


def _prepare(x: Any, ksize: Any, strides: Any, padding: str, data_format: str, xp: Any
             ) -> tuple[Any, Any, Any]:
    """The input with channels last, the same with padding that no maximum takes, its windows."""
    windows = pool_windows(x.shape, ksize, strides, padding, data_format)
    x = channels_last(x, data_format, xp)
    return x, padded(x, windows, xp, lowest(x.dtype, xp)), windows


# -- max ------------------------------------------------------------------------------------------

def _max_pool(x, ksize, strides, padding, data_format, xp):
    if is_over_depth(x.shape, ksize, data_format):
        return xp.max(xp.reshape(x, depth_groups(x.shape, ksize, strides)), axis=-1)
    x, source, windows = _prepare(x, ksize, strides, padding, data_format, xp)
    shape = outputs(x.shape[0], windows, x.shape[-1])
    if math.prod(shape) == 0:
        return from_channels_last(xp.zeros(shape, dtype=x.dtype), data_format, xp)
    first, *others = places(windows)
    best = source[first]
    for place in others:
        best = xp.maximum(best, source[place])
    return from_channels_last(best, data_format, xp)


def _hits(source: Any, y: Any, windows: Any, xp: Any) -> Any:
    """For each place, where it holds the first maximum of its window."""
    left = xp.ones(y.shape, dtype=xp.bool)
    if math.prod(y.shape) == 0:
        return
    for place in places(windows):
        hit = (source[place] == y) & left
        left = left & ~hit
        yield place, hit


def _max_pool_grad(x, y, grad, ksize, strides, padding, data_format, xp):
    x, source, windows = _prepare(x, ksize, strides, padding, data_format, xp)
    y, grad = channels_last(y, data_format, xp), channels_last(grad, data_format, xp)
    result = xp.zeros(source.shape, dtype=grad.dtype)
    zero = xp.zeros((), dtype=grad.dtype)
    for place, hit in _hits(source, y, windows, xp):
        result[place] += xp.where(hit, grad, zero)
    return from_channels_last(unpadded(result, x.shape[1:-1], windows), data_format, xp)


def _max_pool_grad_grad(x, y, grad, ksize, strides, padding, data_format, xp):
    """`grad` (shaped like the input) read at each window's first maximum."""
    x, source, windows = _prepare(x, ksize, strides, padding, data_format, xp)
    y = channels_last(y, data_format, xp)
    values = padded(channels_last(grad, data_format, xp), windows, xp)
    result = xp.zeros(y.shape, dtype=grad.dtype)
    for place, hit in _hits(source, y, windows, xp):
        result = xp.where(hit, values[place], result)
    return from_channels_last(result, data_format, xp)


@MaxPool.kernel()
@MaxPool3D.kernel()
def max_pool_kernel(input, *, xp, ksize, strides, padding, data_format):
    return _max_pool(input, ksize, strides, padding, data_format, xp)


@MaxPoolV2.kernel()
def max_pool_v2_kernel(input, ksize, strides, *, xp, padding, data_format):
    return _max_pool(input, ksize.tolist(), strides.tolist(), padding, data_format, xp)


@MaxPoolGrad.kernel()
@MaxPool3DGrad.kernel()
def max_pool_grad_kernel(orig_input, orig_output, grad, *, xp, ksize, strides, padding,
                         data_format):
    return _max_pool_grad(orig_input, orig_output, grad, ksize, strides, padding, data_format, xp)


@MaxPoolGradV2.kernel()
def max_pool_grad_v2_kernel(orig_input, orig_output, grad, ksize, strides, *, xp, padding,
                            data_format):
    return _max_pool_grad(orig_input, orig_output, grad, ksize.tolist(), strides.tolist(), padding,
                          data_format, xp)


@MaxPoolGradGrad.kernel()
@MaxPool3DGradGrad.kernel()
def max_pool_grad_grad_kernel(orig_input, orig_output, grad, *, xp, ksize, strides, padding,
                              data_format):
    return _max_pool_grad_grad(orig_input, orig_output, grad, ksize, strides, padding, data_format,
                               xp)


@MaxPoolGradGradV2.kernel()
def max_pool_grad_grad_v2_kernel(orig_input, orig_output, grad, ksize, strides, *, xp, padding,
                                 data_format):
    return _max_pool_grad_grad(orig_input, orig_output, grad, ksize.tolist(), strides.tolist(),
                               padding, data_format, xp)


# -- argmax ---------------------------------------------------------------------------------------

def _numbers(shape: Any, with_batch: bool, xp: Any) -> Any:
    """Each element's number within its image, or within the batch: [batch or 1, ...]."""
    batch = shape[0] if with_batch else 1
    per_image = math.prod(shape[1:])
    return xp.reshape(xp.arange(batch * per_image, dtype=xp.int64), (batch, *shape[1:]))


@MaxPoolWithArgmax.kernel()
def max_pool_with_argmax_kernel(input, *, xp, ksize, strides, padding, include_batch_in_index,
                                Targmax):  # noqa: N803 - the attribute's name
    x, source, windows = _prepare(input, ksize, strides, padding, "NHWC", xp)
    numbers = padded(_numbers(x.shape, include_batch_in_index, xp), windows, xp)
    shape = outputs(x.shape[0], windows, x.shape[-1])
    best = xp.full(shape, lowest(x.dtype, xp), dtype=x.dtype)
    where = xp.zeros(shape, dtype=xp.int64)
    if math.prod(shape):
        for number, place in enumerate(places(windows)):
            better = source[place] > best if number else xp.ones(shape, dtype=xp.bool)
            best = xp.where(better, source[place], best)
            where = xp.where(better, numbers[place], where)
    return best, xp.astype(where, library_dtype(xp, Targmax))


@MaxPoolGradWithArgmax.kernel()
def max_pool_grad_with_argmax_kernel(input, grad, argmax, *, xp, include_batch_in_index):
    size = math.prod(input.shape)
    numbers = xp.astype(argmax, xp.int64)
    if not include_batch_in_index and input.shape[0]:
        images = xp.arange(input.shape[0], dtype=xp.int64) * (size // input.shape[0])
        numbers = numbers + xp.reshape(images, (-1,) + (1,) * (argmax.ndim - 1))
    total = joined_rows(xp.add, xp.reshape(grad, (-1,)), xp.reshape(numbers, (-1,)), size, 0, xp)
    return xp.reshape(total, input.shape)


# -- average --------------------------------------------------------------------------------------

def _counts(lengths: Any, windows: Any, dtype: Any, xp: Any) -> Any:
    """How many values each window holds: [1, *positions, 1]."""
    total = xp.ones((1,) * (len(windows) + 2), dtype=dtype)
    for axis, (n, w) in enumerate(zip(lengths, windows, strict=True)):
        held = [min(start + w.size, n) - max(start, 0)
                for start in range(-w.before, w.outputs * w.stride - w.before, w.stride)]
        shape = [1] * total.ndim
        shape[axis + 1] = w.outputs
        total = total * xp.reshape(xp.asarray(held, dtype=dtype), tuple(shape))
    return total


def _avg_pool(x, ksize, strides, padding, data_format, xp):
    windows = pool_windows(x.shape, ksize, strides, padding, data_format)
    x = channels_last(x, data_format, xp)
    total = xp.zeros(outputs(x.shape[0], windows, x.shape[-1]), dtype=x.dtype)
    if math.prod(total.shape):
        source = padded(x, windows, xp)
        for place in places(windows):
            total += source[place]
        total = total / _counts(x.shape[1:-1], windows, x.dtype, xp)
    return from_channels_last(total, data_format, xp)


def _avg_pool_grad(sizes, grad, ksize, strides, padding, data_format, xp):
    shape = [int(n) for n in sizes]
    if len(shape) != len(ksize):
        raise errors.InvalidArgumentError(
            None, None, "out_backprop must be a tensor of rank " + str(len(ksize)))
    windows = pool_windows(shape, ksize, strides, padding, data_format)
    lengths = spatial(shape, data_format)
    grad = channels_last(grad, data_format, xp)
    result = xp.zeros((grad.shape[0], *room(lengths, windows), grad.shape[-1]), dtype=grad.dtype)
    if math.prod(grad.shape):
        share = grad / _counts(lengths, windows, grad.dtype, xp)
        for place in places(windows):
            result[place] += share
    return from_channels_last(unpadded(result, lengths, windows), data_format, xp)


@AvgPool.kernel()
def avg_pool_kernel(value, *, xp, ksize, strides, padding, data_format):
    return _avg_pool(value, ksize, strides, padding, data_format, xp)


@AvgPool3D.kernel()
def avg_pool3d_kernel(input, *, xp, ksize, strides, padding, data_format):
    return _avg_pool(input, ksize, strides, padding, data_format, xp)


@AvgPoolGrad.kernel()
@AvgPool3DGrad.kernel()
def avg_pool_grad_kernel(orig_input_shape, grad, *, xp, ksize, strides, padding, data_format):
    return _avg_pool_grad(orig_input_shape, grad, ksize, strides, padding, data_format, xp)
