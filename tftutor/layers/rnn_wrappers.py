"""`tf.nn.rnn_cell`: cells made of cells: several layers, dropout, residual connections, devices."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from tftutor import errors
from tftutor.composite.nn_dropout import dropout
from tftutor.composite.rnn_state import assert_like_rnn_cell
from tftutor.framework import nest
from tftutor.framework.api import tf_export
from tftutor.framework.constant_value import constant_value
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.name_scope import name_scope
from tftutor.layers.base import Layer
from tftutor.layers.rnn_cell import RNNCell
from tftutor.layers.rnn_lstm import LSTMStateTuple
from tftutor.ops.array_join import concat
from tftutor.ops.slicing import slice as tf_slice
from tftutor.ops.variable_scope import variable_scope


@tf_export("nn.rnn_cell.MultiRNNCell")
class MultiRNNCell(RNNCell):
    """Cells one above the other: each gets the output of the one below.

    The state is a tuple with the state of each cell. Variables are in scopes cell_0, cell_1, ...
    Raises: ValueError without cells, TypeError for what is no list.
    Source: TF 1.15 docs, tf.nn.rnn_cell.MultiRNNCell.
    """

    def __init__(self, cells: Any, state_is_tuple: bool = True) -> None:
        super().__init__()
        if not cells:
            raise ValueError("Must specify at least one cell for MultiRNNCell.")
        if not nest.is_sequence(cells):
            raise TypeError(f"cells must be a list or tuple, but saw: {cells}.")
        self._cells = cells
        self._state_is_tuple = state_is_tuple
        if not state_is_tuple and any(nest.is_sequence(cell.state_size) for cell in cells):
            raise ValueError("Some cells return tuples of states, but the flag state_is_tuple is "
                             f"not set.  State sizes are: {[c.state_size for c in cells]}")

    def _checkpoint_children(self) -> list[tuple[str, Any]]:
        """Its variables and cells, for a tf.train.Checkpoint."""
        return [*((f"cell-{number}", cell) for number, cell in enumerate(self._cells)),
                *super()._checkpoint_children()]

    @property
    def state_size(self) -> Any:
        """The sizes of the cells' states."""
        sizes = tuple(cell.state_size for cell in self._cells)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> Any:
        """The output size of the last cell."""
        return self._cells[-1].output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """The zero states of all cells."""
        with name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]):
            if self._state_is_tuple:
                return tuple(cell.zero_state(batch_size, dtype) for cell in self._cells)
            return super().zero_state(batch_size, dtype)

    @property
    def trainable_weights(self) -> list[Any]:
        """Those of all cells."""
        if not self.trainable:
            return []
        return [w for cell in self._cells if isinstance(cell, Layer)
                for w in cell.trainable_weights]

    @property
    def non_trainable_weights(self) -> list[Any]:
        """Those of all cells."""
        cells = [cell for cell in self._cells if isinstance(cell, Layer)]
        weights = [w for cell in cells for w in cell.non_trainable_weights]
        if self.trainable:
            return weights
        return [w for cell in cells for w in cell.trainable_weights] + weights

    def call(self, inputs: Any, state: Any) -> Any:
        """One time step of all cells."""
        position, new_states = 0, []
        for i, cell in enumerate(self._cells):
            with variable_scope(f"cell_{i}"):
                if self._state_is_tuple:
                    if not nest.is_sequence(state):
                        raise ValueError("Expected state to be a tuple of length "
                                         f"{len(self.state_size)}, but received: {state}")
                    own = state[i]
                else:
                    own = tf_slice(state, [0, position], [-1, cell.state_size])
                    position += cell.state_size
                inputs, new_state = cell(inputs, own)
                new_states.append(new_state)
        if self._state_is_tuple:
            return inputs, tuple(new_states)
        return inputs, concat(new_states, 1)


class _Wrapper(RNNCell):
    """A cell around another one."""

    def __init__(self, cell: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        assert_like_rnn_cell("cell", cell)
        self.cell = cell

    def _checkpoint_children(self) -> list[tuple[str, Any]]:
        """Its variables and the cell inside, for a tf.train.Checkpoint."""
        return [("cell", self.cell), *super()._checkpoint_children()]

    @property
    def wrapped_cell(self) -> Any:
        """The cell inside."""
        return self.cell

    @property
    def state_size(self) -> Any:
        """That of the cell inside."""
        return self.cell.state_size

    @property
    def output_size(self) -> Any:
        """That of the cell inside."""
        return self.cell.output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """That of the cell inside."""
        with name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]):
            return self.cell.zero_state(batch_size, dtype)

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:  # type: ignore[override]
        """Run one time step."""
        return self._wrapped(inputs, state, scope=scope)

    def _wrapped(self, inputs: Any, state: Any, **kwargs: Any) -> Any:
        return self.cell(inputs, state, **kwargs)

    @property
    def trainable_weights(self) -> list[Any]:
        """Those of the cell inside."""
        return self.cell.trainable_weights if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Any]:
        """Those of the cell inside."""
        if self.trainable:
            return self.cell.non_trainable_weights
        return self.cell.trainable_weights + self.cell.non_trainable_weights


def _is_no_memory(substate: Any) -> Any:
    """What dropout of states leaves alone: TensorArrays, and the memory c of an LSTM."""
    if isinstance(substate, LSTMStateTuple):
        return LSTMStateTuple(c=False, h=True)
    return not hasattr(substate, "flow")


@tf_export("nn.rnn_cell.DropoutWrapper")
class DropoutWrapper(_Wrapper):
    """Dropout of a cell's inputs, outputs and states.

    Args:
      input_keep_prob, output_keep_prob, state_keep_prob: numbers or scalar tensors; 1: no dropout.
      dropout_state_filter_visitor: function of a part of the state, saying whether to drop there.

    Raises: ValueError for a probability outside [0, 1]; UnsupportedError for
    `variational_recurrent`.
    Source: TF 1.15 docs, tf.nn.rnn_cell.DropoutWrapper.
    """

    def __init__(self, cell: Any, input_keep_prob: Any = 1.0, output_keep_prob: Any = 1.0,
                 state_keep_prob: Any = 1.0, variational_recurrent: bool = False,
                 input_size: Any = None, dtype: Any = None, seed: int | None = None,
                 dropout_state_filter_visitor: Callable[[Any], Any] | None = None,
                 **kwargs: Any) -> None:
        super().__init__(cell, dtype=dtype, **kwargs)
        if dropout_state_filter_visitor is not None and not callable(dropout_state_filter_visitor):
            raise TypeError("dropout_state_filter_visitor must be callable")
        if variational_recurrent:
            raise errors.UnsupportedError("DropoutWrapper(variational_recurrent=True)",
                                          "leave out `variational_recurrent`")
        self._state_filter = dropout_state_filter_visitor or _is_no_memory
        self._seed = seed
        with name_scope("DropoutWrapperInit"):
            self._input_keep_prob = _probability(input_keep_prob, "input_keep_prob")
            self._state_keep_prob = _probability(state_keep_prob, "state_keep_prob")
            self._output_keep_prob = _probability(output_keep_prob, "output_keep_prob")

    def _gen_seed(self, salt: str, index: int) -> int | None:
        if self._seed is None:
            return None
        text = f"{self._seed}{salt}_{index}".encode()
        return int(hashlib.md5(text).hexdigest()[:8], 16) & 0x7FFFFFFF

    def _dropout(self, values: Any, salt: str, keep_prob: Any, where: Any = None) -> Any:
        flat = nest.flatten(values)
        chosen = [True] * len(flat) if where is None else where
        dropped = [
            dropout(value, rate=1.0 - keep_prob, seed=self._gen_seed(salt, i)) if wanted else value
            for i, (value, wanted) in enumerate(zip(flat, chosen, strict=True))
        ]
        return nest.pack_sequence_as(values, dropped)

    def _wrapped(self, inputs: Any, state: Any, **kwargs: Any) -> Any:
        if _is_active(self._input_keep_prob):
            inputs = self._dropout(inputs, "input", self._input_keep_prob)
        output, new_state = self.cell(inputs, state, **kwargs)
        if _is_active(self._state_keep_prob):
            new_state = self._dropout(new_state, "state", self._state_keep_prob,
                                      self._filtered(new_state))
        if _is_active(self._output_keep_prob):
            output = self._dropout(output, "output", self._output_keep_prob)
        return output, new_state

    def _filtered(self, state: Any) -> list[bool]:
        """For each tensor of the state whether to drop values of it."""
        answer = self._state_filter(state)
        if isinstance(answer, bool):
            if nest.is_sequence(state) and answer:
                return [wanted for part in state for wanted in self._filtered(part)]
            return [answer] * len(nest.flatten(state))
        return [bool(wanted) for wanted in nest.flatten(answer)]


def _probability(value: Any, name: str) -> Any:
    """A float where the value is known, else the tensor. Raises: ValueError outside [0, 1]."""
    tensor = convert_to_tensor(value)
    known = constant_value(tensor)
    if known is None:
        return tensor
    if known < 0 or known > 1:
        raise ValueError(f"Parameter {name} must be between 0 and 1: {int(known)}")
    return float(known)


def _is_active(probability: Any) -> bool:
    return not isinstance(probability, float) or probability < 1


@tf_export("nn.rnn_cell.ResidualWrapper")
class ResidualWrapper(_Wrapper):
    """Adds the inputs to the outputs of a cell, or does what `residual_fn(inputs, outputs)` does.

    Raises: ValueError when their shapes differ.
    Source: TF 1.15 docs, tf.nn.rnn_cell.ResidualWrapper.
    """

    def __init__(self, cell: Any, residual_fn: Callable[[Any, Any], Any] | None = None,
                 **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)
        self._residual_fn = residual_fn

    def _wrapped(self, inputs: Any, state: Any, **kwargs: Any) -> Any:
        outputs, new_state = self.cell(inputs, state, **kwargs)
        return (self._residual_fn or _sums)(inputs, outputs), new_state


def _sums(inputs: Any, outputs: Any) -> Any:
    nest.assert_same_structure(inputs, outputs)
    for x, y in zip(nest.flatten(inputs), nest.flatten(outputs), strict=True):
        x.get_shape().assert_is_compatible_with(y.get_shape())
    return nest.map_structure(lambda x, y: x + y, inputs, outputs)


@tf_export("nn.rnn_cell.DeviceWrapper")
class DeviceWrapper(_Wrapper):
    """Puts a cell on a device. Source: TF 1.15 docs, tf.nn.rnn_cell.DeviceWrapper."""

    def __init__(self, cell: Any, device: Any, **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)
        self._device = device

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """That of the cell inside, on the device."""
        with name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]), \
                get_default_graph().device(self._device):
            return self.cell.zero_state(batch_size, dtype)

    def _wrapped(self, inputs: Any, state: Any, **kwargs: Any) -> Any:
        with get_default_graph().device(self._device):
            return self.cell(inputs, state, **kwargs)
