"""The rules of variables: what is assigned has their shape, what is shared is asked for alike."""

from __future__ import annotations

import re
from typing import Any

from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Operand, Rule
from tftutor.inspection.shape_errors.finding import (
    Finding,
    case_text,
    facing_joins,
    facing_marks,
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
    marks = facing_marks(have, wanted)
    operands = [case.operand(variable, "variable", index=found[0], marks=marks[1]),
                case.operand(value, "value", index=found[1], marks=marks[0])]
    name, new = operands[0].name, operands[1].name
    sentence = (f"A variable keeps its shape: `{name}` is {listed(wanted)}, the value `{new}` is "
                f"{listed(have)}.")
    tensor = as_tensor(value)
    suspects: list[Any] = [(1, tensor, None)] if tensor is not None else []
    return Finding("assign", sentence, operands,
                   Rule("variable's shape = value's shape", case_text([wanted, have], " = ")),
                   facing_joins(wanted, have), suspects, unchecked(operands[1:]))


def _shared(case: Case, match: re.Match[str]) -> Finding:
    asked, found = read_shape(match[2]), read_shape(match[3])
    marks = facing_marks(asked, found)
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
