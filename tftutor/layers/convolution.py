"""`tf.layers`: convolutions over one, two or three axes, and depthwise separable ones."""

from __future__ import annotations

from typing import Any

from tftutor.composite.nn_convolution import conv1d as nn_conv1d
from tftutor.composite.nn_convolution import separable_conv2d as tf_separable_conv2d
from tftutor.composite.nn_convolution import strides_and_rates
from tftutor.composite.nn_space_to_batch import with_space_to_batch
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.late_notes import explained
from tftutor.framework.tensor_shape import TensorShape, as_shape
from tftutor.layers.activations import get_activation
from tftutor.layers.base import Layer
from tftutor.layers.conv_arguments import (
    channel_axis,
    normalize_data_format,
    normalize_padding,
    normalize_tuple,
    one_per_axis,
    op_data_format,
    window_output_length,
)
from tftutor.layers.input_spec import InputSpec
from tftutor.layers.layer_function import layer_function
from tftutor.ops.array_pad import pad
from tftutor.ops.array_reshape import expand_dims, reshape, squeeze
from tftutor.ops.init_ops import Zeros
from tftutor.ops.nn_bias import bias_add
from tftutor.ops.nn_conv import Conv2D as Conv2DOp
from tftutor.ops.nn_conv3d import Conv3D as Conv3DOp

_ZEROS = Zeros()


class Conv(Layer):
    """outputs = activation(convolution(inputs, kernel) + bias).

    Args:
      filters: number of output channels.
      kernel_size, strides, dilation_rate: integers, one for all axes or one for each.
      padding: "valid" or "same".
      data_format: "channels_last" or "channels_first".
      activation: a function or its name.
      kernel_initializer, kernel_regularizer, kernel_constraint: of the variable `kernel`.
      bias_initializer, bias_regularizer, bias_constraint: of the variable `bias`.
      activity_regularizer: function of the output; its result goes to REGULARIZATION_LOSSES.

    Shapes: inputs [batch, ..., in], kernel [*kernel_size, in, filters] -> [batch, ..., filters].
    Raises: ValueError for arguments of a wrong form, or an unknown number of channels.
    Source: TF 1.15 docs, tf.layers.conv2d.
    """

    rank = 0

    def __init__(self, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid",
                 data_format: str = "channels_last", dilation_rate: Any = 1,
                 activation: Any = None, use_bias: bool = True, kernel_initializer: Any = None,
                 bias_initializer: Any = _ZEROS, kernel_regularizer: Any = None,
                 bias_regularizer: Any = None, activity_regularizer: Any = None,
                 kernel_constraint: Any = None, bias_constraint: Any = None,
                 trainable: bool = True, name: Any = None, **kwargs: Any) -> None:
        super().__init__(trainable=trainable, name=name, activity_regularizer=activity_regularizer,
                         **kwargs)
        self.filters = filters
        self.kernel_size = normalize_tuple(kernel_size, self.rank, "kernel_size")
        self.strides = normalize_tuple(strides, self.rank, "strides")
        self.padding = normalize_padding(padding, causal=self.rank == 1)
        self.data_format = normalize_data_format(data_format)
        self.dilation_rate = normalize_tuple(dilation_rate, self.rank, "dilation_rate")
        self.activation = get_activation(activation)
        self.use_bias = use_bias
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = bias_initializer
        self.kernel_regularizer = kernel_regularizer
        self.bias_regularizer = bias_regularizer
        self.kernel_constraint = kernel_constraint
        self.bias_constraint = bias_constraint
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _input_channels(self, input_shape: Any) -> int:
        """How many channels come in; from now on the layer insists on them."""
        axis = channel_axis(self.data_format)
        channels = as_shape(input_shape).as_list()[axis]
        if channels is None:
            raise explained(ValueError(
                "The channel dimension of the inputs should be defined. Found `None`."))
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={axis: channels})
        return channels

    def _add_kernel(self, shape: tuple[int, ...], part: str = "") -> Any:
        return self.add_weight(
            f"{part}kernel", shape=shape,
            initializer=getattr(self, f"{part or 'kernel_'}initializer"),
            regularizer=getattr(self, f"{part or 'kernel_'}regularizer"),
            constraint=getattr(self, f"{part or 'kernel_'}constraint"), trainable=True,
            dtype=self.dtype)

    def _add_bias(self) -> Any:
        if not self.use_bias:
            return None
        return self.add_weight(
            "bias", shape=(self.filters,), initializer=self.bias_initializer,
            regularizer=self.bias_regularizer, constraint=self.bias_constraint, trainable=True,
            dtype=self.dtype)

    def build(self, input_shape: Any) -> None:
        """Make kernel and bias."""
        channels = self._input_channels(input_shape)
        self.kernel = self._add_kernel((*self.kernel_size, channels, self.filters))
        self.bias = self._add_bias()
        strides_and_rates(self.rank, self.strides, self.dilation_rate)
        self._rate = convert_to_tensor(list(self.dilation_rate), dtypes.int32,
                                       name="dilation_rate")
        self.built = True

    def _causal_padding(self) -> list[list[int]]:
        before = [self.dilation_rate[0] * (self.kernel_size[0] - 1), 0]
        if self.data_format == "channels_last":
            return [[0, 0], before, [0, 0]]
        return [[0, 0], [0, 0], before]

    def call(self, inputs: Any) -> Any:
        """The layer's nodes: the convolution, BiasAdd, activation."""
        if self.padding == "causal":
            inputs = pad(inputs, self._causal_padding())
        padding = "VALID" if self.padding == "causal" else self.padding.upper()
        start = 1 if self.data_format == "channels_last" else 2
        outputs = with_space_to_batch(
            inputs, self._rate, padding, self._convolve, filter_shape=self.kernel.get_shape(),
            spatial_dims=range(start, start + self.rank),
            data_format=op_data_format(self.data_format, self.rank + 2))
        return self._finished(outputs)

    def _convolve(self, inputs: Any, _: int, padding: str) -> Any:
        data_format = op_data_format(self.data_format, self.rank + 2)
        if self.rank == 1:
            return nn_conv1d(inputs, self.kernel, self.strides[0], padding,
                             data_format=data_format)
        inner = list(self.strides)
        strides = [1, *inner, 1] if self.data_format == "channels_last" else [1, 1, *inner]
        op = Conv2DOp if self.rank == 2 else Conv3DOp
        return op(inputs, self.kernel, strides=strides, padding=padding, data_format=data_format)

    def _finished(self, outputs: Any) -> Any:
        """With bias and activation."""
        if self.use_bias and self.data_format == "channels_first" and self.rank == 1:
            outputs = outputs + reshape(self.bias, (1, self.filters, 1))
        elif self.use_bias:
            form = "NHWC" if self.data_format == "channels_last" else "NCHW"
            outputs = bias_add(outputs, self.bias, data_format=form)
        return outputs if self.activation is None else self.activation(outputs)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """The output's static shape."""
        dims = as_shape(input_shape).as_list()
        last = self.data_format == "channels_last"
        spatial = [window_output_length(n, size, self.padding, stride, dilation)
                   for n, size, stride, dilation in zip(
                       dims[1:-1] if last else dims[2:], self.kernel_size, self.strides,
                       self.dilation_rate, strict=True)]
        return TensorShape([dims[0], *spatial, self.filters] if last
                           else [dims[0], self.filters, *spatial])


@tf_export("layers.Conv1D")
class Conv1D(Conv):
    __doc__ = (Conv.__doc__ or "") + "\n    One spatial axis: kernel [width, in, filters].\n"
    rank = 1


@tf_export("layers.Conv2D")
@one_per_axis("strides", "dilation_rate")
class Conv2D(Conv):
    __doc__ = (Conv.__doc__ or "") + "\n    Images: kernel [height, width, in, filters].\n"
    rank = 2


@tf_export("layers.Conv3D")
@one_per_axis("strides", "dilation_rate")
class Conv3D(Conv):
    __doc__ = (Conv.__doc__ or "") + "\n    Volumes: kernel [depth, height, width, in, filters].\n"
    rank = 3


class SeparableConv(Conv):
    """A convolution of each channel by itself, then a 1 x 1 convolution that mixes them.

    Args:
      depth_multiplier: how many filters each input channel gets.
      depthwise_..., pointwise_...: initializer, regularizer, constraint of the two kernels.
      Others as for conv2d.

    Source: TF 1.15 docs, tf.layers.separable_conv2d.
    """

    def __init__(self, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid",
                 data_format: str = "channels_last", dilation_rate: Any = 1,
                 depth_multiplier: int = 1, activation: Any = None, use_bias: bool = True,
                 depthwise_initializer: Any = None, pointwise_initializer: Any = None,
                 bias_initializer: Any = _ZEROS, depthwise_regularizer: Any = None,
                 pointwise_regularizer: Any = None, bias_regularizer: Any = None,
                 activity_regularizer: Any = None, depthwise_constraint: Any = None,
                 pointwise_constraint: Any = None, bias_constraint: Any = None,
                 trainable: bool = True, name: Any = None, **kwargs: Any) -> None:
        super().__init__(filters, kernel_size, strides, padding, data_format, dilation_rate,
                         activation, use_bias, bias_initializer=bias_initializer,
                         bias_regularizer=bias_regularizer,
                         activity_regularizer=activity_regularizer,
                         bias_constraint=bias_constraint, trainable=trainable, name=name, **kwargs)
        self.depth_multiplier = depth_multiplier
        self.depthwise_initializer = depthwise_initializer
        self.pointwise_initializer = pointwise_initializer
        self.depthwise_regularizer = depthwise_regularizer
        self.pointwise_regularizer = pointwise_regularizer
        self.depthwise_constraint = depthwise_constraint
        self.pointwise_constraint = pointwise_constraint

    def build(self, input_shape: Any) -> None:
        """Make both kernels and the bias."""
        channels = self._input_channels(input_shape)
        self.depthwise_kernel = self._add_kernel(
            (*self.kernel_size, channels, self.depth_multiplier), "depthwise_")
        self.pointwise_kernel = self._add_kernel(
            (*(1,) * self.rank, self.depth_multiplier * channels, self.filters), "pointwise_")
        self.bias = self._add_bias()
        self.built = True

    def _separable(self, inputs: Any, depthwise: Any, pointwise: Any, strides: tuple[int, ...],
                   rate: tuple[int, ...], padding: str) -> Any:
        whole = (1, *strides, 1) if self.data_format == "channels_last" else (1, 1, *strides)
        form = op_data_format(self.data_format, 4)
        outputs = tf_separable_conv2d(inputs, depthwise, pointwise, strides=whole,
                                      padding=padding, rate=rate, data_format=form)
        if self.use_bias:
            outputs = bias_add(outputs, self.bias, data_format=form)
        return outputs


@tf_export("layers.SeparableConv1D")
class SeparableConv1D(SeparableConv):
    __doc__ = SeparableConv.__doc__
    rank = 1

    def call(self, inputs: Any) -> Any:
        """The layer's nodes: sequences are convolved as images of height 1."""
        if self.padding == "causal":
            inputs = pad(inputs, self._causal_padding())
        padding = "VALID" if self.padding == "causal" else self.padding.upper()
        axis = 1 if self.data_format == "channels_last" else 2
        inputs = expand_dims(inputs, axis)
        depthwise = expand_dims(self.depthwise_kernel, 0)
        pointwise = expand_dims(self.pointwise_kernel, 0)
        outputs = self._separable(inputs, depthwise, pointwise, self.strides * 2,
                                  (1, *self.dilation_rate), padding)
        outputs = squeeze(outputs, [axis])
        return outputs if self.activation is None else self.activation(outputs)


@tf_export("layers.SeparableConv2D")
@one_per_axis("strides", "dilation_rate")
class SeparableConv2D(SeparableConv):
    __doc__ = SeparableConv.__doc__
    rank = 2

    def call(self, inputs: Any) -> Any:
        """The layer's nodes."""
        outputs = self._separable(inputs, self.depthwise_kernel, self.pointwise_kernel,
                                  self.strides, self.dilation_rate, self.padding.upper())
        return outputs if self.activation is None else self.activation(outputs)


conv1d = layer_function("conv1d", Conv1D)
conv2d = layer_function("conv2d", Conv2D)
conv3d = layer_function("conv3d", Conv3D)
separable_conv1d = layer_function("separable_conv1d", SeparableConv1D)
separable_conv2d = layer_function("separable_conv2d", SeparableConv2D)
