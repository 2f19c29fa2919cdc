"""The rule of matrix multiplication: [m, k] x [k, n] -> [m, n], and the same for stacks."""

from __future__ import annotations

from tftutor.framework.operation import Tensor
from tftutor.framework.shape_merge import Shape
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Join, Mark, Operand, Rule
from tftutor.inspection.shape_errors.finding import (
    Finding,
    case_text,
    dimensions,
    known,
    listed,
    unchecked,
)

OPS = {"MatMul", "BatchMatMul", "BatchMatMulV2", "SparseMatMul"}


def flags(case: Case) -> tuple[bool, bool]:
    """Whether the failing node reads its operands transposed."""
    attrs = case.op._attrs if case.op is not None else {}
    return (bool(attrs.get("transpose_a", attrs.get("adj_x", False))),
            bool(attrs.get("transpose_b", attrs.get("adj_y", False))))


def contracted_axes(case: Case) -> tuple[int, int]:
    """The axis of each operand (counted from the end) that the product sums over."""
    transpose_a, transpose_b = flags(case)
    return (-2 if transpose_a else -1), (-1 if transpose_b else -2)


def find(case: Case) -> Finding | None:
    """Explain a refused matrix product."""
    if case.op_type not in OPS or len(case.inputs) < 2:
        return None
    a, b = case.shape(0), case.shape(1)
    ranks = [len(shape) for shape in (a, b) if shape is not None]
    if len(ranks) < 2 and min(ranks, default=2) >= 2:
        return None
    wrong_rank = case.op_type in {"MatMul", "SparseMatMul"} and ranks != [2, 2]
    wrong_rank = wrong_rank or min(ranks) < 2
    operands = _operands(case, a, b)
    left, right = operands
    finding = Finding("rank" if wrong_rank else "inner dimension", "", operands,
                      Rule(_pattern(case, max(ranks)), case_text([a, b])),
                      unknown=unchecked(operands))
    name = case.what
    if wrong_rank:
        wrong = [o for o in operands if o.shape is not None and len(o.shape) != 2]
        have = " and ".join(f"`{o.name}` has {dimensions(len(known(o.shape)))}, {listed(o.shape)}"
                            for o in wrong)
        finding.sentence = f"{name} multiplies two matrices; {have}."
        finding.joins = [Join((0, i), (1, j), True) for i, x in left.marks.items()
                         for j, y in right.marks.items() if x == y == "matches"]
    else:
        axis_a, axis_b = contracted_axes(case)
        finding.sentence = _inner_sentence(name, left, right, a, b, axis_a, axis_b)
        finding.joins = _joins(a, b, axis_a, axis_b)
    finding.suspects = _suspects(case, operands)
    return finding


def _inner_sentence(name: str, left: Operand, right: Operand, a: Shape, b: Shape, axis_a: int,
                    axis_b: int) -> str:
    k, other = known(a)[axis_a], known(b)[axis_b]
    first = "columns" if axis_a == -1 else "rows"
    second = "rows" if axis_b == -2 else "columns"
    if k == other:
        return (f"{name} multiplies two stacks of matrices, which must be equally many: "
                f"`{left.name}` is {listed(a)}, `{right.name}` is {listed(b)}.")
    return (f"{name} needs as many {first} in `{left.name}` as `{right.name}` has {second}; "
            f"`{left.name}` {listed(a)} has {k} {first}, `{right.name}` {listed(b)} has {other} "
            f"{second}.")


def _pattern(case: Case, rank: int) -> str:
    transpose_a, transpose_b = flags(case)
    stack = "..., " if rank > 2 and case.op_type.startswith("Batch") else ""
    a = f"[{stack}k, m]" if transpose_a else f"[{stack}m, k]"
    b = f"[{stack}n, k]" if transpose_b else f"[{stack}k, n]"
    return f"{a} x {b} -> [{stack}m, n]"


def _operands(case: Case, a: Shape, b: Shape) -> list[Operand]:
    axis_a, axis_b = contracted_axes(case)
    marks_a, marks_b = _marks(a, axis_a, b, axis_b), _marks(b, axis_b, a, axis_a)
    letters = [_letters(a, marks_a, "m"), _letters(b, marks_b, "n")]
    operands = []
    for index, (shape, role, marks) in enumerate(((a, "left matrix", marks_a),
                                                  (b, "right matrix", marks_b))):
        tensor = case.inputs[index]
        operands.append(case.operand(tensor, role, index=case.argument_of(tensor), shape=shape,
                                     marks=marks, axes=letters[index]))
    return operands


def _marks(shape: Shape, axis: int, other: Shape, other_axis: int) -> dict[int, Mark]:
    """What each axis is to the rule; of a rank that is too high the axes that fit nothing."""
    dims, partner = known(shape), known(other)
    if not dims:
        return {}
    size = partner[other_axis] if len(partner) >= 2 else (partner[0] if partner else None)
    if len(dims) <= 2 or len(partner) > 2:
        position = len(dims) + axis if len(dims) >= 2 else 0
        matches = dims[position] == size or len(partner) > 2 and dims[position] in partner
        return {position: "matches" if matches else "must match"}
    match = next((i for i in reversed(range(len(dims))) if dims[i] == size and size is not None),
                 None)
    if match is None:
        unmatched: dict[int, Mark] = {i: "surplus" for i in range(1, len(dims) - 1)}
        unmatched[len(dims) - 1] = "must match"
        return unmatched
    kept = 0 if match != 0 else next(i for i in range(len(dims)) if i != match)
    marks: dict[int, Mark] = {match: "matches", kept: "kept"}
    for i in range(len(dims)):
        marks.setdefault(i, "surplus")
    return marks


def _letters(shape: Shape, marks: dict[int, Mark], letter: str) -> tuple[str, ...]:
    names = []
    for index in range(len(known(shape))):
        mark = marks.get(index)
        if mark in ("matches", "must match"):
            names.append("k")
        else:
            names.append("" if mark == "surplus" else letter)
    return tuple(names)


def _joins(a: Shape, b: Shape, axis_a: int, axis_b: int) -> list[Join]:
    x, y = known(a), known(b)
    fits = None if x[axis_a] is None or y[axis_b] is None else x[axis_a] == y[axis_b]
    return [Join((0, len(x) + axis_a), (1, len(y) + axis_b), fits)]


def _suspects(case: Case, operands: list[Operand]) -> list[tuple[int, Tensor, int | None]]:
    found = []
    for index, operand in enumerate(operands):
        wrong = next((axis for axis, mark in operand.marks.items() if mark == "surplus"), None)
        if wrong is None:
            wrong = next((axis for axis, mark in operand.marks.items() if mark == "must match"),
                         None)
        rank = len(known(operand.shape))
        found.append((rank == 2, index, case.inputs[index], wrong))
    return [(index, tensor, axis) for _, index, tensor, axis in sorted(found, key=lambda f: f[0])]
