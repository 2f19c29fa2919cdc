"""Depthwise convolution on NumPy: one multiply-add over whole views for each filter tap."""

from __future__ import annotations

import numpy as np

from tftutor.kernels.numpy.conv import (
    channels_last,
    from_channels_last,
    padded,
)
from tftutor.kernels.window_geometry import (
    depthwise_grad_windows,
    depthwise_windows,
    inner,
    room,
    taps,
)
from tftutor.ops.nn_depthwise import (
    DepthwiseConv2dNative,
    DepthwiseConv2dNativeBackpropFilter,
    DepthwiseConv2dNativeBackpropInput,
)
from tftutor.ops.nn_window import spatial


def _flat_taps(kernel: np.ndarray) -> np.ndarray:
    """[taps, in, multiplier]."""
    return kernel.reshape(-1, *kernel.shape[2:])


@DepthwiseConv2dNative.kernel("numpy")
def depthwise_kernel(input, filter, *, strides, padding, data_format, dilations):
    windows = depthwise_windows(input.shape, filter.shape, strides, padding, data_format,
                                dilations)
    x = channels_last(input, data_format)
    source = padded(x, windows)[..., None]
    total = np.zeros((x.shape[0], *(w.outputs for w in windows), *filter.shape[2:]), x.dtype)
    for place, tap in zip(taps(windows), _flat_taps(filter), strict=True):
        total += source[place] * tap
    result = total.reshape(*total.shape[:3], -1)
    return from_channels_last(result, data_format)


@DepthwiseConv2dNativeBackpropInput.kernel("numpy")
def depthwise_backprop_input_kernel(input_sizes, filter, out_backprop, *, strides, padding,
                                    data_format, dilations):
    sizes = [int(n) for n in input_sizes]
    windows = depthwise_grad_windows("DepthwiseConv2DBackpropInput", sizes, filter.shape,
                                     out_backprop.shape, strides, padding, data_format, dilations)
    lengths = spatial(sizes, data_format)
    grad = channels_last(out_backprop, data_format)
    grad = grad.reshape(*grad.shape[:3], *filter.shape[2:])
    result = np.zeros((grad.shape[0], *room(lengths, windows), filter.shape[2]), grad.dtype)
    for place, tap in zip(taps(windows), _flat_taps(filter), strict=True):
        result[place] += np.einsum("nhwcm,cm->nhwc", grad, tap)
    return from_channels_last(np.ascontiguousarray(result[inner(lengths, windows)]), data_format)


@DepthwiseConv2dNativeBackpropFilter.kernel("numpy")
def depthwise_backprop_filter_kernel(input, filter_sizes, out_backprop, *, strides, padding,
                                     data_format, dilations):
    sizes = [int(n) for n in filter_sizes]
    windows = depthwise_grad_windows("DepthwiseConv2DBackpropFilter", input.shape, sizes,
                                     out_backprop.shape, strides, padding, data_format, dilations)
    x, grad = channels_last(input, data_format), channels_last(out_backprop, data_format)
    grad = grad.reshape(*grad.shape[:3], *sizes[2:])
    source = padded(x, windows)
    shares = [np.einsum("nhwc,nhwcm->cm", source[place], grad) for place in taps(windows)]
    return np.stack(shares).reshape(sizes).astype(grad.dtype, copy=False)
