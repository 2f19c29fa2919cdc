"""The rules of layers: the rank and the sizes that a layer takes."""

from __future__ import annotations

import re

from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Mark, Rule
from tftutor.inspection.shape_errors.finding import (
    Finding,
    dimensions,
    known,
    listed,
    unchecked,
)
from tftutor.inspection.shape_errors.values import as_tensor, shape_of

_RANK = re.compile(r"Input \d+ of layer (\S+) is incompatible with the layer: :? ?expected "
                   r"(ndim|min_ndim|max_ndim)=(\d+), found ndim=(\d+)")
_AXIS = re.compile(r"Input \d+ (?:of|is incompatible with) layer (\S+?)(?: is incompatible with "
                   r"the layer)?: expected axis (-?\d+) of input shape to have value (\d+)")
UNDEFINED = re.compile(r"(?:last|channel) dimension of the inputs.* should be defined|"
                       r"its rank is undefined|Input has undefined (?:rank|`axis` dimension)")
_PATTERNS = {"conv2d": "[n, h, w, c]", "max_pooling2d": "[n, h, w, c]",
             "average_pooling2d": "[n, h, w, c]", "conv1d": "[n, length, c]",
             "max_pooling1d": "[n, length, c]", "conv3d": "[n, d, h, w, c]",
             "separable_conv2d": "[n, h, w, c]", "conv2d_transpose": "[n, h, w, c]",
             "dense": "[n, features]"}


def wanted_rank(case: Case) -> int | None:
    """The rank that the layer takes, when that is what was wrong."""
    match = _RANK.search(case.message)
    return int(match[3]) if match else None


def wanted_size(case: Case) -> tuple[int, int] | None:
    """(axis, size) that the layer takes, when that is what was wrong."""
    match = _AXIS.search(case.message)
    return (int(match[2]), int(match[3])) if match else None


def input_index(case: Case) -> int | None:
    """Which argument is the layer's input."""
    if case.call is None:
        return None
    found = case.call.argument("inputs", "input", "x")
    if found is None:
        found = next((a for a in case.arguments if as_tensor(a.value) is not None), None)
    return None if found is None else case.arguments.index(found)


def find(case: Case) -> Finding | None:
    """Explain an input that a layer doesn't take."""
    rank, size = wanted_rank(case), wanted_size(case)
    index = input_index(case)
    if index is None:
        return None
    if UNDEFINED.search(case.message):
        return _undefined(case, index)
    if rank is None and size is None:
        return None
    value = case.arguments[index].value
    shape = shape_of(value)
    dims = known(shape)
    marks: dict[int, Mark] = {}
    if size is not None:
        axis = size[0] + len(dims) if size[0] < 0 else size[0]
        marks = {axis: "must match"}
    elif rank is not None and len(dims) > rank:
        marks = {axis: "surplus" for axis in range(rank, len(dims))}
    operand = case.operand(value, "input", index=index, marks=marks)
    match = _RANK.search(case.message) or _AXIS.search(case.message)
    assert match is not None
    kind = re.sub(r"_\d+$", "", match[1].rstrip(":"))
    pattern = _PATTERNS.get("dense" if kind.endswith("_cell") else kind, "")
    if rank is not None:
        at_least = "at least " if "min_ndim" in case.message else ""
        named = f", {pattern}" if pattern else ""
        sentence = (f"{case.what} takes {at_least}{dimensions(rank)}{named}; `{operand.name}` has "
                    f"{dimensions(len(dims))}, {listed(shape)}.")
    else:
        assert size is not None
        sentence = (f"{case.what} was made for inputs with {size[1]} numbers along axis {size[0]}; "
                    f"`{operand.name}` is {listed(shape)}.")
    tensor = as_tensor(value)
    return Finding("layer input", sentence, [operand],
                   Rule(pattern or f"{rank or len(dims)} axes", listed(shape)), [],
                   [(0, tensor, next(iter(marks), None))] if tensor is not None else [],
                   unchecked([operand]))


def _undefined(case: Case, index: int) -> Finding:
    value = case.arguments[index].value
    last = len(known(shape_of(value))) - 1
    operand = case.operand(value, "input", index=index,
                           marks={last: "unknown"} if last >= 0 else {})
    tensor = as_tensor(value)
    return Finding("layer input", f"{case.what} makes its weights now, so it must know how many "
                   "numbers an example has; "
                   + (f"the last axis of `{operand.name}` {listed(operand.shape)} is `?`."
                      if last >= 0 else f"of `{operand.name}` not even the rank is known."),
                   [operand],
                   Rule("[n, features]", listed(operand.shape), "features must be known."), [],
                   [(0, tensor, last if last >= 0 else None)] if tensor is not None else [],
                   unchecked([operand]))
