"""Convolutions on torch: cuDNN on a GPU, oneDNN on a CPU.

Plain and grouped, in two and three dimensions, and by channel (depthwise), where each channel is a
group of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from tftutor.kernels.convolution_kernels import register_convolutions
from tftutor.kernels.torch.windows import (
    channels_first,
    filter_view,
    from_channels_first,
    from_filter_view,
    is_even,
    padded,
    unpadded,
)
from tftutor.kernels.window_geometry import (
    conv_windows,
    depthwise_grad_windows,
    depthwise_windows,
    filter_grad_windows,
    input_grad_windows,
)
from tftutor.ops.nn_depthwise import (
    DepthwiseConv2dNative,
    DepthwiseConv2dNativeBackpropFilter,
    DepthwiseConv2dNativeBackpropInput,
)
from tftutor.ops.nn_window import Window, channel_axis, spatial

_FORWARD = {2: torch.conv2d, 3: torch.conv3d}


# -- on [batch, channels, *lengths] and [out, in, *sizes] -----------------------------------------

def _settings(windows: Sequence[Window]) -> tuple[list[int], list[int], list[int]]:
    """Strides, padding, dilations."""
    padding = [w.before for w in windows] if is_even(windows) else [0] * len(windows)
    return [w.stride for w in windows], padding, [w.dilation for w in windows]


def _with_uneven_padding(x: Tensor, windows: Sequence[Window]) -> Tensor:
    return x if is_even(windows) else padded(x, windows)


def _convolve(x: Tensor, weight: Tensor, windows: Sequence[Window], groups: int) -> Tensor:
    shape = (x.shape[0], weight.shape[0], *(w.outputs for w in windows))
    if 0 in shape or 0 in x.shape:
        return x.new_zeros(shape)
    strides, padding, dilations = _settings(windows)
    return _FORWARD[len(windows)](_with_uneven_padding(x, windows), weight, None, strides, padding,
                                  dilations, groups)


def _backward(grad: Tensor, x: Tensor, weight: Tensor, windows: Sequence[Window], groups: int,
              wanted: list[bool]) -> Any:
    strides, padding, dilations = _settings(windows)
    return torch.ops.aten.convolution_backward(
        grad, x, weight, None, strides, padding, dilations, False, [0] * len(windows), groups,
        wanted)


def _input_grad(lengths: Sequence[int], weight: Tensor, grad: Tensor, windows: Sequence[Window],
                groups: int) -> Tensor:
    shape = (grad.shape[0], weight.shape[1] * groups, *lengths)
    if 0 in shape or grad.numel() == 0:
        return grad.new_zeros(shape)
    uneven = not is_even(windows)
    if uneven:
        shape = (*shape[:2], *(n + w.before + w.after
                               for n, w in zip(lengths, windows, strict=True)))
    # Only the shape of the input counts. Its memory is never touched.
    x = grad.new_empty((shape[0], *shape[2:], shape[1])).movedim(-1, 1)
    result = _backward(grad, x, weight, windows, groups, [True, False, False])[0]
    return unpadded(result, lengths, windows) if uneven else result


def _filter_grad(x: Tensor, shape: Sequence[int], grad: Tensor, windows: Sequence[Window],
                 groups: int) -> Tensor:
    """The gradient of a weight of that shape."""
    if 0 in x.shape or grad.numel() == 0 or 0 in shape:
        return grad.new_zeros(tuple(shape))
    weight = grad.new_empty((*shape[2:], shape[1], shape[0]))  # only its shape counts
    return _backward(grad, _with_uneven_padding(x, windows), filter_view(weight), windows, groups,
                     [False, True, False])[1]


# -- the ops --------------------------------------------------------------------------------------

def _groups(channels: int, kernel_in: int) -> int:
    return channels // kernel_in if kernel_in else 1


def _convolution(x, kernel, strides, padding, data_format, dilations, explicit_paddings=()):
    windows = conv_windows(x.shape, kernel.shape, strides, padding, data_format, dilations,
                           explicit_paddings)
    x = channels_first(x, data_format)
    result = _convolve(x, filter_view(kernel), windows, _groups(x.shape[1], kernel.shape[-2]))
    return from_channels_first(result, data_format)


def _input_backprop(label, sizes, kernel, grad, strides, padding, data_format, dilations,
                    explicit_paddings=()):
    shape = [int(n) for n in sizes]
    windows = input_grad_windows(label, shape, kernel.shape, grad.shape, strides, padding,
                                 data_format, dilations, explicit_paddings)
    groups = _groups(shape[channel_axis(data_format, len(shape))], kernel.shape[-2])
    result = _input_grad(spatial(shape, data_format), filter_view(kernel),
                         channels_first(grad, data_format), windows, groups)
    return from_channels_first(result, data_format)


def _filter_backprop(label, x, sizes, grad, strides, padding, data_format, dilations,
                     explicit_paddings=()):
    sizes = [int(n) for n in sizes]
    windows = filter_grad_windows(label, x.shape, sizes, grad.shape, strides, padding, data_format,
                                  dilations, explicit_paddings)
    x, grad = channels_first(x, data_format), channels_first(grad, data_format)
    weight = _filter_grad(x, (sizes[-1], sizes[-2], *sizes[:-2]), grad, windows,
                          _groups(x.shape[1], sizes[-2]))
    return from_filter_view(weight)


register_convolutions("torch", _convolution, _input_backprop, _filter_backprop, "Slow")


# -- by channel -----------------------------------------------------------------------------------

def _depthwise_weight(kernel: Tensor) -> Tensor:
    """[in * multiplier, 1, height, width] from [height, width, in, multiplier]."""
    return kernel.permute(2, 3, 0, 1).reshape(math.prod(kernel.shape[2:]), 1, *kernel.shape[:2])


@DepthwiseConv2dNative.kernel("torch")
def depthwise_kernel(input, filter, *, strides, padding, data_format, dilations):
    windows = depthwise_windows(input.shape, filter.shape, strides, padding, data_format,
                                dilations)
    x = channels_first(input, data_format)
    result = _convolve(x, _depthwise_weight(filter), windows, x.shape[1])
    return from_channels_first(result, data_format)


@DepthwiseConv2dNativeBackpropInput.kernel("torch")
def depthwise_backprop_input_kernel(input_sizes, filter, out_backprop, *, strides, padding,
                                    data_format, dilations):
    sizes = [int(n) for n in input_sizes]
    windows = depthwise_grad_windows("DepthwiseConv2DBackpropInput", sizes, filter.shape,
                                     out_backprop.shape, strides, padding, data_format, dilations)
    result = _input_grad(spatial(sizes, data_format), _depthwise_weight(filter),
                         channels_first(out_backprop, data_format), windows, filter.shape[2])
    return from_channels_first(result, data_format)


@DepthwiseConv2dNativeBackpropFilter.kernel("torch")
def depthwise_backprop_filter_kernel(input, filter_sizes, out_backprop, *, strides, padding,
                                     data_format, dilations):
    sizes = [int(n) for n in filter_sizes]
    windows = depthwise_grad_windows("DepthwiseConv2DBackpropFilter", input.shape, sizes,
                                     out_backprop.shape, strides, padding, data_format, dilations)
    weight = _filter_grad(channels_first(input, data_format),
                          (sizes[2] * sizes[3], 1, *sizes[:2]),
                          channels_first(out_backprop, data_format), windows, sizes[2])
    return weight.reshape(sizes[2], sizes[3], *sizes[:2]).permute(2, 3, 0, 1).contiguous()
