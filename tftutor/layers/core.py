"""`tf.layers`: dense, dropout, flatten."""

from __future__ import annotations

import math
from typing import Any

from tftutor.composite.cond import smart_cond
from tftutor.composite.nn_dropout import dropout as tf_dropout
from tftutor.composite.sparse_tensor import is_sparse, sparse_tensor_dense_matmul
from tftutor.composite.tensordot import tensordot
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.late_notes import explained
from tftutor.framework.tensor_shape import TensorShape, as_shape
from tftutor.layers.activations import get_activation
from tftutor.layers.base import Layer
from tftutor.layers.conv_arguments import normalize_data_format
from tftutor.layers.input_spec import InputSpec
from tftutor.layers.layer_function import layer_function
from tftutor.ops.array_reshape import reshape
from tftutor.ops.array_shape import shape as tf_shape
from tftutor.ops.array_transpose import transpose
from tftutor.ops.cast import cast
from tftutor.ops.identity import identity
from tftutor.ops.init_ops import Zeros
from tftutor.ops.matmul import MatMul
from tftutor.ops.nn_bias import bias_add

_ZEROS = Zeros()


@tf_export("layers.Dense")
class Dense(Layer):
    """outputs = activation(inputs . kernel + bias), over the last axis.

    Args:
      units: size of the output's last axis.
      activation: a function or its name; None: the sum itself.
      kernel_initializer, bias_initializer: of the variables; None: the variable scope's
        initializer, or Glorot uniform.
      kernel_regularizer, bias_regularizer: function of the variable; its result goes to
        REGULARIZATION_LOSSES.
      activity_regularizer: function of the output, likewise.
      kernel_constraint, bias_constraint: functions that optimizers apply after an update.
      name: of the variable scope; `reuse`: take the variables that are there already.

    Shapes: inputs [..., n], kernel [n, units] -> [..., units].
    Raises: ValueError for inputs below rank 2 or with an unknown last axis; TypeError for
    inputs that aren't floating point.
    Source: TF 1.15 docs, tf.layers.dense.
    """

    supports_masking = True

    def __init__(self, units: int, activation: Any = None, use_bias: bool = True,
                 kernel_initializer: Any = None, bias_initializer: Any = _ZEROS,
                 kernel_regularizer: Any = None, bias_regularizer: Any = None,
                 activity_regularizer: Any = None, kernel_constraint: Any = None,
                 bias_constraint: Any = None, trainable: bool = True, name: Any = None,
                 **kwargs: Any) -> None:
        super().__init__(trainable=trainable, name=name, activity_regularizer=activity_regularizer,
                         **kwargs)
        self.units = int(units)
        self.activation = get_activation(activation)
        self.use_bias = use_bias
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = bias_initializer
        self.kernel_regularizer = kernel_regularizer
        self.bias_regularizer = bias_regularizer
        self.kernel_constraint = kernel_constraint
        self.bias_constraint = bias_constraint
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Any) -> None:
        """Make kernel and bias."""
        dtype = dtypes.as_dtype(self.dtype or dtypes.float32)
        if not (dtype.is_floating or dtype.is_complex):
            raise explained(TypeError("Unable to build `Dense` layer with non-floating point dtype "
                                      f"{dtype}"))
        last = as_shape(input_shape).as_list()[-1]
        if last is None:
            raise explained(ValueError(
                "The last dimension of the inputs to `Dense` should be defined. Found `None`."))
        self.input_spec = InputSpec(min_ndim=2, axes={-1: last})
        self.kernel = self.add_weight(
            "kernel", shape=[last, self.units], initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
            dtype=self.dtype, trainable=True)
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", shape=[self.units], initializer=self.bias_initializer,
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
                dtype=self.dtype, trainable=True)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The layer's nodes: MatMul (Tensordot above rank 2), BiasAdd, activation."""
        rank = inputs.shape.ndims
        if rank > 2:
            outputs = tensordot(inputs, self.kernel, [[rank - 1], [0]])
            outputs.set_shape([*inputs.shape.as_list()[:-1], self.units])
        else:
            inputs = cast(inputs, self.dtype)
            multiply = sparse_tensor_dense_matmul if is_sparse(inputs) else MatMul
            outputs = multiply(inputs, self.kernel)
        if self.use_bias:
            outputs = bias_add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """[..., n] -> [..., units]."""
        shape = as_shape(input_shape).with_rank_at_least(2)
        if shape.as_list()[-1] is None:
            raise explained(ValueError(
                "The innermost dimension of input_shape must be defined, but saw: "
                f"{shape}"))
        return shape[:-1].concatenate(self.units)


@tf_export("layers.Dropout")
class Dropout(Layer):
    """While training, set a random part of the inputs to 0 and scale the others up.

    Args:
      rate: the part to drop, between 0 and 1.
      noise_shape: shape of the random mask; None where the inputs' own size is meant.
      training: (argument of the call) bool or boolean scalar tensor; False: do nothing.

    Source: TF 1.15 docs, tf.layers.dropout.
    """

    supports_masking = True

    def __init__(self, rate: Any = 0.5, noise_shape: Any = None, seed: int | None = None,
                 name: Any = None, **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.rate = rate
        self.noise_shape = noise_shape
        self.seed = seed

    def _noise_shape(self, inputs: Any) -> Any:
        if self.noise_shape is None:
            return None
        sizes = tf_shape(inputs)
        return convert_to_tensor([sizes[i] if size is None else size
                                  for i, size in enumerate(self.noise_shape)])

    def call(self, inputs: Any, training: Any = False) -> Any:
        """tf.nn.dropout when training, else the inputs."""
        return smart_cond(
            training,
            lambda: tf_dropout(inputs, noise_shape=self._noise_shape(inputs),
                               seed=self.seed, rate=self.rate),
            lambda: identity(inputs))

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """The input's shape."""
        return as_shape(input_shape)


@tf_export("layers.Flatten")
class Flatten(Layer):
    """Make a matrix: all axes but the first become one.

    Shapes: [batch, a, b, ...] -> [batch, a * b * ...].
    Source: TF 1.15 docs, tf.layers.flatten.
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = normalize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Any:
        """One Reshape; images with channels first are transposed before."""
        rank = inputs.shape.ndims
        if self.data_format == "channels_first" and rank > 1:
            inputs = transpose(inputs, perm=[0, *range(2, rank), 1])
        batch = inputs.shape.as_list()[0] or tf_shape(inputs)[0]
        outputs = reshape(inputs, (batch, -1))
        outputs.set_shape(self.compute_output_shape(inputs.shape))
        return outputs

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """[batch, product of the others]."""
        batch, *others = as_shape(input_shape).as_list()
        return TensorShape([batch, math.prod(others) if all(others) else None])


dense = layer_function("dense", Dense)
dropout = layer_function("dropout", Dropout, has_variables=False,
                         call_arguments={"training": False})


@tf_export("layers.flatten")
def flatten(inputs: Any, name: str | None = None, data_format: str = "channels_last") -> Any:
    """Make a matrix: all axes but the first become one.

    Shapes: [batch, a, b, ...] -> [batch, a * b * ...].
    Source: TF 1.15 docs, tf.layers.flatten.
    """
    return Flatten(name=name, data_format=data_format).apply(inputs)
