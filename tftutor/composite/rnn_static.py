"""`tf.nn.static_rnn`: a recurrent network unrolled in the graph, a copy of the cell a time step."""

from __future__ import annotations

import functools
from typing import Any

from tftutor.composite.control_flow_queries import enclosing_while
from tftutor.composite.rnn_state import (
    assert_like_rnn_cell,
    concat_shapes,
    infer_state_dtype,
    initial_state_of,
)
from tftutor.composite.rnn_step import rnn_step
from tftutor.framework import dtypes, nest
from tftutor.framework.api import tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.late_notes import explained
from tftutor.framework.operation import Tensor
from tftutor.framework.tensor_shape import TensorShape
from tftutor.ops.array_fill import zeros as tf_zeros
from tftutor.ops.array_join import concat, stack
from tftutor.ops.array_shape import shape as tf_shape
from tftutor.ops.array_split import unstack
from tftutor.ops.array_transpose import reverse_sequence
from tftutor.ops.cast import cast
from tftutor.ops.reduction import reduce_max, reduce_min
from tftutor.ops.variable_scope import VariableScope, variable_scope


def cache_variables(scope: VariableScope) -> None:
    """Outside of loops: variables are read on the device of the operation that reads them."""
    context = get_default_graph()._get_control_flow_context()
    if enclosing_while(context) is None and scope.caching_device is None:
        scope.set_caching_device(lambda op: op.device)


def _checked_inputs(inputs: Any) -> None:
    if not nest.is_sequence(inputs):
        raise explained(TypeError("inputs must be a sequence"))
    if not inputs:
        raise ValueError("inputs must not be empty")


def _static_batch(inputs: Any, first: Tensor) -> int | None:
    """The batch size, if any input tells it. Raises: ValueError when they differ."""
    if first.get_shape().ndims == 1:
        return first.get_shape().as_list()[0]
    batch = first.get_shape().with_rank_at_least(2)[0]
    for tensor in nest.flatten(inputs):
        shape = tensor.get_shape().with_rank_at_least(2)
        batch.merge_with(shape[0])
        for i, size in enumerate(shape.as_list()[1:]):
            if size is None:
                raise ValueError(f"Input size (dimension {i} of inputs) must be accessible via "
                                 "shape inference, but saw value None.")
    return batch.value


@tf_export("nn.static_rnn")
def static_rnn(cell: Any, inputs: Any, initial_state: Any = None, dtype: Any = None,
               sequence_length: Any = None, scope: Any = None) -> tuple[list[Any], Any]:
    """Call `cell` for each of a list of inputs: (list of outputs, last state).

    Args:
      inputs: a list with a tensor [batch, size] (or a nest of them) for each time step.
      initial_state: zeros of `dtype` by default.
      sequence_length: [batch]; after its end a sequence has outputs of zero and keeps its state.

    Example: `tf.nn.static_rnn(cell, tf.unstack(x, steps, 1), dtype=tf.float32)`.
    Raises: TypeError for what is no cell or no list, ValueError for unknown sizes or no dtype.
    Source: TF 1.15 docs, tf.nn.static_rnn.
    """
    assert_like_rnn_cell("cell", cell)
    _checked_inputs(inputs)
    outputs = []
    with variable_scope(scope or "rnn") as varscope:
        cache_variables(varscope)
        first = inputs
        while nest.is_sequence(first):
            first = first[0]
        static_batch = _static_batch(inputs, first)
        batch_size = static_batch or tf_shape(first)[0]
        if initial_state is None and not dtype:
            raise ValueError("If no initial_state is provided, dtype must be specified")
        state = (initial_state if initial_state is not None
                 else initial_state_of(cell, batch_size, dtype))
        lengths = None
        if sequence_length is not None:
            sequence_length, zeros, lengths = _lengths(cell, sequence_length, batch_size,
                                                       static_batch, dtype, state)
        for time, step_input in enumerate(inputs):
            if time > 0:
                varscope.reuse_variables()
            if lengths is None:
                output, state = cell(step_input, state)
            else:
                output, state = rnn_step(time, sequence_length, *lengths, zeros, state,
                                         functools.partial(cell, step_input, state))
            outputs.append(output)
        return outputs, state


def _lengths(cell: Any, sequence_length: Any, batch_size: Any, static_batch: Any, dtype: Any,
             state: Any) -> tuple[Tensor, Any, tuple[Tensor, Tensor]]:
    """(lengths, outputs of zero, (shortest, longest))."""
    sequence_length = convert_to_tensor(sequence_length, name="sequence_length")
    if sequence_length.get_shape().ndims not in (None, 1):
        raise ValueError("sequence_length must be a vector of length batch_size")

    def zeros(size: Any) -> Tensor:
        shape = stack(concat_shapes(batch_size, size))
        output = tf_zeros(shape, infer_state_dtype(dtype, state))
        output.set_shape(TensorShape(concat_shapes(static_batch, size, static=True)))
        return output

    zero_output = nest.map_structure(zeros, cell.output_size)
    sequence_length = cast(sequence_length, dtypes.int32)
    limits = reduce_min(sequence_length), reduce_max(sequence_length)
    return sequence_length, zero_output, limits


@tf_export("nn.static_bidirectional_rnn")
def static_bidirectional_rnn(cell_fw: Any, cell_bw: Any, inputs: Any, initial_state_fw: Any = None,
                             initial_state_bw: Any = None, dtype: Any = None,
                             sequence_length: Any = None, scope: Any = None
                             ) -> tuple[Any, Any, Any]:
    """Two unrolled networks, the second from the end: (outputs, forward and backward state).

    The outputs of both are concatenated. Raises: as `tf.nn.static_rnn`.
    Source: TF 1.15 docs, tf.nn.static_bidirectional_rnn.
    """
    assert_like_rnn_cell("cell_fw", cell_fw)
    assert_like_rnn_cell("cell_bw", cell_bw)
    _checked_inputs(inputs)
    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as fw_scope:
            output_fw, state_fw = static_rnn(cell_fw, inputs, initial_state_fw, dtype,
                                             sequence_length, scope=fw_scope)
        with variable_scope("bw") as bw_scope:
            backwards = _reversed(inputs, sequence_length)
            output_bw, state_bw = static_rnn(cell_bw, backwards, initial_state_bw, dtype,
                                             sequence_length, scope=bw_scope)
    output_bw = _reversed(output_bw, sequence_length)
    pairs = zip(nest.flatten(output_fw), nest.flatten(output_bw), strict=True)
    both = [concat([fw, bw], 1) for fw, bw in pairs]
    return nest.pack_sequence_as(output_fw, both), state_fw, state_bw


def _reversed(sequence: Any, lengths: Any) -> list[Any]:
    """The time steps backwards; with lengths, each sequence from its own end."""
    if lengths is None:
        return list(reversed(sequence))
    flat = [nest.flatten(step) for step in sequence]
    results: list[list[Any]] = [[] for _ in sequence]
    for steps in zip(*flat, strict=True):
        shape = TensorShape([None] * steps[0].get_shape().ndims)
        for step in steps:
            shape = shape.merge_with(step.get_shape())
        joined = stack(list(steps))
        for result, out in zip(unstack(
                reverse_sequence(joined, lengths, 0, 1)), results, strict=True):
            result.set_shape(shape)
            out.append(result)
    return [nest.pack_sequence_as(step, out) for step, out in zip(sequence, results, strict=True)]
