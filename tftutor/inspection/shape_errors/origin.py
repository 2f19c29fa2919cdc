"""Where a shape came from: back through the graph to the line that brought the bad axis in.

Each of the student's lines is one step, however many nodes it made.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from tftutor.framework.operation import Operation, Tensor
from tftutor.inspection.shape_errors.axis_history import SOURCES, before, dtype_before
from tftutor.inspection.shape_errors.call_of_op import plain_name
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Kind, Step
from tftutor.inspection.shape_errors.finding import Finding, known, listed
from tftutor.inspection.shape_errors.source_text import calls_in, source_of
from tftutor.inspection.shape_errors.values import (
    as_tensor,
    contains_tensor,
    is_tensor_like,
    shape_of,
)

_MOST_STEPS = 40
_ABOUT_DTYPES: set[Kind] = {"dtype", "feed dtype"}


def way_back(case: Case, finding: Finding) -> tuple[Step, ...]:
    """The ways back from the suspects, likeliest first; each ends at its origin."""
    steps: list[Step] = []
    seen: set[int] = set()
    for position, tensor, axis in finding.suspects:
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        index = case.argument_of(tensor)
        if index is not None and not contains_tensor(case.arguments[index].value) and (
                case.arguments[index].text.isidentifier()):
            continue  # a value of Python's or NumPy's: see below
        tensor, axis = _outside_of_call(case, tensor, axis)
        about_dtype = finding.kind in _ABOUT_DTYPES
        steps += _merged(list(_walk(case, position, tensor, axis, about_dtype)))
    told = {step.operand for step in steps}
    for place, operand in enumerate(finding.operands):
        if place not in told and operand.expression is not None:
            steps += _assignment(case, place, operand.expression)
    return tuple(steps)


def _outside_of_call(case: Case, tensor: Tensor, axis: int | None
                     ) -> tuple[Tensor, int | None]:
    """The argument that a tensor was made from inside of the failing call, its rank as a whole."""
    index = case.argument_of(tensor)
    given = as_tensor(case.arguments[index].value) if index is not None else None
    if given is None or given is tensor or case.frame is None:
        return tensor, axis
    inside = place_of(tensor.op)[1] == case.frame.line and not case.at_run_time
    made_here = place_of(given.op)[1] == case.frame.line
    same_rank = len(known(given._shape)) == len(known(tensor._shape))
    return (given, axis if same_rank else None) if inside and not made_here else (tensor, axis)


def _walk(case: Case, operand: int, tensor: Tensor, axis: int | None, about_dtype: bool
          ) -> Iterator[Step]:
    """One step for each node on the way back."""
    current: Tensor | None = tensor
    for _ in range(_MOST_STEPS):
        if current is None:
            return
        earlier = dtype_before(current) if about_dtype else before(current, axis)
        yield _step(case, operand, current, axis, earlier.text, earlier.tensor is None)
        current, axis = earlier.tensor, earlier.axis


def _step(case: Case, operand: int, tensor: Tensor, axis: int | None, text: str,
          is_origin: bool) -> Step:
    op = tensor.op
    file, line, source = place_of(op)
    name = case.variable_name(tensor)
    subject = f"`{name}`" if name is not None else f"`{tensor.op.name}`"
    words = text if text.startswith("`") else f"{subject} {text}"
    return Step(op.type, op.name, file, line, source, f"{words}.", tensor._shape, axis, operand,
                is_origin)


def place_of(op: Operation) -> tuple[str | None, int | None, str]:
    """File, line and source text of the student's line that made a node."""
    if not op._frames:
        return None, None, ""
    code, line = op._frames[0]
    source = source_of(code.co_filename, None)
    return code.co_filename, line, source.line(line) if source is not None else ""


def _merged(steps: list[Step]) -> list[Step]:
    """One step for each line: the last, or the first that did more than keep the shape."""
    result: list[Step] = []
    for step in steps:
        if result and (result[-1].file, result[-1].line) == (step.file, step.line):
            previous = result[-1]
            plain = "keeps the" in previous.text or "item by item" in previous.text
            telling = step if plain or step.is_origin else previous
            callee = None if step.op_type in SOURCES else _callee(step)
            if callee is not None and plain_name(callee.rpartition(".")[2]) not in {
                    plain_name(step.op_type), plain_name(previous.op_type)}:
                telling = replace(telling, text=f"`{callee}` gives {listed(previous.shape)}.")
            result[-1] = replace(telling, shape=previous.shape, axis=previous.axis,
                                 is_origin=step.is_origin)
        else:
            result.append(step)
    return result


def _callee(step: Step) -> str | None:
    """The function that a line of the student's calls, when it calls just one."""
    source = source_of(step.file, None) if step.file is not None else None
    statement = source.statement_at(step.line) if source is not None and step.line else None
    if source is None or statement is None:
        return None
    calls = calls_in(statement)
    return source.text(source.span(calls[-1].func)) if calls else None


def _assignment(case: Case, operand: int, expression: str) -> list[Step]:
    """For a value outside of the graph: the line that gave the name its value."""
    call = case.call
    if call is None or not expression.isidentifier():
        return []
    value = call.names.get(expression)
    if value is None or is_tensor_like(value):
        return []
    lines = [node.lineno for node in ast.walk(call.source.tree)
             if isinstance(node, ast.Assign) and node.lineno < call.frame.line
             and any(isinstance(part, ast.Name) and part.id == expression
                     for target in node.targets for part in ast.walk(target))]
    if not lines:
        return []
    text = f"`{expression}` is made here, with shape {listed(shape_of(value))}."
    return [Step("", expression, call.source.file, max(lines), call.source.line(max(lines)), text,
                 shape_of(value), None, operand, True)]
