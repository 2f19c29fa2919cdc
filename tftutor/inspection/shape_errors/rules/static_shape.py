"""The rule of `set_shape`: it adds what is known of a shape, and changes nothing."""

from __future__ import annotations

from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Rule
from tftutor.inspection.shape_errors.finding import Finding, listed, unchecked
from tftutor.inspection.shape_errors.values import as_tensor, shape_of


def wanted(case: Case) -> tuple[int | None, ...] | None:
    """The shape given to `set_shape`; None when the call was another one."""
    given = case.call.argument("shape") if case.call is not None else None
    if case.function != "set_shape" or given is None:
        return None
    if not isinstance(given.value, list | tuple):
        return None
    return tuple(getattr(item, "value", item) for item in given.value)


def find(case: Case) -> Finding | None:
    """Explain a shape that contradicts what is known."""
    shape = wanted(case)
    if shape is None or not isinstance(case.error, ValueError):
        return None
    value = case.arguments[0].value
    operand = case.operand(value, "tensor", index=0)
    tensor = as_tensor(value)
    return Finding("set_shape", f"`set_shape` only adds what isn't known yet; `{operand.name}` is "
                   f"known to be {listed(shape_of(value))}, which isn't {listed(shape)}.",
                   [operand], Rule("known shape = new shape",
                                   f"{listed(shape_of(value))} = {listed(shape)}"), [],
                   [(0, tensor, None)] if tensor is not None else [], unchecked([operand]))
