"""The rules of variables: what is assigned has their shape, what is shared is asked for alike."""

from __future__ import annotations

import re
from typing import Any

from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Join, Mark, Operand, Rule
from tftutor.inspection.shape_errors.finding import (
    Finding,
    case_text,
    known,
    listed,
    unchecked,
)
from tftutor.inspection.shape_errors.values import as_tensor, shape_of
from tftutor.ops.variables import Variable

_FUNCTIONS = {"assign", "assign_add", "assign_sub", "load"}
SHARED = re.compile(r"Trying to share variable (\S+), but specified shape (\(.*?\)) and found "
                    r"shape (\(.*?\))\.")


def places(case: Case) -> tuple[int, int] | None:
    """Positions of the variable and of the value among the call's arguments."""
    call = case.call
    if call is None or case.function not in _FUNCTIONS:
        return None
    variable = call.argument("self", "ref")
    value = call.argument("value", "delta")
    if variable is None or value is None or not isinstance(variable.value, Variable):
        return None
    return call.arguments.index(variable), call.arguments.index(value)


def read_shape(text: str) -> tuple[int, ...]:
    """`(3,)` or `(3, 4)` as a tuple."""
    return tuple(int(number) for number in re.findall(r"\d+", text))


def find(case: Case) -> Finding | None:
    """Explain a refused assignment, or a shared variable asked for in another shape."""
    match = SHARED.search(case.message)
    if match:
        return _shared(case, match)
    found = places(case)
    if found is None or case.op is None and "incompatible" not in case.message and (
            "Cannot feed" not in case.message):
        return None
    variable, value = (case.arguments[i].value for i in found)
    have, wanted = shape_of(value), shape_of(variable)
    marks = _marks(known(have), known(wanted))
    operands = [case.operand(variable, "variable", index=found[0], marks=marks[1]),
                case.operand(value, "value", index=found[1], marks=marks[0])]
    name, new = operands[0].name, operands[1].name
    sentence = (f"A variable keeps its shape: `{name}` is {listed(wanted)}, the value `{new}` is "
                f"{listed(have)}.")
    joins = [Join((0, i), (1, i), a is None or b is None or a == b)
             for i, (a, b) in enumerate(zip(known(wanted), known(have), strict=False))]
    tensor = as_tensor(value)
    suspects: list[Any] = [(1, tensor, None)] if tensor is not None else []
    return Finding("assign", sentence, operands,
                   Rule("variable's shape = value's shape", case_text([wanted, have], " = ")),
                   joins, suspects, unchecked(operands[1:]))


def _marks(value: tuple, wanted: tuple) -> tuple[dict[int, Mark], dict[int, Mark]]:
    first: dict[int, Mark] = {}
    second: dict[int, Mark] = {}
    for axis in range(max(len(value), len(wanted))):
        if axis >= len(wanted):
            first[axis] = "surplus"
        elif axis >= len(value):
            second[axis] = "surplus"
        elif value[axis] != wanted[axis] and None not in (value[axis], wanted[axis]):
            first[axis] = second[axis] = "must match"
    return first, second


def _shared(case: Case, match: re.Match[str]) -> Finding:
    asked, found = read_shape(match[2]), read_shape(match[3])
    marks = _marks(asked, found)
    tensor = as_tensor(case.local("VariableStore._existing", "found"))
    operands = [Operand(name=match[1], shape=found, dtype="", role="variable that exists",
                        marks=marks[1]),
                Operand(name=match[1], shape=asked, dtype="", role="asked for now",
                        marks=marks[0])]
    sentence = (f"The variable `{match[1]}` exists already with shape {listed(found)}; shared, it "
                f"can't have shape {listed(asked)} too.")
    return Finding("variable reuse", sentence, operands,
                   Rule("variable's shape = shape asked for", case_text([found, asked], " = "),
                        "The same name and scope mean the same variable."),
                   suspects=[(0, tensor, None)] if tensor is not None else [])
