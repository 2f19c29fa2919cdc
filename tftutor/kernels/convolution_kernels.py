"""The convolution kernels of a library, from its three ways to convolve.

The six operation types take the same attributes in the same order whatever computes them; only
what stands behind them differs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tftutor.ops.nn_conv import Conv2D, Conv2DBackpropFilter, Conv2DBackpropInput
from tftutor.ops.nn_conv3d import Conv3D, Conv3DBackpropFilterV2, Conv3DBackpropInputV2


def register_convolutions(library: str, forward: Callable[..., Any],
                          input_backprop: Callable[..., Any], filter_backprop: Callable[..., Any],
                          kind: str) -> None:
    """Register the kernels of a library.

    Args:
      forward: `forward(x, filter, strides, padding, data_format, dilations, explicit_paddings)`.
      input_backprop: `(label, sizes, filter, gradient, ...)` with the same attributes.
      filter_backprop: `(label, x, sizes, gradient, ...)` with the same attributes.
      kind: "Custom" or "Slow": how TensorFlow's kernels for two dimensions call themselves in
        their errors, on the CPU and on GPUs.
    """

    @Conv2D.kernel(library)
    def conv2d_kernel(input, filter, *, strides, padding, explicit_paddings, data_format,
                      dilations):
        return forward(input, filter, strides, padding, data_format, dilations, explicit_paddings)

    @Conv2DBackpropInput.kernel(library)
    def conv2d_backprop_input_kernel(input_sizes, filter, out_backprop, *, strides, padding,
                                     explicit_paddings, data_format, dilations):
        return input_backprop(f"Conv2D{kind}BackpropInput", input_sizes, filter, out_backprop,
                              strides, padding, data_format, dilations, explicit_paddings)

    @Conv2DBackpropFilter.kernel(library)
    def conv2d_backprop_filter_kernel(input, filter_sizes, out_backprop, *, strides, padding,
                                      explicit_paddings, data_format, dilations):
        return filter_backprop(f"Conv2D{kind}BackpropFilter", input, filter_sizes, out_backprop,
                               strides, padding, data_format, dilations, explicit_paddings)

    @Conv3D.kernel(library)
    def conv3d_kernel(input, filter, *, strides, padding, data_format, dilations):
        return forward(input, filter, strides, padding, data_format, dilations)

    @Conv3DBackpropInputV2.kernel(library)
    def conv3d_backprop_input_kernel(input_sizes, filter, out_backprop, *, strides, padding,
                                     data_format, dilations):
        return input_backprop("Conv3DBackpropInputOp", input_sizes, filter, out_backprop, strides,
                              padding, data_format, dilations)

    @Conv3DBackpropFilterV2.kernel(library)
    def conv3d_backprop_filter_kernel(input, filter_sizes, out_backprop, *, strides, padding,
                                      data_format, dilations):
        return filter_backprop("Conv3DBackpropFilterOp", input, filter_sizes, out_backprop,
                               strides, padding, data_format, dilations)
