"""Health: where the first NaN or infinity of a step came from, in a sentence.

The first step in time that has one is where it began: either it made it out of finite inputs, or it
was fed, or stood in a variable or constant. What an operation needs to make one is known for the
usual suspects (the logarithm of 0, 0/0, an overflow), and is looked up in the inputs.
"""

from __future__ import annotations

from collections.abc import Callable

from tftutor.inspection.steps import model
from tftutor.inspection.steps.model import Finding, Input, RecordData, Step
from tftutor.inspection.steps.values import Statistics

_WORDS = {"nan": "NaN", "inf": "infinity"}


def first_bad(record: RecordData) -> Finding | None:
    """The first NaN or infinity of a record, or None."""
    for step in record.steps:
        for name, value in step.outputs:
            if value.health in _WORDS:
                return Finding(step, name, value.health, _sentence(step, value.health))
    return None


def _sentence(step: Step, health: str) -> str:
    word = _WORDS[health]
    if step.kind == model.FED:
        return f"{step.name} was fed a value that holds {word}."
    if step.kind == model.VARIABLE:
        return f"The variable {step.name} held {word} before this step."
    if step.kind == model.CONSTANT:
        return f"The constant {step.name} holds {word}."
    cause = _cause(step, health)
    which = step.name if step.name == step.op_type else f"{step.name} ({step.op_type})"
    made = f"{which} made the first {word}"
    return f"{made}: {cause}." if cause else f"{made}; its inputs were finite."


def _cause(step: Step, health: str) -> str:
    rule = _RULES.get(step.op_type)
    inputs = step.inputs
    if rule is None or not inputs:
        return ""
    return rule(inputs, health)


def _statistics(source: Input) -> Statistics | None:
    return source.value.statistics if source.value is not None else None


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:.4g}"


def _logarithm(inputs: tuple[Input, ...], health: str, limit: float = 0.0) -> str:
    found = _statistics(inputs[0])
    if found is None or found.minimum is None or found.minimum > limit:
        return ""
    name, low = inputs[0].tensor, _number(found.minimum)
    if health == "nan":
        return (f"the logarithm of a number below {limit:g} is NaN, and the smallest element of "
                f"{name} is {low}")
    return f"the logarithm of {limit:g} is -infinity, and {name} holds {limit:g}"


def _logarithm_of_1_plus(inputs: tuple[Input, ...], health: str) -> str:
    return _logarithm(inputs, health, -1.0).replace("the logarithm of", "log1p of")


def _root(inputs: tuple[Input, ...], health: str) -> str:
    found = _statistics(inputs[0])
    if found is None or found.minimum is None:
        return ""
    if health == "nan" and found.minimum < 0:
        return (f"the square root of a negative number is NaN, and the smallest element of "
                f"{inputs[0].tensor} is {_number(found.minimum)}")
    if health == "inf" and found.zeros:
        return f"1 over the square root of 0 is infinite, and {inputs[0].tensor} holds 0"
    return ""


def _quotient(inputs: tuple[Input, ...], health: str) -> str:
    below = _statistics(inputs[-1])
    if below is None or not below.zeros:
        return ""
    if health == "nan":
        return f"0 / 0 is NaN, and {inputs[-1].tensor} holds 0 where {inputs[0].tensor} does"
    return f"a division by 0 gives infinity, and {inputs[-1].tensor} holds 0"


def _inverse(inputs: tuple[Input, ...], health: str) -> str:
    found = _statistics(inputs[0])
    if found is None or not found.zeros:
        return ""
    return f"1 / 0 is infinite, and {inputs[0].tensor} holds 0"


def _exponential(inputs: tuple[Input, ...], health: str) -> str:
    found = _statistics(inputs[0])
    if found is None or found.maximum is None:
        return ""
    dtype = inputs[0].value.dtype if inputs[0].value is not None else ""
    limit = {"float16": 11.0, "float64": 709.0}.get(dtype, 88.0)
    if found.maximum < limit:
        return ""
    return (f"exp overflows {dtype} above {limit:g}, and the biggest element of "
            f"{inputs[0].tensor} is {_number(found.maximum)}")


def _power(inputs: tuple[Input, ...], health: str) -> str:
    found = _statistics(inputs[0])
    if found is None or found.minimum is None:
        return ""
    if health == "nan" and found.minimum < 0:
        return ("a negative number to a power that isn't whole is NaN, and the smallest element "
                f"of {inputs[0].tensor} is {_number(found.minimum)}")
    if health == "inf" and found.zeros:
        return f"0 to a negative power is infinite, and {inputs[0].tensor} holds 0"
    return _overflow(inputs, health)


def _overflow(inputs: tuple[Input, ...], health: str) -> str:
    """Finite inputs can only have been too big."""
    biggest = [(max(abs(s.minimum), abs(s.maximum)), source.tensor) for source in inputs
               if (s := _statistics(source)) is not None
               and s.minimum is not None and s.maximum is not None]
    if not biggest:
        return ""
    size, name = max(biggest)
    return f"the result is too big for its type, and {name} goes up to {_number(size)}"


def _mean(inputs: tuple[Input, ...], health: str) -> str:
    found = _statistics(inputs[0])
    if found is not None and not found.elements:
        return f"the mean of no elements is NaN, and {inputs[0].tensor} is empty"
    return _overflow(inputs, health) if health == "inf" else ""


_RULES: dict[str, Callable[[tuple[Input, ...], str], str]] = {
    "Log": _logarithm, "Log1p": _logarithm_of_1_plus, "Sqrt": _root, "Rsqrt": _root,
    "RealDiv": _quotient, "Div": _quotient, "Reciprocal": _inverse, "Inv": _inverse,
    "Exp": _exponential, "Expm1": _exponential, "Pow": _power, "Mean": _mean,
    **dict.fromkeys(("Mul", "MatMul", "Square", "Sum", "Prod", "Add", "AddV2", "AddN", "Sub",
                     "Conv2D", "Cumsum", "L2Loss", "BatchMatMul", "SquaredDifference"), _overflow)}
