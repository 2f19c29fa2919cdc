"""`tf.layers`: transposed convolutions ("deconvolutions"), which make images larger."""

from __future__ import annotations

from typing import Any

from tftutor.framework.api import exported, tf_export
from tftutor.framework.late_notes import explained
from tftutor.framework.tensor_shape import TensorShape, as_shape
from tftutor.layers.conv_arguments import deconv_output_length, one_per_axis, op_data_format
from tftutor.layers.convolution import Conv
from tftutor.layers.layer_function import layer_function
from tftutor.ops.array_join import stack
from tftutor.ops.array_shape import shape
from tftutor.ops.init_ops import Zeros

_ZEROS = Zeros()


class ConvTranspose(Conv):
    """The transpose (gradient) of a convolution, plus bias and activation.

    Args: as for conv2d, without dilation.
    Shapes: inputs [batch, ..., in], kernel [*kernel_size, filters, in] -> [batch, ..., filters];
    with padding "same" an axis of size n becomes n * stride.
    Raises: ValueError for inputs of a wrong rank, or an unknown number of channels.
    Source: TF 1.15 docs, tf.layers.conv2d_transpose.
    """

    def __init__(self, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid",
                 data_format: str = "channels_last", activation: Any = None,
                 use_bias: bool = True, kernel_initializer: Any = None,
                 bias_initializer: Any = _ZEROS, kernel_regularizer: Any = None,
                 bias_regularizer: Any = None, activity_regularizer: Any = None,
                 kernel_constraint: Any = None, bias_constraint: Any = None,
                 trainable: bool = True, name: Any = None, **kwargs: Any) -> None:
        super().__init__(filters, kernel_size, strides, padding, data_format, 1, activation,
                         use_bias, kernel_initializer, bias_initializer, kernel_regularizer,
                         bias_regularizer, activity_regularizer, kernel_constraint,
                         bias_constraint, trainable, name, **kwargs)

    def build(self, input_shape: Any) -> None:
        """Make kernel and bias."""
        if as_shape(input_shape).ndims != self.rank + 2:
            raise explained(ValueError(
                f"Inputs should have rank {self.rank + 2}. Received input shape: "
                f"{as_shape(input_shape)}"))
        channels = self._input_channels(input_shape)
        self.kernel = self._add_kernel((*self.kernel_size, self.filters, channels))
        self.bias = self._add_bias()
        self.built = True

    def _spatial(self, sizes: Any) -> list[Any]:
        start = 1 if self.data_format == "channels_last" else 2
        return [sizes[start + i] for i in range(self.rank)]

    def _output_sizes(self, batch: Any, spatial: list[Any]) -> list[Any]:
        lengths = [deconv_output_length(length, size, self.padding, stride) for
                   length, size, stride in zip(spatial, self.kernel_size, self.strides,
                                               strict=True)]
        if self.data_format == "channels_last":
            return [batch, *lengths, self.filters]
        return [batch, self.filters, *lengths]

    def call(self, inputs: Any) -> Any:
        """The layer's nodes: the output shape, the transposed convolution, BiasAdd, activation."""
        sizes = shape(inputs)
        batch = sizes[0]
        output_shape = stack(self._output_sizes(batch, self._spatial(sizes)))
        if self.rank == 2:
            output_shape[0]  # noqa: B018 - TF's graph has this node, which nothing reads
        strides = ((1, *self.strides, 1) if self.data_format == "channels_last"
                   else (1, 1, *self.strides))
        transpose = exported(f"nn.conv{self.rank}d_transpose")
        outputs = transpose(inputs, self.kernel, output_shape, strides,
                            padding=self.padding.upper(),
                            data_format=op_data_format(self.data_format, self.rank + 2))
        outputs.set_shape(self.compute_output_shape(inputs.shape))
        return self._finished(outputs)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """The output's static shape."""
        dims = as_shape(input_shape).as_list()
        return TensorShape(self._output_sizes(dims[0], self._spatial(dims)))


@tf_export("layers.Conv2DTranspose")
@one_per_axis("strides")
class Conv2DTranspose(ConvTranspose):
    __doc__ = ConvTranspose.__doc__
    rank = 2


@tf_export("layers.Conv3DTranspose")
@one_per_axis("strides")
class Conv3DTranspose(ConvTranspose):
    __doc__ = ConvTranspose.__doc__
    rank = 3


conv2d_transpose = layer_function("conv2d_transpose", Conv2DTranspose)
conv3d_transpose = layer_function("conv3d_transpose", Conv3DTranspose)
