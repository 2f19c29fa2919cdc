"""`tf.nn.rnn_cell`: one time step of a recurrent network, (inputs, state) -> (output, state)."""

from __future__ import annotations

from typing import Any

from tftutor.composite.rnn_state import zero_state_tensors
from tftutor.framework import dtypes, nest
from tftutor.framework.api import tf_export
from tftutor.framework.constant_value import constant_value
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Tensor
from tftutor.framework.tensor_shape import as_shape
from tftutor.layers.activations import get_activation
from tftutor.layers.base import Layer
from tftutor.layers.input_spec import InputSpec
from tftutor.ops.array_join import concat
from tftutor.ops.array_shape import shape
from tftutor.ops.array_split import split
from tftutor.ops.elementwise_trigonometry import sigmoid, tanh
from tftutor.ops.init_ops import Constant, Zeros
from tftutor.ops.matmul import matmul
from tftutor.ops.nn_bias import bias_add
from tftutor.ops.variable_lists import trainable_variables
from tftutor.ops.variable_scope import get_variable_scope, variable_scope


@tf_export("nn.rnn_cell.RNNCell")
class RNNCell(Layer):
    """Base of recurrent cells: subclasses have `state_size`, `output_size` and `call`.

    `call(inputs, state)` returns (output, new state). Variables made by `tf.get_variable` in
    `call` belong to the cell. Source: TF 1.15 docs, tf.nn.rnn_cell.RNNCell.
    """

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:  # type: ignore[override]
        """Run one time step; `scope` is the variable scope, by default the current one."""
        if scope is not None:
            with variable_scope(scope, custom_getter=self._rnn_get_variable) as entered:
                return super().__call__(inputs, state, scope=entered)
        context = getattr(self, "_rnncell_scope", None)
        if context is None:
            context = variable_scope(get_variable_scope(), custom_getter=self._rnn_get_variable)
            self._rnncell_scope = context
        with context:
            return super().__call__(inputs, state)

    def _rnn_get_variable(self, getter: Any, *args: Any, **kwargs: Any) -> Any:
        variable = getter(*args, **kwargs)
        trained = any(variable is other for other in trainable_variables())
        weights = self._trainable_weights if trained else self._non_trainable_weights
        if all(variable is not other for other in weights):
            weights.append(variable)
        return variable

    @property
    def state_size(self) -> Any:
        """Size, or nested sizes, of the state."""
        raise NotImplementedError("Abstract method")

    @property
    def output_size(self) -> Any:
        """Size of the output."""
        raise NotImplementedError("Abstract method")

    def build(self, input_shape: Any) -> None:
        """Nothing to make; subclasses with variables override it."""

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None
                          ) -> Any:
        """The zero state, with batch size and dtype as given or as `inputs` has them.

        Raises: ValueError when they are given twice and differ, or not at all.
        """
        if inputs is not None:
            inputs = convert_to_tensor(inputs, name="inputs")
            size = inputs.shape.as_list()[0]
            if batch_size is not None:
                known = (constant_value(batch_size) if isinstance(batch_size, Tensor)
                         else batch_size)
                if size != known:
                    raise ValueError("batch size from input tensor is different from the input "
                                     f"param. Input tensor batch: {size}, batch_size: "
                                     f"{batch_size}")
            if dtype is not None and inputs.dtype != dtype:
                raise explained(ValueError(
                    "dtype from input tensor is different from the input param. "
                    f"Input tensor dtype: {inputs.dtype}, dtype: {dtype}"))
            batch_size, dtype = size or shape(inputs)[0], inputs.dtype
        if batch_size is None or dtype is None:
            raise explained(ValueError(
                "batch_size and dtype cannot be None while constructing initial "
                f"state: batch_size={batch_size}, dtype={dtype}"))
        return self.zero_state(batch_size, dtype)

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """Zeros: a tensor [batch_size, size], or a nest of them."""
        with name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]):
            return zero_state_tensors(self.state_size, batch_size, dtype)


class LayerRNNCell(RNNCell):
    """Base of cells that make their variables in `build`, in a scope of their own."""

    def __init__(self, num_units: int, activation: Any = None, reuse: Any = None,
                 name: Any = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        check_supported_dtype(self.dtype)
        self.input_spec = InputSpec(ndim=2)
        self._num_units = num_units
        self._activation = get_activation(activation) if activation else tanh

    def __call__(self, inputs: Any, state: Any, scope: Any = None, *args: Any,
                 **kwargs: Any) -> Any:
        """Run one time step."""
        return Layer.__call__(self, inputs, state, *args, scope=scope, **kwargs)

    @property
    def state_size(self) -> Any:
        """Size of the state: num_units."""
        return self._num_units

    @property
    def output_size(self) -> Any:
        """Size of the output: num_units."""
        return self._num_units

    def _input_depth(self, input_shape: Any) -> int:
        depth = as_shape(input_shape).as_list()[-1]
        if depth is None:
            raise explained(ValueError("Expected inputs.shape[-1] to be known, saw shape: "
                                       f"{tuple(as_shape(input_shape).as_list())}"))
        check_supported_dtype(self.dtype)
        return depth

    def _zeros(self) -> Any:
        return Zeros(dtype=dtypes.as_dtype(self.dtype))


def check_supported_dtype(dtype: Any) -> None:
    """Raises: ValueError for integers."""
    if dtype is None:
        return
    dtype = dtypes.as_dtype(dtype)
    if not (dtype.is_floating or dtype.is_complex):
        raise explained(ValueError(
            f"RNN cell only supports floating point inputs, but saw dtype: {dtype}"))


def check_inputs(inputs: Any) -> None:
    """Raises: ValueError when a tensor of the nest holds integers."""
    for tensor in nest.flatten(inputs):
        check_supported_dtype(tensor.dtype)


def affine(inputs: list[Any], kernel: Any, bias: Any) -> Tensor:
    """concat(inputs) . kernel + bias."""
    product = matmul(concat(inputs, 1), kernel)
    return bias_add(product, bias)


@tf_export("nn.rnn_cell.BasicRNNCell")
class BasicRNNCell(LayerRNNCell):
    """output = new state = tanh([inputs, state] . kernel + bias).

    Shapes: inputs [batch, n], state [batch, num_units].
    Source: TF 1.15 docs, tf.nn.rnn_cell.BasicRNNCell.
    """

    def build(self, input_shape: Any) -> None:
        """Make kernel and bias."""
        depth = self._input_depth(input_shape)
        self._kernel = self.add_weight("kernel",
                                       shape=[depth + self._num_units, self._num_units])
        self._bias = self.add_weight("bias", shape=[self._num_units], initializer=self._zeros())
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One time step."""
        check_inputs([inputs, state])
        output = self._activation(affine([inputs, state], self._kernel, self._bias))
        return output, output


@tf_export("nn.rnn_cell.GRUCell")
class GRUCell(LayerRNNCell):
    """Gated recurrent unit: two gates say how much of the old state is used and kept.

    r, u = sigmoid([inputs, state] . gates); c = tanh([inputs, r * state] . candidate);
    output = new state = u * state + (1 - u) * c.
    Source: TF 1.15 docs, tf.nn.rnn_cell.GRUCell.
    """

    def __init__(self, num_units: int, activation: Any = None, reuse: Any = None,
                 kernel_initializer: Any = None, bias_initializer: Any = None, name: Any = None,
                 dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(num_units, activation, reuse, name, dtype, **kwargs)
        self._kernel_initializer = kernel_initializer
        self._bias_initializer = bias_initializer

    def build(self, input_shape: Any) -> None:
        """Make the kernels and biases of gates and candidate."""
        depth, units = self._input_depth(input_shape), self._num_units
        ones = self._bias_initializer or Constant(1.0, dtype=dtypes.as_dtype(self.dtype))
        self._gate_kernel = self.add_weight("gates/kernel", shape=[depth + units, 2 * units],
                                            initializer=self._kernel_initializer)
        self._gate_bias = self.add_weight("gates/bias", shape=[2 * units], initializer=ones)
        self._candidate_kernel = self.add_weight("candidate/kernel", shape=[depth + units, units],
                                                 initializer=self._kernel_initializer)
        self._candidate_bias = self.add_weight(
            "candidate/bias", shape=[units], initializer=self._bias_initializer or self._zeros())
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One time step."""
        check_inputs([inputs, state])
        gates = sigmoid(affine([inputs, state], self._gate_kernel, self._gate_bias))
        r, u = split(value=gates, num_or_size_splits=2, axis=1)
        candidate = affine([inputs, r * state], self._candidate_kernel, self._candidate_bias)
        c = self._activation(candidate)
        new_state = u * state + (1 - u) * c
        return new_state, new_state
