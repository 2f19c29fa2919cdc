"""The rules of datasets: components of one length, elements of one shape in a batch."""

from __future__ import annotations

import re

from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Mark, Operand, Rule
from tftutor.inspection.shape_errors.finding import Finding, case_text, known, listed
from tftutor.inspection.shape_errors.values import as_tensor, shape_of

_BATCH = re.compile(r"Cannot batch tensors with different shapes in component (\d+)\. First "
                    r"element had shape (\[.*?\]) and element (\d+) had shape (\[.*?\])")
_SCALAR = re.compile(r"insufficient rank for batching")
_SLICES = re.compile(r"Dimensions (\d+) and (\d+) are not compatible|must have the same size in "
                    r"the 0th dimension")


def unequal_elements(case: Case) -> tuple[int, tuple[int, ...], tuple[int, ...]] | None:
    """(component, shape of the first element, shape of another) of a refused batch."""
    match = _BATCH.search(case.message)
    if not match:
        return None
    shapes = [tuple(int(n) for n in re.findall(r"\d+", match[i])) for i in (2, 4)]
    return int(match[1]), shapes[0], shapes[1]


def is_unequal_slices(case: Case) -> bool:
    """Components of from_tensor_slices with different lengths."""
    return case.function == "from_tensor_slices" and bool(_SLICES.search(case.message))


def single_number(case: Case) -> int | None:
    """The component of from_tensor_slices that has no axis to cut along."""
    if not _SCALAR.search(case.message):
        return None
    return next((i for i, a in enumerate(case.arguments) if shape_of(a.value) == ()), None)


def find(case: Case) -> Finding | None:
    """Explain elements that don't go into one batch, or components of different lengths."""
    batch = unequal_elements(case)
    if batch is not None:
        component, first, other = batch
        marks: dict[int, Mark] = {i: "must match" for i, (a, b) in enumerate(
            zip(first, other, strict=False)) if a != b}
        return Finding(
            "dataset batch", "A batch is one array, so all its elements must have one shape; "
            f"here one is {listed(first)}, another {listed(other)}.",
            [Operand(f"first element, component {component}", first, "", "element", marks=marks),
             Operand(f"another element, component {component}", other, "", "element",
                     marks=marks)],
            Rule("[n, ...], [n, ...] -> [batch, n, ...]", case_text([first, other], ", ")))
    number = single_number(case)
    if number is not None:
        return _single_number(case, number)
    if not is_unequal_slices(case):
        return None
    operands = [case.operand(a.value, f"component {i}", index=i, marks={0: "must match"})
                for i, a in enumerate(case.arguments) if shape_of(a.value) is not None]
    have = ", ".join(f"`{o.name}` has {known(o.shape)[:1]}".replace("(", "").replace(",)", "")
                     for o in operands if known(o.shape))
    return Finding("dataset batch", "`from_tensor_slices` cuts all components along their first "
                   f"axis, which must be equally long: {have}.", operands,
                   Rule("[n, ...], [n, ...]", case_text([o.shape for o in operands], ", ")))


def _single_number(case: Case, index: int) -> Finding:
    value = case.arguments[index].value
    operand = case.operand(value, f"component {index}", index=index)
    tensor = as_tensor(value)
    return Finding("dataset batch", f"`from_tensor_slices` cuts along the first axis; "
                   f"`{operand.name}` is a single number, which has none.", [operand],
                   Rule("[n, ...]", listed(operand.shape)),
                   suspects=[(0, tensor, None)] if tensor is not None else [])
