"""The rules of `tf.tensordot` and `tf.einsum`: what is summed over has one size on both sides."""

from __future__ import annotations

import re

from tftutor.framework.shape_merge import Shape
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Mark, Rule
from tftutor.inspection.shape_errors.finding import (
    Finding,
    case_text,
    known,
    listed,
    unchecked,
)
from tftutor.inspection.shape_errors.values import as_tensor, is_tensor_like, shape_of

_RANKS = re.compile(r"does not match einsum|must not be larger than|list index out of range")


def find(case: Case) -> Finding | None:
    """Explain axes that can't be summed over together."""
    if case.function not in ("tensordot", "einsum") or case.call is None:
        return None
    if case.op is None and not _RANKS.search(case.message):
        return None
    places = [i for i, a in enumerate(case.arguments) if is_tensor_like(a.value)]
    if len(places) != 2:
        return None
    shapes = [shape_of(case.arguments[i].value) for i in places]
    pairs = _pairs(case, shapes)
    marks: list[dict[int, Mark]] = [{}, {}]
    for pair in pairs:
        for side in (0, 1):
            marks[side][pair[side]] = "must match"
    operands = [case.operand(case.arguments[i].value, role, index=i, marks=marks[side])
                for side, (i, role) in enumerate(zip(places, ("left", "right"), strict=True))]
    first, second = operands
    told = ", ".join(f"axis {i} of `{first.name}` ({known(shapes[0])[i]}) with axis {j} of "
                     f"`{second.name}` ({known(shapes[1])[j]})" for i, j in pairs)
    sentence = f"{case.what} sums over {told}, which must have one size." if told else (
        f"The axes that {case.what} is to sum over don't fit `{first.name}` {listed(shapes[0])} "
        f"and `{second.name}` {listed(shapes[1])}.")
    suspects = [(side, tensor, next(iter(marks[side]), None)) for side, i in enumerate(places)
                if (tensor := as_tensor(case.arguments[i].value)) is not None]
    return Finding("inner dimension", sentence, operands,
                   Rule("[..., k, ...] x [..., k, ...]", case_text(shapes)), [], suspects,
                   unchecked(operands))


def _pairs(case: Case, shapes: list[Shape]) -> list[tuple[int, int]]:
    """The axes that are summed over together and differ in size."""
    a, b = known(shapes[0]), known(shapes[1])
    pairs: list[tuple[int, int]] = []
    call = case.call
    if call is None:
        return pairs
    if case.function == "einsum":
        letters = str(case.arguments[0].value).split("->")[0].replace(" ", "").split(",")
        if len(letters) == 2 and [len(w) for w in letters] == [len(a), len(b)]:
            pairs = [(letters[0].index(c), letters[1].index(c)) for c in letters[0]
                     if c in letters[1]]
    else:
        given = call.lists.get("axes") or call.argument("axes")
        axes = given.value if given is not None else None
        if isinstance(axes, int):
            pairs = [(len(a) - axes + i, i) for i in range(axes) if axes <= len(a)]
        elif isinstance(axes, list | tuple) and len(axes) == 2:
            first, second = ([x] if isinstance(x, int) else list(x) for x in axes)
            pairs = list(zip(first, second, strict=False))
    inside = [(i, j) for i, j in pairs if -len(a) <= i < len(a) and -len(b) <= j < len(b)]
    return [(i, j) for i, j in inside if None not in (a[i], b[j]) and a[i] != b[j]]
