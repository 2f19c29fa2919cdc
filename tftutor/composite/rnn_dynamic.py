"""`tf.nn.dynamic_rnn`: a recurrent network as a while loop over the time steps."""

from __future__ import annotations

import functools
from typing import Any

from tftutor.composite.assertion import Assert
from tftutor.composite.rnn_state import (
    assert_like_rnn_cell,
    concat_shapes,
    infer_state_dtype,
    initial_state_of,
)
from tftutor.composite.rnn_static import cache_variables
from tftutor.composite.rnn_step import rnn_step
from tftutor.composite.tensor_array import TensorArray
from tftutor.composite.while_loop import while_loop
from tftutor.framework import dtypes, nest
from tftutor.framework.api import tf_export
from tftutor.framework.constant_value import constant_value
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Tensor
from tftutor.framework.tensor_shape import TensorShape, as_shape
from tftutor.ops.arithmetic import maximum, minimum
from tftutor.ops.array_fill import zeros as tf_zeros
from tftutor.ops.array_join import concat, stack
from tftutor.ops.array_shape import rank as tf_rank
from tftutor.ops.array_shape import shape as tf_shape
from tftutor.ops.array_transpose import reverse, reverse_sequence, transpose
from tftutor.ops.cast import cast
from tftutor.ops.comparison import equal
from tftutor.ops.constant import constant
from tftutor.ops.identity import identity
from tftutor.ops.reduction import reduce_all, reduce_max, reduce_min
from tftutor.ops.sequence import range as tf_range
from tftutor.ops.variable_scope import variable_scope


def _transposed(x: Tensor) -> Tensor:
    """[batch, time, ...] <-> [time, batch, ...]."""
    shape = x.get_shape()
    if shape.ndims is not None and shape.ndims < 2:
        return x
    rank = tf_rank(x)
    order = concat(([1, 0], tf_range(2, rank)), axis=0)
    result = transpose(x, order)
    result.set_shape(TensorShape([shape[1], shape[0]]).concatenate(shape[2:]))
    return result


def _batch_size(flat_input: Any) -> Any:
    """The batch size of time-major inputs: an int where it is known."""
    for tensor in flat_input:
        if tensor.shape.ndims is None:
            continue
        if tensor.shape.ndims < 2:
            raise explained(ValueError(
                f"Expected input tensor {tensor} to have rank at least 2"))
        size = tensor.shape.as_list()[1]
        if size is not None:
            return size
    return tf_shape(flat_input[0])[1]


@tf_export("nn.dynamic_rnn")
def dynamic_rnn(cell: Any, inputs: Any, sequence_length: Any = None, initial_state: Any = None,
                dtype: Any = None, parallel_iterations: int | None = None,
                swap_memory: bool = False, time_major: bool = False, scope: Any = None
                ) -> tuple[Any, Any]:
    """Run `cell` along the time axis: (outputs, last state).

    Args:
      inputs: [batch, time, size], or [time, batch, size] when `time_major`; or a nest of them.
      sequence_length: [batch]; after its end a sequence has outputs of zero and keeps its state.
      initial_state: zeros of `dtype` by default.

    Shapes: outputs [batch, time, cell.output_size] (time and batch swapped when `time_major`).
    Raises: TypeError for what is no cell; ValueError for unknown sizes or no dtype; in the step,
    tf.errors.InvalidArgumentError for lengths of another batch size.
    Source: TF 1.15 docs, tf.nn.dynamic_rnn.
    """
    assert_like_rnn_cell("cell", cell)
    with variable_scope(scope or "rnn") as varscope:
        cache_variables(varscope)
        flat = nest.flatten(inputs)
        if not time_major:
            flat = [convert_to_tensor(tensor) for tensor in flat]
            flat = [_transposed(tensor) for tensor in flat]
        if sequence_length is not None:
            sequence_length = cast(sequence_length, dtypes.int32)
            if sequence_length.get_shape().ndims not in (None, 1):
                raise explained(ValueError(
                    "sequence_length must be a vector of length batch_size, but saw shape: "
                    f"{sequence_length.get_shape()}"))
            sequence_length = identity(sequence_length, name="sequence_length")
        batch_size = _batch_size(flat)
        if initial_state is None and not dtype:
            raise ValueError("If there is no initial_state, you must give a dtype.")
        state = (initial_state if initial_state is not None
                 else initial_state_of(cell, batch_size, dtype))
        if sequence_length is not None:
            check = _assert_has_shape(sequence_length, [batch_size])
            with get_default_graph().control_dependencies([check]):
                sequence_length = identity(sequence_length, name="CheckSeqLen")
        loop = _Loop(cell, nest.pack_sequence_as(inputs, flat), state, sequence_length, dtype)
        outputs, final_state = loop.build(parallel_iterations or 32, swap_memory)
        if not time_major:
            outputs = nest.map_structure(_transposed, outputs)
        return outputs, final_state


def _assert_has_shape(x: Tensor, shape: list[Any]) -> Any:
    actual, expected = tf_shape(x), stack(shape)
    same = reduce_all(equal(actual, expected))
    return Assert(same, [f"Expected shape for Tensor {x.name} is ", expected, " but saw shape: ",
                         actual])


class _Loop:
    """The while loop of dynamic_rnn over time-major inputs."""

    def __init__(self, cell: Any, inputs: Any, state: Any, sequence_length: Tensor | None,
                 dtype: Any) -> None:
        self.cell, self.inputs, self.state = cell, inputs, state
        self.sequence_length = sequence_length
        self.dtype = dtype
        self.flat_input = nest.flatten(inputs)
        self.flat_output_size = nest.flatten(cell.output_size)
        self.time_steps = tf_shape(self.flat_input[0])[0]
        self.batch_size = _batch_size(self.flat_input)
        self.shapes = [x.get_shape().with_rank_at_least(3) for x in self.flat_input]
        self.static = self._checked_sizes()
        zeros = [self._zeros(size) for size in self.flat_output_size]
        self.zero_output = nest.pack_sequence_as(cell.output_size, zeros)
        self.limits: tuple[Any, Any] = (None, self.time_steps)
        if sequence_length is not None:
            self.limits = (reduce_min(sequence_length), reduce_max(sequence_length))

    def _checked_sizes(self) -> list[int | None]:
        """Static [time, batch]."""
        static = self.shapes[0].as_list()[:2]
        for shape in self.shapes:
            if not shape[2:].is_fully_defined():
                raise ValueError("Input size (depth of inputs) must be accessible via shape "
                                 "inference, but saw value None.")
            if shape.as_list()[0] != static[0]:
                raise ValueError("Time steps is not the same for all the elements in the input in "
                                 "a batch.")
            if shape.as_list()[1] != static[1]:
                raise ValueError("Batch_size is not the same for all the elements in the input.")
        return static

    def _zeros(self, size: Any) -> Tensor:
        shape = stack(concat_shapes(self.batch_size, size))
        return tf_zeros(shape, infer_state_dtype(self.dtype, self.state))

    def _arrays(self, base_name: str) -> tuple[Any, Any]:
        """TensorArrays: of the outputs, empty; of the inputs, filled."""

        def array(name: str, shape: Any, dtype: Any) -> TensorArray:
            return TensorArray(dtype=dtype, size=self.time_steps, element_shape=shape,
                               tensor_array_name=base_name + name)

        outputs = tuple(
            array(f"output_{i}", TensorShape([self.static[1]]).concatenate(_as_shape(size)),
                  infer_state_dtype(self.dtype, self.state))
            for i, size in enumerate(self.flat_output_size))
        empty = [array(f"input_{i}", x.shape[1:], x.dtype)
                 for i, x in enumerate(self.flat_input)]
        inputs = tuple(a.unstack(x) for a, x in zip(empty, self.flat_input, strict=True))
        return outputs, inputs

    def build(self, parallel_iterations: int, swap_memory: bool) -> tuple[Any, Any]:
        """Add the loop to the graph: (outputs, last state)."""
        time = constant(0, dtype=dtypes.int32, name="time")
        with name_scope("dynamic_rnn") as scope:
            base_name = scope
        outputs, self.input_arrays = self._arrays(base_name)
        bound = minimum(self.time_steps, maximum(1, self.limits[1]))
        _, outputs, state = while_loop(
            cond=lambda time, *_: time < bound, body=self._time_step,
            loop_vars=(time, outputs, self.state), parallel_iterations=parallel_iterations,
            maximum_iterations=self.time_steps, swap_memory=swap_memory)
        final = [array.stack() for array in outputs]
        for output, size in zip(final, self.flat_output_size, strict=True):
            output.set_shape(concat_shapes(self.static, size, static=True))
        return nest.pack_sequence_as(self.cell.output_size, final), state

    def _time_step(self, time: Tensor, outputs: Any, state: Any) -> tuple[Any, Any, Any]:
        flat = [array.read(time) for array in self.input_arrays]
        for tensor, shape in zip(flat, self.shapes, strict=True):
            tensor.set_shape(shape[1:])
        step_input = nest.pack_sequence_as(self.inputs, flat)
        if self.sequence_length is None:
            output, state = self.cell(step_input, state)
        else:
            output, state = rnn_step(time, self.sequence_length, *self.limits, self.zero_output,
                                     state, functools.partial(self.cell, step_input, state),
                                     skip_conditionals=True)
        pairs = zip(outputs, nest.flatten(output), strict=True)
        outputs = tuple(array.write(time, out) for array, out in pairs)
        return time + 1, outputs, state


def _as_shape(size: Any) -> TensorShape:
    if isinstance(size, Tensor):
        return as_shape(constant_value(size))
    return as_shape(size if isinstance(size, list | tuple) or hasattr(size, "as_list") else [size])


@tf_export("nn.bidirectional_dynamic_rnn")
def bidirectional_dynamic_rnn(cell_fw: Any, cell_bw: Any, inputs: Any, sequence_length: Any = None,
                              initial_state_fw: Any = None, initial_state_bw: Any = None,
                              dtype: Any = None, parallel_iterations: int | None = None,
                              swap_memory: bool = False, time_major: bool = False,
                              scope: Any = None) -> tuple[Any, Any]:
    """Two networks, the second from the end: ((outputs fw, bw), (states fw, bw)).

    Raises: as `tf.nn.dynamic_rnn`. Source: TF 1.15 docs, tf.nn.bidirectional_dynamic_rnn.
    """
    assert_like_rnn_cell("cell_fw", cell_fw)
    assert_like_rnn_cell("cell_bw", cell_bw)
    time_axis, batch_axis = (0, 1) if time_major else (1, 0)
    common = {"sequence_length": sequence_length, "dtype": dtype,
              "parallel_iterations": parallel_iterations, "swap_memory": swap_memory,
              "time_major": time_major}

    def backwards(x: Tensor) -> Tensor:
        if sequence_length is None:
            return reverse(x, axis=[time_axis])
        return reverse_sequence(input=x, seq_lengths=sequence_length,
                                seq_axis=time_axis, batch_axis=batch_axis)

    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as fw_scope:
            output_fw, state_fw = dynamic_rnn(cell_fw, inputs, initial_state=initial_state_fw,
                                              scope=fw_scope, **common)
        with variable_scope("bw") as bw_scope:
            output_bw, state_bw = dynamic_rnn(cell_bw, nest.map_structure(backwards, inputs),
                                              initial_state=initial_state_bw, scope=bw_scope,
                                              **common)
    return (output_fw, nest.map_structure(backwards, output_bw)), (state_fw, state_bw)
