"""What may have been meant to go into a recurrent network."""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt

from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING, SAME_DATA
from tftutor.inspection.shape_errors.finding import known, unit_axes
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, edit
from tftutor.inspection.shape_errors.rules.rnn import is_cell_call, is_time_major, roles
from tftutor.inspection.shape_errors.values import dtype_of, shape_of


def candidates(case: Case) -> Iterator[Candidate]:
    """Inputs, state, lengths or options that fit."""
    places = {role: case.arguments.index(a) for role, a in roles(case)}
    index = places.get("inputs")
    if index is None or case.call is None:
        return
    dims = known(shape_of(case.arguments[index].value))
    dtype = dtype_of(case.arguments[index].value) or "float32"
    last = len(case.arguments) - 1
    if "must give a dtype" in case.message or "dtype must be specified" in case.message:
        yield edit(last, f"{{}}, dtype=tf.{dtype}", "The initial state is zeros of that dtype.",
                   0.5)
    if case.function in ("static_rnn", "rnn", "static_bidirectional_rnn"):
        yield from _steps(index, dims)
    elif is_cell_call(case):
        yield from _one_step(index, dims)
    else:
        yield from _sequences(index, dims)
    if "sequence lengths" in places:
        yield from _lengths(case, places["sequence lengths"])
    if is_time_major(case):
        flag = case.call.argument("time_major")
        assert flag is not None
        yield edit(case.arguments.index(flag), "False", "The batch is the first axis.", 0.8,
                   CHANGES_MEANING)
    if len(dims) == 3:
        yield edit(index, "tf.transpose({}, [1, 0, 2])", "Batch and time exchanged.", 1.3)
    if "state" in places:
        yield from _states(case, places["state"], index, dims, dtype)


def _steps(index: int, dims: tuple) -> Iterator[Candidate]:
    if len(dims) == 3:
        for axis in (1, 0):
            if dims[axis] is not None:
                yield edit(index, f"tf.unstack({{}}, axis={axis})",
                           f"A list of the {dims[axis]} slices along axis {axis}, the time.",
                           1.0 if axis == 1 else 1.5)
    if len(dims) == 2:
        yield edit(index, "[{}]", "A sequence of one time step.", 1.0)
        if dims[1] is not None:
            yield edit(index, "tf.unstack(tf.expand_dims({}, 2), axis=1)",
                       "Each number as one time step.", 1.4)


def _one_step(index: int, dims: tuple) -> Iterator[Candidate]:
    if len(dims) == 3:
        for axis in reversed(unit_axes(dims)):
            yield edit(index, f"tf.squeeze({{}}, {axis})", f"Drops axis {axis}, of size 1.", 0.8)
        yield edit(index, "{.}[:, 0]", "One time step, the first.", 1.0, CHANGES_MEANING)
    if len(dims) == 1:
        yield edit(index, "tf.expand_dims({}, 0)", "A batch of one.", 1.0)
        yield edit(index, "tf.expand_dims({}, 1)", "One feature for each sequence.", 1.2)


def _sequences(index: int, dims: tuple) -> Iterator[Candidate]:
    if len(dims) == 2:
        side = isqrt(dims[1] or 0)
        if side > 1 and side * side == dims[1]:
            yield edit(index, f"tf.reshape({{}}, [-1, {side}, {side}])",
                       f"Each row as {side} time steps of {side} features.", 0.9)
        yield edit(index, "tf.expand_dims({}, 2)", "Sequences of single numbers: one feature.", 1.0)
        yield edit(index, "tf.expand_dims({}, 1)", "Sequences of one time step.", 1.2)
        yield edit(index, "tf.expand_dims({}, 0)", "A batch of one sequence.",
                   0.95 if dims[0] is not None and (dims[1] or 0) < dims[0] else 1.3)
    if len(dims) == 4:
        for axis in reversed(unit_axes(dims)):
            yield edit(index, f"tf.squeeze({{}}, {axis})", f"Drops axis {axis}, of size 1.", 0.8)
        if dims[2] and dims[3]:
            yield edit(index, f"tf.reshape({{}}, [-1, {dims[1]}, {dims[2] * dims[3]}])",
                       "The last two axes together are the features.", 1.0)


def _lengths(case: Case, index: int) -> Iterator[Candidate]:
    dims = known(shape_of(case.arguments[index].value))
    if len(dims) == 2:
        for axis in reversed(unit_axes(dims)):
            yield edit(index, f"tf.squeeze({{}}, {axis})", f"Drops axis {axis}, of size 1.", 0.7)
        yield edit(index, "tf.reshape({}, [-1])", "One row of lengths.", 1.2)
    if len(dims) == 0:
        yield edit(index, "[{}]", "One length, for a batch of one.", 1.0, SAME_DATA)


def _states(case: Case, index: int, inputs: int, dims: tuple, dtype: str) -> Iterator[Candidate]:
    call = case.call
    assert call is not None
    cell = call.argument("cell")
    cell_text = call.callee if is_cell_call(case) else (cell.text if cell is not None else None)
    batch = str(dims[0]) if dims and dims[0] is not None else f"tf.shape({{{inputs}}})[0]"
    state = known(shape_of(case.arguments[index].value))
    if cell_text is not None:
        own = "tf.nn.rnn_cell.LSTMStateTuple(*tf.split({}, 2, axis=1))"
        if len(state) == 2 and "iterating" in case.message:
            yield edit(index, own, "The two halves as the parts c and h.", 1.2)
            yield edit(index, "tf.nn.rnn_cell.LSTMStateTuple({}, {})",
                       "The same tensor as both parts c and h.", 1.1, CHANGES_MEANING)
        yield edit(index, f"{cell_text}.zero_state({batch}, tf.{dtype})",
                   "Zeros of the shape that the cell and the batch need.", 1.0, CHANGES_MEANING)
