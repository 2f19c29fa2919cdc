"""Poolings on torch.

A window may reach beyond the input at one end only, or at both by different lengths. torch pads
both ends alike and by half a window at most, but it can also let the last window reach out
(`ceil_mode`). What fits neither is padded beforehand.

Of equal values the first in row-major order is a window's maximum, in torch as in TensorFlow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from tftutor import errors
from tftutor.kernels.torch.windows import channels_first, from_channels_first, padded, unpadded
from tftutor.kernels.window_geometry import depth_groups, is_over_depth, pool_windows
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

_aten = torch.ops.aten


class _Settings(NamedTuple):
    """A pooling in torch's words; `pads` says that the input must be padded beforehand."""

    sizes: list[int]
    strides: list[int]
    padding: list[int]
    ceil: bool
    pads: bool


def _reaches(n: int, w: Window, ceil: bool) -> bool:
    """True when torch's windows are `w` with padding `w.before` at both ends."""
    if not 0 <= w.before <= w.size // 2:
        return False
    room = n + 2 * w.before - w.size
    if room < 0 and not ceil:
        return False
    outputs = (-(-room // w.stride) if ceil else room // w.stride) + 1
    if ceil and (outputs - 1) * w.stride >= n + w.before:
        outputs -= 1  # torch drops a window that lies wholly in the padding
    return outputs == w.outputs


def _settings(lengths: Sequence[int], windows: Sequence[Window]) -> _Settings:
    sizes, strides = [w.size for w in windows], [w.stride for w in windows]
    for ceil in (False, True):
        if all(_reaches(n, w, ceil) for n, w in zip(lengths, windows, strict=True)):
            return _Settings(sizes, strides, [w.before for w in windows], ceil, False)
    return _Settings(sizes, strides, [0] * len(windows), False, True)


# -- max ------------------------------------------------------------------------------------------

_MAX = {2: _aten.max_pool2d_with_indices, 3: _aten.max_pool3d_with_indices}
_MAX_BACKWARD = {2: _aten.max_pool2d_with_indices_backward,
                 3: _aten.max_pool3d_with_indices_backward}


def _safe(x: Tensor) -> Tensor:
    """`x`, or a copy with the channels first in memory.

    With channels last, PyTorch 2.11's max pooling of doubles on CUDA reads misaligned addresses.
    """
    if x.is_cuda and x.dtype is torch.float64:
        return x.clone(memory_format=torch.contiguous_format)
    return x


def _maxima(x: Tensor, windows: Sequence[Window], settings: _Settings) -> tuple[Tensor, Tensor]:
    """The maxima of `x` [batch, channels, *lengths], and their places in a flattened channel.

    Where the settings say so, `x` is padded here, and places are those in the padded array.
    """
    if x.numel() == 0:
        shape = (*x.shape[:2], *(w.outputs for w in windows))
        return x.new_zeros(shape), x.new_zeros(shape, dtype=torch.int64)
    if settings.pads:
        x = padded(x, windows, -math.inf)
    return _MAX[len(windows)](x, settings.sizes, settings.strides, settings.padding,
                              [1] * len(windows), settings.ceil)


def maxima_of(x: Tensor, windows: Sequence[Window]) -> tuple[Tensor, Tensor]:
    """The maxima of `x` [batch, channels, *lengths], and their places, for `max_grad`."""
    return _maxima(x, windows, _settings(x.shape[2:], windows))


def _max_pool(x, ksize, strides, padding, data_format):
    if is_over_depth(x.shape, ksize, data_format):
        return x.reshape(depth_groups(x.shape, ksize, strides)).amax(dim=-1)
    windows = pool_windows(x.shape, ksize, strides, padding, data_format)
    x = _safe(channels_first(x, data_format))
    result, _ = maxima_of(x, windows)
    return from_channels_first(result, data_format)


def _max_pool_grad(x, grad, ksize, strides, padding, data_format):
    windows = pool_windows(x.shape, ksize, strides, padding, data_format)
    x, grad = _safe(channels_first(x, data_format)), channels_first(grad, data_format)
    _, places = maxima_of(x, windows)
    result = max_grad(x, grad, places, windows)
    return from_channels_first(result, data_format)


def max_grad(x: Tensor, grad: Tensor, places: Tensor, windows: Sequence[Window]) -> Tensor:
    """`grad` [batch, channels, *positions] moved to the places of the maxima."""
    settings = _settings(x.shape[2:], windows)
    if x.numel() == 0 or grad.numel() == 0:
        return torch.zeros_like(x, dtype=grad.dtype)
    if settings.pads:
        lengths, x = x.shape[2:], padded(x, windows)
    result = _MAX_BACKWARD[len(windows)](
        grad, x, settings.sizes, settings.strides, settings.padding, [1] * len(windows),
        settings.ceil, places)
    return unpadded(result, lengths, windows) if settings.pads else result


def _max_pool_grad_grad(x, grad, ksize, strides, padding, data_format):
    """`grad` (shaped like the input) read at each window's first maximum."""
    windows = pool_windows(x.shape, ksize, strides, padding, data_format)
    x, grad = _safe(channels_first(x, data_format)), channels_first(grad, data_format)
    settings = _settings(x.shape[2:], windows)
    _, places = _maxima(x, windows, settings)
    if settings.pads:
        grad = padded(grad, windows)
    found = torch.gather(grad.flatten(2), 2, places.flatten(2)).reshape(places.shape)
    return from_channels_first(found, data_format)


@MaxPool.kernel("torch")
@MaxPool3D.kernel("torch")
def max_pool_kernel(input, *, ksize, strides, padding, data_format):
    return _max_pool(input, ksize, strides, padding, data_format)


@MaxPoolV2.kernel("torch")
def max_pool_v2_kernel(input, ksize, strides, *, padding, data_format):
    return _max_pool(input, ksize.tolist(), strides.tolist(), padding, data_format)


@MaxPoolGrad.kernel("torch")
@MaxPool3DGrad.kernel("torch")
def max_pool_grad_kernel(orig_input, orig_output, grad, *, ksize, strides, padding, data_format):
    return _max_pool_grad(orig_input, grad, ksize, strides, padding, data_format)


@MaxPoolGradV2.kernel("torch")
def max_pool_grad_v2_kernel(orig_input, orig_output, grad, ksize, strides, *, padding,
                            data_format):
    return _max_pool_grad(orig_input, grad, ksize.tolist(), strides.tolist(), padding, data_format)


@MaxPoolGradGrad.kernel("torch")
@MaxPool3DGradGrad.kernel("torch")
def max_pool_grad_grad_kernel(orig_input, orig_output, grad, *, ksize, strides, padding,
                              data_format):
    return _max_pool_grad_grad(orig_input, grad, ksize, strides, padding, data_format)


@MaxPoolGradGradV2.kernel("torch")
def max_pool_grad_grad_v2_kernel(orig_input, orig_output, grad, ksize, strides, *, padding,
                                 data_format):
    return _max_pool_grad_grad(orig_input, grad, ksize.tolist(), strides.tolist(), padding,
                               data_format)


# -- argmax ---------------------------------------------------------------------------------------

@MaxPoolWithArgmax.kernel("torch")
def max_pool_with_argmax_kernel(input, *, ksize, strides, padding, include_batch_in_index,
                                Targmax):  # noqa: N803 - the attribute's name
    windows = pool_windows(input.shape, ksize, strides, padding, "NHWC")
    x = _safe(channels_first(input, "NHWC"))
    settings = _settings(x.shape[2:], windows)
    maxima, places = _maxima(x, windows, settings)
    height, width = x.shape[2:]
    if settings.pads:
        rows, columns = windows
        across = width + columns.before + columns.after
        places = (places // across - rows.before) * width + places % across - columns.before
    channels = x.shape[1]
    numbers = places.movedim(1, -1) * channels + torch.arange(channels, device=x.device)
    if include_batch_in_index:
        images = torch.arange(x.shape[0], device=x.device) * (height * width * channels)
        numbers = numbers + images.reshape(-1, 1, 1, 1)
    wanted = torch.int64 if Targmax.name == "int64" else torch.int32
    return from_channels_first(maxima, "NHWC"), numbers.to(wanted).contiguous()


@MaxPoolGradWithArgmax.kernel("torch")
def max_pool_grad_with_argmax_kernel(input, grad, argmax, *, include_batch_in_index):
    where = argmax.to(torch.int64).reshape(input.shape[0], -1)
    if not include_batch_in_index and input.shape[0]:
        each = input.numel() // input.shape[0]
        where = where + torch.arange(input.shape[0], device=where.device)[:, None] * each
    result = grad.new_zeros(input.numel())
    result.index_add_(0, where.reshape(-1), grad.reshape(-1))
    return result.reshape(input.shape)


# -- average --------------------------------------------------------------------------------------

_MEAN = {2: _aten.avg_pool2d, 3: _aten.avg_pool3d}
_MEAN_BACKWARD = {2: _aten.avg_pool2d_backward, 3: _aten.avg_pool3d_backward}


def _counts(lengths: Sequence[int], windows: Sequence[Window], like: Tensor) -> Tensor:
    """How many values of the input each window holds: [*positions]."""
    total = like.new_ones(())
    for n, w in zip(lengths, windows, strict=True):
        starts = torch.arange(w.outputs, device=like.device) * w.stride - w.before
        held = (starts + w.size).clamp(max=n) - starts.clamp(min=0)
        total = total[..., None] * held.to(like.dtype)
    return total


def _avg_pool(x, ksize, strides, padding, data_format):
    windows = pool_windows(x.shape, ksize, strides, padding, data_format)
    x = channels_first(x, data_format)
    if x.numel() == 0:
        result = x.new_zeros((*x.shape[:2], *(w.outputs for w in windows)))
        return from_channels_first(result, data_format)
    lengths = x.shape[2:]
    settings = _settings(lengths, windows)
    if not settings.pads:
        result = _MEAN[len(windows)](x, settings.sizes, settings.strides, settings.padding,
                                     settings.ceil, False)
    else:  # sums over the padded input, each divided by what its window holds of the input
        result = _MEAN[len(windows)](padded(x, windows), settings.sizes, settings.strides,
                                     settings.padding, False, True, 1)
        result = result / _counts(lengths, windows, result)
    return from_channels_first(result, data_format)


def _shaped(grad: Tensor, lengths: Sequence[int], is_padded: bool) -> Tensor:
    """An input of which only shape and order in memory count. The memory is never touched.

    The channels are last, except where PyTorch 2.11 on CUDA then takes padding for a shift.
    """
    if grad.is_cuda and is_padded:
        return grad.new_empty((*grad.shape[:2], *lengths))
    return grad.new_empty((grad.shape[0], *lengths, grad.shape[1])).movedim(-1, 1)


def _avg_pool_grad(sizes: Any, grad: Tensor, ksize: Any, strides: Any, padding: str,
                   data_format: str) -> Tensor:
    shape = [int(n) for n in sizes]
    if len(shape) != len(ksize):
        raise errors.InvalidArgumentError(
            None, None, "out_backprop must be a tensor of rank " + str(len(ksize)))
    windows = pool_windows(shape, ksize, strides, padding, data_format)
    if 0 in shape or grad.numel() == 0:
        return grad.new_zeros(tuple(shape))
    lengths = spatial(shape, data_format)
    grad = channels_first(grad, data_format)
    settings = _settings(lengths, windows)
    backward = _MEAN_BACKWARD[len(windows)]
    room = [n + w.before + w.after if settings.pads else n
            for n, w in zip(lengths, windows, strict=True)]
    x = _shaped(grad, room, any(settings.padding))
    if not settings.pads:
        result = backward(grad, x, settings.sizes, settings.strides, settings.padding,
                          settings.ceil, False, None)
    else:
        share = grad / _counts(lengths, windows, grad)
        result = unpadded(backward(share, x, settings.sizes, settings.strides, settings.padding,
                                   False, True, 1), lengths, windows)
    return from_channels_first(result, data_format)


@AvgPool.kernel("torch")
def avg_pool_kernel(value, *, ksize, strides, padding, data_format):
    return _avg_pool(value, ksize, strides, padding, data_format)


@AvgPool3D.kernel("torch")
def avg_pool3d_kernel(input, *, ksize, strides, padding, data_format):
    return _avg_pool(input, ksize, strides, padding, data_format)


@AvgPoolGrad.kernel("torch")
@AvgPool3DGrad.kernel("torch")
def avg_pool_grad_kernel(orig_input_shape, grad, *, ksize, strides, padding, data_format):
    return _avg_pool_grad(orig_input_shape, grad, ksize, strides, padding, data_format)
