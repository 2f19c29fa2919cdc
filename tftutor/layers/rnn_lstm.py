"""`tf.nn.rnn_cell`: long short-term memory. The state is a pair: memory c and output h."""

from __future__ import annotations

import collections
from typing import Any

from tftutor.composite.clip import clip_by_value
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.late_notes import explained
from tftutor.layers.rnn_cell import LayerRNNCell, affine, check_inputs
from tftutor.ops.arithmetic import add, multiply
from tftutor.ops.array_join import concat
from tftutor.ops.array_split import split
from tftutor.ops.constant import constant
from tftutor.ops.elementwise_trigonometry import sigmoid as tf_sigmoid
from tftutor.ops.matmul import matmul
from tftutor.ops.slicing import slice as tf_slice
from tftutor.platform import tf_logging

_Pair = collections.namedtuple("_Pair", ("c", "h"))


@tf_export("nn.rnn_cell.LSTMStateTuple")
class LSTMStateTuple(_Pair):
    """The state of an LSTM cell: (c, h). Source: TF 1.15 docs, tf.nn.rnn_cell.LSTMStateTuple."""

    __slots__ = ()

    @property
    def dtype(self) -> Any:
        """The dtype of both. Raises: TypeError when they differ."""
        if self.c.dtype != self.h.dtype:
            raise explained(TypeError(
                f"Inconsistent internal state: {self.c.dtype} vs {self.h.dtype}"))
        return self.c.dtype


def _warn_concatenated(cell: Any) -> None:
    tf_logging.warning(f"{cell}: Using a concatenated state is slower and will soon be "
                       "deprecated.  Use state_is_tuple=True.")


@tf_export("nn.rnn_cell.BasicLSTMCell")
class BasicLSTMCell(LayerRNNCell):
    """LSTM cell without peepholes, clipping or projection.

    i, j, f, o = [inputs, h] . kernel + bias;
    c' = c * sigmoid(f + forget_bias) + sigmoid(i) * tanh(j); h' = tanh(c') * sigmoid(o).

    Args:
      forget_bias: added to the forget gate, so that cells remember at the start of training.
      state_is_tuple: the state is an LSTMStateTuple, not one tensor [batch, 2 * num_units].

    Source: TF 1.15 docs, tf.nn.rnn_cell.BasicLSTMCell.
    """

    def __init__(self, num_units: int, forget_bias: float = 1.0, state_is_tuple: bool = True,
                 activation: Any = None, reuse: Any = None, name: Any = None, dtype: Any = None,
                 **kwargs: Any) -> None:
        super().__init__(num_units, activation, reuse, name, dtype, **kwargs)
        if not state_is_tuple:
            _warn_concatenated(self)
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple

    @property
    def state_size(self) -> Any:
        """(num_units, num_units), or their sum."""
        units = self._num_units
        return LSTMStateTuple(units, units) if self._state_is_tuple else 2 * units

    def build(self, input_shape: Any) -> None:
        """Make kernel and bias."""
        depth, units = self._input_depth(input_shape), self._num_units
        self._kernel = self.add_weight("kernel", shape=[depth + units, 4 * units])
        self._bias = self.add_weight("bias", shape=[4 * units], initializer=self._zeros())
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One time step."""
        check_inputs([inputs, state])
        one = constant(1, dtype=dtypes.int32)
        if self._state_is_tuple:
            c, h = state
        else:
            c, h = split(value=state, num_or_size_splits=2, axis=one)
        gates = affine([inputs, h], self._kernel, self._bias)
        i, j, f, o = split(value=gates, num_or_size_splits=4, axis=one)
        forget_bias = constant(self._forget_bias, dtype=f.dtype)
        new_c = add(multiply(c, tf_sigmoid(add(f, forget_bias))),
                    multiply(tf_sigmoid(i), self._activation(j)))
        new_h = multiply(self._activation(new_c), tf_sigmoid(o))
        if self._state_is_tuple:
            return new_h, LSTMStateTuple(new_c, new_h)
        return new_h, concat([new_c, new_h], 1)


@tf_export("nn.rnn_cell.LSTMCell")
class LSTMCell(LayerRNNCell):
    """LSTM cell with optional peepholes (gates that see c), clipping of c, and a projection of h.

    Args:
      use_peepholes: gates also depend on c, through vectors of weights.
      cell_clip: limit of |c|; num_proj: size of the projected h; proj_clip: limit of |h|.
      initializer: of the kernels.
      Others as for BasicLSTMCell.

    Source: TF 1.15 docs, tf.nn.rnn_cell.LSTMCell.
    """

    def __init__(self, num_units: int, use_peepholes: bool = False, cell_clip: float | None = None,
                 initializer: Any = None, num_proj: int | None = None,
                 proj_clip: float | None = None, num_unit_shards: Any = None,
                 num_proj_shards: Any = None, forget_bias: float = 1.0,
                 state_is_tuple: bool = True, activation: Any = None, reuse: Any = None,
                 name: Any = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(num_units, activation, reuse, name, dtype, **kwargs)
        if not state_is_tuple:
            _warn_concatenated(self)
        if num_unit_shards is not None or num_proj_shards is not None:
            tf_logging.warning(f"{self}: num_unit_shards and num_proj_shards have no effect; they "
                               "have been deprecated since 2017.")
        self._use_peepholes = use_peepholes
        self._cell_clip = cell_clip
        self._initializer = initializer
        self._num_proj = num_proj
        self._proj_clip = proj_clip
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple
        self._h_depth = num_proj or num_units

    @property
    def state_size(self) -> Any:
        """(num_units, size of h), or their sum."""
        if self._state_is_tuple:
            return LSTMStateTuple(self._num_units, self._h_depth)
        return self._num_units + self._h_depth

    @property
    def output_size(self) -> int:
        """num_proj, or num_units without a projection."""
        return self._h_depth

    def build(self, input_shape: Any) -> None:
        """Make kernel, bias, peepholes and projection."""
        depth, units = self._input_depth(input_shape), self._num_units
        self._kernel = self.add_weight("kernel", shape=[depth + self._h_depth, 4 * units],
                                       initializer=self._initializer)
        self._bias = self.add_weight("bias", shape=[4 * units], initializer=self._zeros())
        if self._use_peepholes:
            self._w_f_diag, self._w_i_diag, self._w_o_diag = [
                self.add_weight(name, shape=[units], initializer=self._initializer)
                for name in ("w_f_diag", "w_i_diag", "w_o_diag")]
        if self._num_proj is not None:
            self._proj_kernel = self.add_weight("projection/kernel",
                                                shape=[units, self._num_proj],
                                                initializer=self._initializer)
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One time step."""
        check_inputs([inputs, state])
        sigmoid, act = tf_sigmoid, self._activation
        c_prev, h_prev = self._split_state(state)
        if inputs.get_shape().with_rank(2).as_list()[1] is None:
            raise explained(ValueError("Could not infer input size from inputs.get_shape()[-1]"))
        gates = affine([inputs, h_prev], self._kernel, self._bias)
        i, j, f, o = split(value=gates, num_or_size_splits=4, axis=1)
        if self._use_peepholes:
            c = (sigmoid(f + self._forget_bias + self._w_f_diag * c_prev) * c_prev
                 + sigmoid(i + self._w_i_diag * c_prev) * act(j))
        else:
            c = sigmoid(f + self._forget_bias) * c_prev + sigmoid(i) * act(j)
        if self._cell_clip is not None:
            c = clip_by_value(c, -self._cell_clip, self._cell_clip)
        if self._use_peepholes:
            h = sigmoid(o + self._w_o_diag * c) * act(c)
        else:
            h = sigmoid(o) * act(c)
        if self._num_proj is not None:
            h = matmul(h, self._proj_kernel)
            if self._proj_clip is not None:
                h = clip_by_value(h, -self._proj_clip, self._proj_clip)
        new = LSTMStateTuple(c, h) if self._state_is_tuple else concat([c, h], 1)
        return h, new

    def _split_state(self, state: Any) -> Any:
        if self._state_is_tuple:
            return state
        return (tf_slice(state, [0, 0], [-1, self._num_units]),
                tf_slice(state, [0, self._num_units], [-1, self._h_depth]))
