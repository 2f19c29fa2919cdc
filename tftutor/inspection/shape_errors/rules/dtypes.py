"""The rules of dtypes: one op, one kind of number. TensorFlow converts nothing by itself."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Operand, Rule
from tftutor.inspection.shape_errors.finding import Finding
from tftutor.inspection.shape_errors.quiet_values import UNKNOWN
from tftutor.inspection.shape_errors.values import as_tensor, dtype_of

_PAIR = re.compile(r"has type (\w+) that does not match type (\w+) of argument '(\w+)'")
_EXPECTED = re.compile(r"has type (\w+) that does not match expected type of (\w+)")
_ALLOWED = re.compile(r"parameter '(\w+)' has DataType (\w+) not in list of allowed values: (.*)")
_LIST = re.compile(r"Tensors in list passed to '(\w+)' .* have types \[(.*?)\]")
_REQUESTED = re.compile(r"requested dtype (\w+) for Tensor with dtype (\w+)")
_FLOATING = re.compile(r"has to be a floating point tensor")
_SAME = re.compile(r"must have the same dtype, got")
_GOT = re.compile(r"Expected (\w+)(?: passed to parameter '\w+' of op '\w+')?, got (.*?) of type "
                  r"'(\w+)' instead")
_MIXED_LIST = re.compile(r"Cannot convert a list containing a tensor of dtype <dtype: '(\w+)'> to "
                         r"<dtype: '(\w+)'>")


class Mismatch(NamedTuple):
    """What clashed: argument positions with the dtypes they have, and those that are allowed."""

    places: tuple[tuple[int, str], ...]
    allowed: tuple[str, ...] = ()


def mismatch(case: Case) -> Mismatch | None:
    """The arguments whose dtypes were refused; None when the error isn't about dtypes."""
    if case.call is None or case.at_run_time:
        return None
    text = case.message
    if _PAIR.search(text) or _GOT.search(text) or _SAME.search(text):
        return _pair(case) or _single(case)
    if _FLOATING.search(text):
        return _single(case)
    match = _EXPECTED.search(text)
    if match:
        index = _bound_argument(case)
        return None if index is None else Mismatch(((index, match[1]),), (match[2],))
    match = _ALLOWED.search(text)
    if match:
        index = _bound_argument(case)
        allowed = tuple(match[3].split(", "))
        return None if index is None else Mismatch(((index, match[2]),), allowed)
    if _LIST.search(text) or _MIXED_LIST.search(text):
        return _items(case)
    match = _REQUESTED.search(text)
    if match:
        return _tensors_of(case, match[2], match[1])
    return None


def _single(case: Case) -> Mismatch | None:
    """The one argument whose numbers are of the wrong kind."""
    match = _GOT.search(case.message)
    if case.call is not None and case.call.argument("dtype") is not None:
        return None  # the dtype was asked for: see conversion
    wanted = match[1] if match else "float32"
    for index, argument in enumerate(case.arguments):
        dtype = dtype_of(argument.value)
        if dtype and dtype != wanted and dtype.startswith("float") == wanted.startswith("int"):
            return Mismatch(((index, dtype),), (wanted,))
    return None


def _bound_argument(case: Case) -> int | None:
    """The argument that the refused input is, or was made from."""
    value = case.local("_InputBinder.bind", "value")
    tensors = case.local("_InputBinder.bind", "tensors") or []
    for candidate in (value, *tensors):
        index = _index_of(case, candidate)
        if index is not None:
            return index
    return None


def _index_of(case: Case, value: Any) -> int | None:
    for index, argument in enumerate(case.arguments):
        if argument.value is not UNKNOWN and argument.value is value:
            return index
    return case.argument_of(as_tensor(value)) if as_tensor(value) is not None else None


def _pair(case: Case) -> Mismatch | None:
    """The two arguments of different dtypes: the one refused and the one bound before it."""
    binder = case.local("_InputBinder.bind", "self")
    second = _bound_argument(case)
    first = None
    match = _PAIR.search(case.message)
    if binder is not None and match:
        names = [arg.name for arg in binder.op_def.spec.inputs]
        position = names.index(match[3]) if match[3] in names else 0
        if position < len(binder.inputs):
            first = _index_of(case, binder.inputs[position])
    others = [i for i, a in enumerate(case.arguments) if a.value is not UNKNOWN
              and a.parameter not in ("name",) and dtype_of(a.value)]
    if second is None and first is not None:
        second = next((i for i in others if i != first), None)
    if first is None and second is not None:
        first = next((i for i in others if i != second), None)
    if first is None and second is None and len(others) >= 2:
        first, second = others[:2]
    if first is None or second is None or first == second:
        return None
    return Mismatch(tuple((i, dtype_of(case.arguments[i].value)) for i in (first, second)))


def _items(case: Case) -> Mismatch | None:
    places = [(i, dtype_of(a.value)) for i, a in enumerate(case.arguments)
              if "[" in a.parameter and dtype_of(a.value)]
    return Mismatch(tuple(places)) if len({dtype for _, dtype in places}) > 1 else None


def _tensors_of(case: Case, dtype: str, wanted: str) -> Mismatch | None:
    places = [(i, dtype) for i, a in enumerate(case.arguments)
              if as_tensor(a.value) is not None and dtype_of(a.value) == dtype]
    return Mismatch(tuple(places[:1]), (wanted,)) if places else None


def find(case: Case) -> Finding | None:
    """Explain dtypes that don't go together."""
    found = mismatch(case)
    if found is None:
        return None
    operands = [case.operand(case.arguments[i].value, case.arguments[i].parameter, index=i)
                for i, _ in found.places]
    suspects = [(position, tensor, None) for position, (i, _) in enumerate(found.places)
                if (tensor := as_tensor(case.arguments[i].value)) is not None]
    return Finding("dtype", _sentence(case.what, operands, found), operands, _rule(operands, found),
                   [], suspects)


def _sentence(what: str, operands: list[Operand], found: Mismatch) -> str:
    if found.allowed:
        allowed = ", ".join(found.allowed[:6]) + (", ..." if len(found.allowed) > 6 else "")
        return (f"{what} doesn't work on {operands[0].dtype}, which `{operands[0].name}` is; "
                f"it takes {allowed}.")
    have = ", ".join(f"`{o.name}` is {o.dtype}" for o in operands)
    return f"{what} wants one dtype, and TensorFlow converts nothing by itself: {have}."


def _rule(operands: list[Operand], found: Mismatch) -> Rule:
    case = ", ".join(o.dtype for o in operands)
    if found.allowed:
        return Rule(" or ".join(found.allowed[:4]) + (" ..." if len(found.allowed) > 4 else ""),
                    case)
    return Rule(", ".join(["T"] * len(operands)), case, "T is one and the same dtype.")
