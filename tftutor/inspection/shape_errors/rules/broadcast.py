"""The rule of elementwise ops: shapes meet from the right, sizes are equal or one of them is 1.

Biases (`BiasAdd`) and ops that want equal shapes (`AddN`, `Select`) are its close relatives.
"""

from __future__ import annotations

from tftutor.framework.op_def import find_op_def
from tftutor.framework.shape_inference import broadcast_shape
from tftutor.framework.shape_merge import Shape
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Join, Mark, Rule
from tftutor.inspection.shape_errors.finding import (
    Finding,
    case_text,
    dimensions,
    known,
    listed,
    unchecked,
)
from tftutor.inspection.shape_errors.rules.conv import is_nchw

EQUAL = {"AddN", "Select", "SigmoidCrossEntropyWithLogits"}


def is_elementwise(op_type: str) -> bool:
    """True for an op whose two inputs broadcast."""
    definition = find_op_def(op_type)
    return definition is not None and definition.shape_fn is broadcast_shape


def find(case: Case) -> Finding | None:
    """Explain two shapes that don't broadcast, or aren't equal where they must be."""
    if case.op_type == "BiasAdd" and len(case.inputs) == 2:
        return _bias(case)
    text = case.message
    if case.op_type in EQUAL and len(case.inputs) >= 2:
        return _pair(case, *unequal(case), equal=True)
    if not is_elementwise(case.op_type) or len(case.inputs) != 2:
        return None
    if not ("must be equal" in text or "ncompatible shapes" in text):
        return None
    return _pair(case, 0, 1, equal=False)


def unequal(case: Case) -> tuple[int, int]:
    """The first two inputs whose shapes differ."""
    first = 1 if case.op_type == "Select" else 0
    for index in range(first + 1, len(case.inputs)):
        a, b = case.shape(first), case.shape(index)
        if a is not None and b is not None and (len(a) != len(b) or any(
                x is not None and y is not None and x != y for x, y in zip(a, b, strict=True))):
            return first, index
    return 0, 1


def clashes(a: Shape, b: Shape) -> list[tuple[int, int]]:
    """Pairs of axes, counted from the right as negative numbers, whose sizes don't go together."""
    x, y = known(a), known(b)
    return [(-i, -i) for i in range(1, min(len(x), len(y)) + 1)
            if x[-i] is not None and y[-i] is not None and x[-i] != y[-i]
            and 1 not in (x[-i], y[-i])]


def _pair(case: Case, first: int, second: int, equal: bool) -> Finding:
    a, b = case.shape(first), case.shape(second)
    pairs = clashes(a, b)
    marks: tuple[dict[int, Mark], dict[int, Mark]] = (
        {len(known(a)) + i: "must match" for i, _ in pairs},
        {len(known(b)) + j: "must match" for _, j in pairs})
    operands = []
    for position, (index, role) in enumerate(((first, "left"), (second, "right"))):
        tensor = case.inputs[index]
        operands.append(case.operand(tensor, role, index=case.argument_of(tensor),
                                     shape=case.shape(index), marks=marks[position]))
    left, right = operands
    if equal:
        sentence = (f"{case.what} needs values of one shape; `{left.name}` is {listed(a)}, "
                    f"`{right.name}` is {listed(b)}.")
        rule = Rule("[n, ...], [n, ...] -> [n, ...]", case_text([a, b], ", "), "equal shapes")
    else:
        sentence = (f"{case.what} works item by item; `{left.name}` {listed(a)} and `{right.name}` "
                    f"{listed(b)} don't line up" + _where(a, b, pairs))
        rule = Rule("[..., n] x [..., n or 1] -> [..., n]", case_text([a, b]),
                    "Shapes are lined up at the right; sizes must be equal, or one of them 1.")
    joins = [Join((0, len(known(a)) - i), (1, len(known(b)) - i), _fit(a, b, i))
             for i in range(1, min(len(known(a)), len(known(b))) + 1)]
    suspects = [(1, case.inputs[second], next(iter(marks[1]), None)),
                (0, case.inputs[first], next(iter(marks[0]), None))]
    return Finding("equal shapes" if equal else "broadcast", sentence, operands, rule, joins,
                   suspects, unchecked(operands))


def _where(a: Shape, b: Shape, pairs: list[tuple[int, int]]) -> str:
    if not pairs:
        return "."
    i = pairs[0][0]
    place = "the last axis" if i == -1 else f"axis {i}, counted from the end,"
    return f": along {place} they have {known(a)[i]} and {known(b)[i]}."


def _fit(a: Shape, b: Shape, i: int) -> bool | None:
    x, y = known(a)[-i], known(b)[-i]
    if x == y and x is not None or 1 in (x, y):
        return True
    return None if x is None or y is None else False


def _bias(case: Case) -> Finding:
    value, bias = case.shape(0), case.shape(1)
    dims, rank = known(value), len(known(bias))
    axis: int | None = 1 if is_nchw(case) else len(dims) - 1
    if axis not in range(1, len(dims)):
        axis = None  # the value has no channels
    of_value: dict[int, Mark] = {} if axis is None else {axis: "must match"}
    of_bias: dict[int, Mark] = {i: "must match" if i == 0 else "surplus" for i in range(rank)}
    left, right = operands = [
        case.operand(case.inputs[0], "value", index=case.argument_of(case.inputs[0]),
                     shape=value, marks=of_value),
        case.operand(case.inputs[1], "bias", index=case.argument_of(case.inputs[1]), shape=bias,
                     marks=of_bias)]
    if rank != 1:
        sentence = f"A bias is a vector; `{right.name}` is {listed(bias)}."
    elif axis is None:
        sentence = (f"{case.what} adds one number to each channel of a batch; `{left.name}` has "
                    f"{dimensions(len(dims))}, {listed(value)}.")
    else:
        sentence = (f"A bias has one number for each channel; `{left.name}` {listed(value)} has "
                    f"{dims[axis]} channels, `{right.name}` {listed(bias)} has {known(bias)[0]} "
                    "numbers.")
    joins = [Join((0, axis), (1, 0), _same(dims[axis], known(bias)[0]))] if (
        axis is not None and rank) else []
    return Finding("bias", sentence, operands,
                   Rule("[..., c] x [c] -> [..., c]", case_text([value, bias])), joins,
                   [(1, case.inputs[1], 0 if rank == 1 else None), (0, case.inputs[0], axis)],
                   unchecked(operands))


def _same(first: int | None, second: int | None) -> bool | None:
    return None if first is None or second is None else first == second
