"""The rules of values that become tensors: no `None`, no ragged lists, as many items as places."""

from __future__ import annotations

import re

from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Rule
from tftutor.inspection.shape_errors.finding import Finding
from tftutor.inspection.shape_errors.quiet_values import UNKNOWN
from tftutor.inspection.shape_errors.values import as_tensor

_NONE_INSIDE = re.compile(r"Failed to convert object of type .* Contents: .*\bNone\b")
_NONE_SIZE = re.compile(r"__int__ returned non-int \(type NoneType\)|int\(\) argument must be .* "
                        r"'NoneType'|Dimension value must be integer or None|partially known")
_RAGGED = re.compile(r"Argument must be a dense tensor: .* got shape")


_TOO_MANY = re.compile(r"Too many elements provided. Needed at most (\d+), but received (\d+)")
_UNFIT = re.compile(r"Expected (\w+), got (.*) of type '(\w+)' instead")
BOTH = "If initializer is a constant, do not specify shape"


def too_many(case: Case) -> tuple[int, int] | None:
    """(places, items) of a constant with more items than places."""
    match = _TOO_MANY.search(case.message)
    return (int(match[1]), int(match[2])) if match else None


def unfit_constant(case: Case) -> tuple[str, str] | None:
    """(dtype asked for, Python type of the value) of a constant that isn't of its dtype."""
    match = _UNFIT.search(case.message)
    has_dtype = case.call is not None and case.call.argument("dtype") is not None
    return (match[1], match[3]) if match and has_dtype else None


def none_places(case: Case) -> list[int]:
    """The arguments that are (or hold) an unknown size."""
    found = []
    for index, argument in enumerate(case.arguments):
        value = argument.value
        unknown = value is None or getattr(value, "value", 0) is None
        holds = isinstance(value, list | tuple) and any(
            item is None or getattr(item, "value", 0) is None for item in value)
        if value is not UNKNOWN and (unknown and "[" in argument.parameter or holds):
            found.append(index)
    return found


def is_ragged(case: Case) -> bool:
    """Nested lists of different lengths."""
    return bool(_RAGGED.search(case.message))


def is_none(case: Case) -> bool:
    """An unknown size where a number is needed."""
    return bool(_NONE_INSIDE.search(case.message) or _NONE_SIZE.search(case.message))


def find(case: Case) -> Finding | None:
    """Explain a value that can't become a tensor."""
    if case.call is None or case.op is not None:
        return None
    if is_ragged(case):
        index = next((i for i, a in enumerate(case.arguments)
                      if isinstance(a.value, list | tuple)), None)
        operands = [case.operand(case.arguments[index].value, "value", index=index)] if (
            index is not None) else []
        return Finding("conversion", "The lists have different lengths; a tensor's rows are "
                       "equally long.", operands, Rule("[[a, b], [c, d]]", "[[a, b], [c]]"))
    unfit = unfit_constant(case)
    if unfit is not None:
        return Finding("dtype", f"The dtype says {unfit[0]}, but there is a value of type "
                       f"{unfit[1]}.", [], Rule("values of the dtype", f"{unfit[1]} as {unfit[0]}"))
    counts = too_many(case)
    if counts is not None:
        return Finding("conversion", f"There are {counts[1]} values for a shape with {counts[0]} "
                       "places.", [], Rule("as many values as places",
                                           f"{counts[1]} values, {counts[0]} places"))
    if BOTH in case.message and case.function == "get_variable":
        return Finding("conversion", "The constant given as `initializer` has a shape already, so "
                       "`shape` must not be given too.", [
                           case.operand(a.value, a.parameter, index=i)
                           for i, a in enumerate(case.arguments) if as_tensor(a.value) is not None])
    if "None values not supported" in case.message:
        return _nothing(case)
    if not is_none(case):
        return None
    tensors = [(i, a) for i, a in enumerate(case.arguments) if as_tensor(a.value) is not None]
    operands = [case.operand(a.value, a.parameter, index=i) for i, a in tensors]
    return Finding("conversion", f"`None` stands for a size that isn't known yet; "
                   f"{case.what} needs numbers here: -1, or `tf.shape(x)[0]`, which is "
                   "known when the graph runs.", operands, Rule("[-1, n]", "[None, n]"))


def _nothing(case: Case) -> Finding | None:
    """An argument that is None: most often a function of the student's without `return`."""
    names = [a.text for a in case.arguments if a.value is None and a.parameter != "name"]
    if not names or case.call is None:
        return None
    return Finding("conversion", f"{case.what} needs a value; `{names[0]}` is `None`, Python's "
                   "nothing. (A function without `return` gives `None`.)", [
                       case.operand(a.value, a.parameter, index=i)
                       for i, a in enumerate(case.arguments) if as_tensor(a.value) is not None])
