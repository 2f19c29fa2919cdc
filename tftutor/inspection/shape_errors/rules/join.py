"""The rules of joining: `tf.concat` along an axis that exists, `tf.stack` along a new one."""

from __future__ import annotations

from tftutor.framework.constant_folding import evaluate_constant
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Join, Mark, Operand, Rule
from tftutor.inspection.shape_errors.finding import (
    Finding,
    case_text,
    known,
    listed,
    unchecked,
)

CONCAT = {"ConcatV2", "Concat"}


def concat_axis(case: Case) -> int | None:
    """The axis of a failing ConcatV2, as the student gave it."""
    value = evaluate_constant(case.inputs[-1]) if case.inputs else None
    return int(value) if value is not None and value.ndim == 0 else None


def joined(case: Case) -> int:
    """How many tensors are joined."""
    return len(case.inputs) - 1 if case.op_type in CONCAT else len(case.inputs)


def find(case: Case) -> Finding | None:
    """Explain what can't be joined."""
    if case.op_type == "Pack" and case.inputs:
        return _stack(case)
    if case.op_type in CONCAT and case.inputs:
        return _concat(case)
    return None


def _operands(case: Case, marks: list[dict[int, Mark]]) -> list[Operand]:
    return [case.operand(tensor, f"item {i}", index=case.argument_of(tensor), shape=case.shape(i),
                         marks=marks[i])
            for i, tensor in enumerate(case.inputs[: joined(case)])]


def _odd_one(case: Case) -> int:
    """The item that differs from most others (the last of them)."""
    shapes = [case.shape(i) for i in range(joined(case))]
    ranks = [len(known(s)) for s in shapes]
    common = max(sorted(set(ranks), reverse=True), key=ranks.count)
    return next((i for i in reversed(range(len(ranks))) if ranks[i] != common), len(ranks) - 1)


def _concat(case: Case) -> Finding | None:
    shapes = [case.shape(i) for i in range(joined(case))]
    axis = concat_axis(case)
    ranks = {len(s) for s in shapes if s is not None}
    if not ranks:
        return None
    if ranks == {0}:
        return Finding("concat", "Single numbers have no axis along which they could be joined; "
                       "`tf.stack` makes a new one.", _operands(case, [{} for _ in shapes]),
                       Rule("[..., a, ...], [..., b, ...] -> [..., a+b, ...]",
                            case_text(shapes, ", ")))
    rank = max(ranks)
    marks: list[dict[int, Mark]] = []
    place = axis + rank if axis is not None and axis < 0 else axis
    for shape in shapes:
        marks.append({i: "matches" if all(len(known(s)) > i and known(s)[i] == d for s in shapes)
                      else "must match" for i, d in enumerate(known(shape)) if i != place})
    if len(ranks) > 1:
        sentence = ("`tf.concat` joins tensors with equally many dimensions: "
                    + ", ".join(f"`{o.name}` is {listed(o.shape)}"
                                for o in _operands(case, marks)) + ".")
    elif place is not None and not 0 <= place < rank:
        sentence = (f"There is no axis {axis}: the tensors have {rank} dimensions, axes 0 to "
                    f"{rank - 1}.")
    else:
        along = "" if axis is None else f" along axis {axis}"
        sentence = (f"Joined{along}, all other axes must have equal sizes: "
                    + ", ".join(f"`{o.name}` is {listed(o.shape)}"
                                for o in _operands(case, marks)) + ".")
    operands = _operands(case, marks)
    odd = _odd_one(case)
    wrong = next((i for i, mark in marks[odd].items() if mark == "must match"), None)
    rule = Rule("[..., a, ...], [..., b, ...] -> [..., a+b, ...]", case_text(shapes, ", "),
                "All axes but the joined one must be equal.")
    suspects = [(odd, case.inputs[odd], wrong)]
    if len(ranks) > 1 and len(shapes) == 2:  # which of the two is odd nobody can say
        suspects.append((1 - odd, case.inputs[1 - odd], None))
    return Finding("concat", sentence, operands, rule, _joins(marks), suspects,
                   unchecked(operands))


def _joins(marks: list[dict[int, Mark]]) -> list[Join]:
    return [Join((0, axis), (1, axis), mark == "matches")
            for axis, mark in (marks[0].items() if len(marks) > 1 else ()) if axis in marks[1]]


def _stack(case: Case) -> Finding:
    shapes = [case.shape(i) for i in range(joined(case))]
    first = known(shapes[0])
    marks: list[dict[int, Mark]] = [
        {i: "matches" if i < len(first) and all(
            len(known(s)) > i and known(s)[i] == d for s in shapes) else "must match"
         for i, d in enumerate(known(shape))} for shape in shapes]
    operands = _operands(case, marks)
    names = ", ".join(f"`{o.name}` is {listed(o.shape)}" for o in operands)
    odd = _odd_one(case)
    wrong = next((i for i, mark in marks[odd].items() if mark == "must match"), None)
    return Finding("stack", f"{case.what} puts tensors of one shape on top of each other: {names}.",
                   operands, Rule("[n, ...], [n, ...] -> [2, n, ...]", case_text(shapes, ", ")),
                   _joins(marks), [(odd, case.inputs[odd], wrong)], unchecked(operands))
