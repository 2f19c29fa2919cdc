"""What may have been meant by a refused matrix product."""

from __future__ import annotations

from collections.abc import Iterator

from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING, SAME_DATA
from tftutor.inspection.shape_errors.finding import known, product, unit_axes
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, edit, rewrite
from tftutor.inspection.shape_errors.fixes.definitions import resized, size_text
from tftutor.inspection.shape_errors.fixes.earlier_calls import other_weights
from tftutor.inspection.shape_errors.fixes.lineage import comes_from_rnn
from tftutor.inspection.shape_errors.fixes.upstream import other_reduction
from tftutor.inspection.shape_errors.rules.matmul import contracted_axes, flags
from tftutor.inspection.shape_errors.values import contains_tensor, is_variable


def candidates(case: Case) -> Iterator[Candidate]:
    """Changes of a matrix product, whatever its ranks are."""
    if len(case.inputs) < 2:
        return
    ia, ib = (case.argument_of(tensor) for tensor in case.inputs[:2])
    if ia is None or ib is None:
        return
    a, b = known(case.shape(0)), known(case.shape(1))
    yield from _vectors(case, ia, ib, len(a), len(b))
    yield from _lower_rank(case, ia, a, b, 0)
    yield from _lower_rank(case, ib, b, a, 1)
    if len(a) == len(b) >= 2:
        yield from _turned(case, ia, ib)
        yield from other_reduction(case, case.inputs[0], 0.95)
        yield from other_reduction(case, case.inputs[1], 0.97)
    yield from _other_sizes(case, a, b)


def _vectors(case: Case, ia: int, ib: int, rank_a: int, rank_b: int) -> Iterator[Candidate]:
    if 0 in (rank_a, rank_b):
        yield rewrite(f"{{{ia}.}} * {{{ib}.}}", "A single number is multiplied item by item.", 1)
        return
    if rank_b == 1 and case.shape(1) == (1,) or rank_a == 1 and case.shape(0) == (1,):
        yield rewrite(f"{{{ia}.}} * {{{ib}.}}", "A single number is multiplied item by item.", 1.1)
    a, b = case.shape(0), case.shape(1)
    if a and b and None not in (a[-1], b[0]) and a[-1] != b[0]:
        return
    if rank_a == rank_b == 1:
        yield rewrite(f"tf.tensordot({{{ia}}}, {{{ib}}}, 1)", "The dot product of two vectors.", 1)
        yield rewrite(f"tf.reduce_sum({{{ia}.}} * {{{ib}.}})", "The same dot product.", 1.2)
    if rank_b == 1:
        yield edit(ib, "tf.expand_dims({}, 1)", "The vector as a matrix of one column.", 1)
        yield rewrite(f"tf.linalg.matvec({{{ia}}}, {{{ib}}})", "Matrix times vector.", 1.3)
        yield rewrite(f"tf.tensordot({{{ia}}}, {{{ib}}}, 1)",
                      "Sums over the last axis of one and the first of the other.", 1.6)
    if rank_a == 1:
        yield edit(ia, "tf.expand_dims({}, 0)", "The vector as a matrix of one row.", 1)
        yield edit(ia, "tf.expand_dims({}, 1)", "The vector as a matrix of one column.", 1.5)
        yield rewrite(f"tf.tensordot({{{ia}}}, {{{ib}}}, 1)",
                      "Sums over the last axis of one and the first of the other.", 1.6)
    if rank_a == rank_b == 1:
        yield Candidate("The outer product: every item by every item.", 3, CHANGES_MEANING,
                        edits={ia: "tf.expand_dims({}, 1)", ib: "tf.expand_dims({}, 0)"})


def _lower_rank(case: Case, index: int, dims: tuple, other: tuple, side: int
                ) -> Iterator[Candidate]:
    """Make a matrix of an operand that has more dimensions while its partner has two."""
    if len(dims) <= 2 or len(other) > 2:
        return
    value = case.arguments[index].value
    if isinstance(value, list) and contains_tensor(value) and len(dims) == 3:
        yield edit(index, "{.}[-1]", "The last tensor of the list.", 0.9, CHANGES_MEANING)
    if isinstance(value, tuple) and len(dims) == 4:
        yield edit(index, "tf.concat({}, 2)[:, -1]",
                   "The parts side by side, and of that the last time step.", 0.9, CHANGES_MEANING)
    axes = unit_axes(dims)
    surplus = len(dims) - 2
    if surplus == 1:
        for axis in reversed(axes):
            yield edit(index, f"tf.squeeze({{}}, {axis})", f"Drops axis {axis}, which has size 1.",
                       1 + 0.01 * (len(dims) - axis))
    elif len(axes) >= surplus:
        chosen = axes[-surplus:]
        yield edit(index, f"tf.squeeze({{}}, {chosen})",
                   f"Drops the axes {chosen}, which have size 1.", 1.1)
    wanted = other[contracted_axes(case)[1 - side]] if len(other) == 2 else None
    tensor = case.inputs[side]
    if side == 0:
        flat = product(dims[1:])
        if flat is not None and flat == wanted:
            size = size_text(case, case.inputs[1], contracted_axes(case)[1], flat)
            yield edit(index, f"tf.reshape({{}}, [-1, {size}])",
                       f"Flattens each example into one row of {flat} numbers.", 1.3)
        partner = case.argument_of(case.inputs[1])
        if dims[-1] == wanted or dims[-1] is None:
            if len(dims) == 3 and comes_from_rnn(tensor):
                yield edit(index, "{.}[:, -1]", "Only the output of the last time step.", 0.9,
                           CHANGES_MEANING)
            yield rewrite(f"tf.tensordot({{{index}}}, {{{partner}}}, 1)",
                          "Multiplies the last axis, for every position of the others.", 1.6,
                          SAME_DATA)
            yield edit(index, f"tf.reshape({{}}, [-1, {wanted}])",
                       "All positions as the rows of one matrix.", 2.2)
        if flat is not None and flat != wanted:
            yield edit(index, f"tf.reshape({{}}, [-1, {wanted}])",
                       "Other rows: numbers of one example land in several.", 4, CHANGES_MEANING)
    elif dims[0] == wanted:
        partner = case.argument_of(case.inputs[0])
        yield rewrite(f"tf.tensordot({{{partner}}}, {{{index}}}, 1)",
                      "Multiplies the first axis of the right operand.", 1.6, SAME_DATA)


def _turned(case: Case, ia: int, ib: int) -> Iterator[Candidate]:
    """Operands of equal rank: transposed, or swapped."""
    data_left = is_variable(case.inputs[1]) or not is_variable(case.inputs[0])
    costs = [1.4, 1.0] if data_left else [1.0, 1.4]
    for side, axis in enumerate(contracted_axes(case)):
        dims = known(case.shape(side))
        if dims[-3 - axis] is None:  # the batch: nobody sums over the examples here
            costs[side] += 3
    call = case.call
    assert call is not None
    names = ("transpose_a", "transpose_b")
    for side, (index, name) in enumerate(zip((ia, ib), names, strict=True)):
        given = call.argument(name)
        why = f"Reads {'rows' if side else 'columns'} of `{call.arguments[index].text}` the " \
              "other way round."
        if flags(case)[side] and given is not None:
            yield edit(call.arguments.index(given), "False", "Without the transposition.", 0.9)
        elif call.function == "matmul" and given is None:
            last = len(call.arguments) - 1
            yield Candidate(why, costs[side], edits={last: f"{{}}, {name}=True"})
            yield edit(index, "tf.transpose({})", why, costs[side] + 0.3)
        else:
            yield edit(index, "tf.transpose({})", why, costs[side])
    swapped = 0.8 if not data_left else 1.7
    a, b = known(case.shape(0)), known(case.shape(1))
    if a[-2] != b[-1] or a[-2] is None:
        swapped += 3
    yield Candidate("The operands in the other order.", swapped, CHANGES_MEANING,
                    edits={ia: f"{{{ib}}}", ib: f"{{{ia}}}"})
    if call.function == "matmul" and call.argument(*names) is None:
        last = len(call.arguments) - 1
        yield Candidate("Both operands transposed.", 3.5 + max(costs) - 1.4, CHANGES_MEANING,
                        edits={last: "{}, transpose_a=True, transpose_b=True"})


def _other_sizes(case: Case, a: tuple, b: tuple) -> Iterator[Candidate]:
    """A weight matrix of the size that the data has."""
    if len(a) < 2 or len(b) < 2:
        return
    axis_a, axis_b = contracted_axes(case)
    if is_variable(case.inputs[1]) and a[axis_a] is not None and len(b) == 2:
        yield from resized(case, case.inputs[1], len(b) + axis_b, a[axis_a], 2)
    if is_variable(case.inputs[0]) and b[axis_b] is not None and len(a) == 2:
        yield from resized(case, case.inputs[0], len(a) + axis_a, b[axis_b], 2.2)
    if is_variable(case.inputs[1]) and not is_variable(case.inputs[0]):
        yield from other_weights(case, case.inputs[0], len(a) + axis_a, b[axis_b], 2.3)
    if not is_variable(case.inputs[1]):
        yield from resized(case, case.inputs[1], len(b) + axis_b, a[axis_a], 3)
    if not is_variable(case.inputs[0]):
        yield from resized(case, case.inputs[0], len(a) + axis_a, b[axis_b], 3.2)
