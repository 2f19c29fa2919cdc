"""Convolutions on any array library: one matrix product for each place in the window.

    output         = sum over places of   view of the image @ filter[place]
    filter's grad  = at each place        (view of the image).T @ grad
    input's grad   = at each place        grad @ filter[place].T, added to the view

Nothing is unfolded, so a 5x5 window costs 25 products and no memory. Depthwise convolutions
multiply elementwise in place of the products.
"""

from __future__ import annotations

import math
from typing import Any

from tftutor.kernels.array_api.windows import (
    channels_last,
    from_channels_last,
    outputs,
    padded,
    places,
    unpadded,
)
from tftutor.kernels.window_geometry import (
    conv_windows,
    depthwise_grad_windows,
    depthwise_windows,
    filter_grad_windows,
    input_grad_windows,
    room,
)
from tftutor.ops.nn_conv import Conv2D, Conv2DBackpropFilter, Conv2DBackpropInput
from tftutor.ops.nn_conv3d import Conv3D, Conv3DBackpropFilterV2, Conv3DBackpropInputV2
from tftutor.ops.nn_depthwise import (
    DepthwiseConv2dNative,
    DepthwiseConv2dNativeBackpropFilter,
    DepthwiseConv2dNativeBackpropInput,
)
from tftutor.ops.nn_window import channel_axis, spatial


def _taps_of(kernel: Any, xp: Any) -> list[Any]:
    """The filter's [in, out] at each place in the window."""
    flat = xp.reshape(kernel, (-1, *kernel.shape[-2:]))
    return [flat[index, ...] for index in range(flat.shape[0])]


def _part(array: Any, number: int, size: int) -> Any:
    """One group's channels."""
    return array[..., number * size:(number + 1) * size]


def _joined(parts: list[Any], xp: Any) -> Any:
    return parts[0] if len(parts) == 1 else xp.concat(parts, axis=-1)


# -- one group ------------------------------------------------------------------------------------

def _convolve(x: Any, kernel: Any, windows: Any, xp: Any) -> Any:
    total = xp.zeros(outputs(x.shape[0], windows, kernel.shape[-1]), dtype=x.dtype)
    if math.prod(total.shape) == 0:
        return total
    source = padded(x, windows, xp)
    for place, tap in zip(places(windows), _taps_of(kernel, xp), strict=True):
        total += xp.matmul(source[place], tap)
    return total


def _input_grad(lengths: Any, kernel: Any, grad: Any, windows: Any, xp: Any) -> Any:
    result = xp.zeros((grad.shape[0], *room(lengths, windows), kernel.shape[-2]),
                      dtype=grad.dtype)
    if math.prod(grad.shape):
        for place, tap in zip(places(windows), _taps_of(kernel, xp), strict=True):
            result[place] += xp.matmul(grad, tap.T)
    return unpadded(result, lengths, windows)


def _filter_grad(x: Any, sizes: Any, grad: Any, windows: Any, xp: Any) -> Any:
    shape = (*sizes[:-2], x.shape[-1], grad.shape[-1])
    if math.prod(x.shape) == 0 or math.prod(grad.shape) == 0:
        return xp.zeros(shape, dtype=grad.dtype)
    source, rows = padded(x, windows, xp), xp.reshape(grad, (-1, grad.shape[-1]))
    shares = [xp.matmul(xp.reshape(source[place], (-1, x.shape[-1])).T, rows)
              for place in places(windows)]
    return xp.reshape(xp.stack(shares), shape)


# -- kernels --------------------------------------------------------------------------------------

def _convolution(x, kernel, strides, padding, data_format, dilations, explicit, xp):
    windows = conv_windows(x.shape, kernel.shape, strides, padding, data_format, dilations,
                           explicit)
    x = channels_last(x, data_format, xp)
    depth = kernel.shape[-2]
    groups = max(1, x.shape[-1] // depth) if depth else 1
    each = kernel.shape[-1] // groups
    parts = [_convolve(_part(x, g, depth), _part(kernel, g, each), windows, xp)
             for g in range(groups)]
    return from_channels_last(_joined(parts, xp), data_format, xp)


def _input_backprop(label, sizes, kernel, grad, strides, padding, data_format, dilations, explicit,
                    xp):
    shape = [int(n) for n in sizes]
    windows = input_grad_windows(label, shape, kernel.shape, grad.shape, strides, padding,
                                 data_format, dilations, explicit)
    grad = channels_last(grad, data_format, xp)
    groups = max(1, shape[channel_axis(data_format, len(shape))] // max(1, kernel.shape[-2]))
    each = kernel.shape[-1] // groups
    parts = [_input_grad(spatial(shape, data_format), _part(kernel, g, each),
                         _part(grad, g, each), windows, xp) for g in range(groups)]
    return from_channels_last(_joined(parts, xp), data_format, xp)


def _filter_backprop(label, x, sizes, grad, strides, padding, data_format, dilations, explicit,
                     xp):
    sizes = [int(n) for n in sizes]
    windows = filter_grad_windows(label, x.shape, sizes, grad.shape, strides, padding, data_format,
                                  dilations, explicit)
    x, grad = channels_last(x, data_format, xp), channels_last(grad, data_format, xp)
    groups = max(1, x.shape[-1] // max(1, sizes[-2]))
    each = grad.shape[-1] // groups
    return _joined([_filter_grad(_part(x, g, sizes[-2]), sizes, _part(grad, g, each), windows, xp)
                    for g in range(groups)], xp)


@Conv2D.kernel()
def conv2d_kernel(input, filter, *, xp, strides, padding, explicit_paddings, data_format,
                  dilations):
    return _convolution(input, filter, strides, padding, data_format, dilations,
                        explicit_paddings, xp)


@Conv2DBackpropInput.kernel()
def conv2d_backprop_input_kernel(input_sizes, filter, out_backprop, *, xp, strides, padding,
                                 explicit_paddings, data_format, dilations):
    return _input_backprop("Conv2DSlowBackpropInput", input_sizes, filter, out_backprop, strides,
                           padding, data_format, dilations, explicit_paddings, xp)


@Conv2DBackpropFilter.kernel()
def conv2d_backprop_filter_kernel(input, filter_sizes, out_backprop, *, xp, strides, padding,
                                  explicit_paddings, data_format, dilations):
    return _filter_backprop("Conv2DSlowBackpropFilter", input, filter_sizes, out_backprop,
                            strides, padding, data_format, dilations, explicit_paddings, xp)


@Conv3D.kernel()
def conv3d_kernel(input, filter, *, xp, strides, padding, data_format, dilations):
    return _convolution(input, filter, strides, padding, data_format, dilations, (), xp)


@Conv3DBackpropInputV2.kernel()
def conv3d_backprop_input_kernel(input_sizes, filter, out_backprop, *, xp, strides, padding,
                                 data_format, dilations):
    return _input_backprop("Conv3DBackpropInputOp", input_sizes, filter, out_backprop, strides,
                           padding, data_format, dilations, (), xp)


@Conv3DBackpropFilterV2.kernel()
def conv3d_backprop_filter_kernel(input, filter_sizes, out_backprop, *, xp, strides, padding,
                                  data_format, dilations):
    return _filter_backprop("Conv3DBackpropFilterOp", input, filter_sizes, out_backprop, strides,
                            padding, data_format, dilations, (), xp)


# -- by channel -----------------------------------------------------------------------------------

@DepthwiseConv2dNative.kernel()
def depthwise_kernel(input, filter, *, xp, strides, padding, data_format, dilations):
    windows = depthwise_windows(input.shape, filter.shape, strides, padding, data_format,
                                dilations)
    x = channels_last(input, data_format, xp)
    source = xp.expand_dims(padded(x, windows, xp), axis=-1)
    total = xp.zeros(outputs(x.shape[0], windows, *filter.shape[2:]), dtype=x.dtype)
    if math.prod(total.shape):
        for place, tap in zip(places(windows), _taps_of(filter, xp), strict=True):
            total += source[place] * tap
    result = xp.reshape(total, (*total.shape[:3], math.prod(filter.shape[2:])))
    return from_channels_last(result, data_format, xp)


@DepthwiseConv2dNativeBackpropInput.kernel()
def depthwise_backprop_input_kernel(input_sizes, filter, out_backprop, *, xp, strides, padding,
                                    data_format, dilations):
    sizes = [int(n) for n in input_sizes]
    windows = depthwise_grad_windows("DepthwiseConv2DBackpropInput", sizes, filter.shape,
                                     out_backprop.shape, strides, padding, data_format, dilations)
    lengths = spatial(sizes, data_format)
    grad = channels_last(out_backprop, data_format, xp)
    grad = xp.reshape(grad, (*grad.shape[:3], *filter.shape[2:]))
    result = xp.zeros((grad.shape[0], *room(lengths, windows), filter.shape[2]), dtype=grad.dtype)
    if math.prod(grad.shape):
        for place, tap in zip(places(windows), _taps_of(filter, xp), strict=True):
            result[place] += xp.sum(grad * tap, axis=-1, dtype=grad.dtype)
    return from_channels_last(unpadded(result, lengths, windows), data_format, xp)


@DepthwiseConv2dNativeBackpropFilter.kernel()
def depthwise_backprop_filter_kernel(input, filter_sizes, out_backprop, *, xp, strides, padding,
                                     data_format, dilations):
    sizes = [int(n) for n in filter_sizes]
    windows = depthwise_grad_windows("DepthwiseConv2DBackpropFilter", input.shape, sizes,
                                     out_backprop.shape, strides, padding, data_format, dilations)
    x, grad = (channels_last(a, data_format, xp) for a in (input, out_backprop))
    if math.prod(x.shape) == 0 or math.prod(grad.shape) == 0:
        return xp.zeros(tuple(sizes), dtype=grad.dtype)
    grad = xp.reshape(grad, (*grad.shape[:3], *sizes[2:]))
    source = xp.expand_dims(padded(x, windows, xp), axis=-1)
    shares = [xp.sum(source[place] * grad, axis=(0, 1, 2), dtype=grad.dtype)
              for place in places(windows)]
    return xp.reshape(xp.stack(shares), tuple(sizes))
