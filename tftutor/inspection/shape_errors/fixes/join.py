"""What may have been meant when tensors can't be joined."""

from __future__ import annotations

from collections.abc import Iterator

from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING, SAME_DATA
from tftutor.inspection.shape_errors.finding import known, product
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, edit, rewrite
from tftutor.inspection.shape_errors.fixes.earlier_calls import same_padding
from tftutor.inspection.shape_errors.fixes.reshaping import coerced, cut
from tftutor.inspection.shape_errors.rules.join import (
    CONCAT,
    concat_axis,
    joined,
)


def candidates(case: Case) -> Iterator[Candidate]:
    """Changes of the axis, of an item, or of the function."""
    yield from _other_axis(case)
    shapes = [known(case.shape(i)) for i in range(joined(case))]
    places = [case.argument_of(t) for t in case.inputs[: joined(case)]]
    if all(shape == () for shape in shapes) and case.op_type in CONCAT:
        text = _list_text(case)
        yield rewrite(f"tf.stack({text})", "Single numbers become the items of a vector.", 1,
                      SAME_DATA)
        return
    if case.op_type == "Pack" and _list_text(case) and all(shapes):
        for axis in range(min(len(s) for s in shapes)):
            extra = 0 if len(set(map(len, shapes))) == 1 else 1
            yield rewrite(f"tf.concat({_list_text(case)}, {axis})",
                          f"Joins them along axis {axis} instead of making a new axis.",
                          1.1 + axis / 10 + extra)
    for index, place in enumerate(places):
        if place is None:
            continue
        for other, shape in enumerate(shapes):
            if other != index and shape != shapes[index]:
                wanted = _wanted(case, shapes[index], shape)
                later = 0.0 if len(shapes[index]) != len(shape) else 0.25
                longer = len(shapes[index]) > len(shape)
                more = 0.1 * (longer == (case.op_type in CONCAT)) + 0.01 * (index == 0)
                yield from coerced(place, shapes[index], wanted, 1 + later + more)
                if len(shapes[index]) == len(shape) >= 3:
                    yield from same_padding(case, case.inputs[index], wanted, 0.8)
                if len(shapes[index]) > len(shape) == 2:
                    flat = product(shapes[index][1:])
                    yield edit(place, f"tf.reshape({{}}, [-1, {flat}])",
                               "Flattens each example into one row.", 0.95)
                if len(shapes[index]) == len(shape):
                    yield from cut(place, shapes[index], wanted, 3)


def _wanted(case: Case, mine: tuple, theirs: tuple) -> tuple:
    """The shape that one item needs beside another: free along the axis of concat."""
    axis = concat_axis(case) if case.op_type in CONCAT else None
    if axis is None or case.op_type == "Pack":
        return theirs
    place = axis + len(theirs) if axis < 0 else axis
    if len(mine) == len(theirs) - 1:
        return (*theirs[:place], 1, *theirs[place + 1 :])
    return tuple(None if i == place else d for i, d in enumerate(theirs))


def _list_text(case: Case) -> str:
    assert case.call is not None
    for parameter in ("values", "value"):
        if parameter in case.call.lists:
            indices = [i for i, a in enumerate(case.arguments)
                       if a.parameter.startswith(parameter + "[")]
            return "[" + ", ".join(f"{{{i}}}" for i in indices) + "]"
        given = case.call.argument(parameter)
        if given is not None:
            return f"{{{case.arguments.index(given)}}}"
    return ""


def _other_axis(case: Case) -> Iterator[Candidate]:
    call = case.call
    given = call.argument("axis", "concat_dim") if call is not None else None
    shapes = [known(case.shape(i)) for i in range(joined(case))]
    if given is None or not shapes:
        return
    index = case.arguments.index(given)
    rank = max(len(shape) for shape in shapes)
    if case.op_type not in CONCAT:
        return
    for axis in reversed(range(rank)):
        yield edit(index, str(axis), f"Joins along axis {axis}, where their sizes may differ.",
                   0.9 + 0.05 * (rank - axis), CHANGES_MEANING)
