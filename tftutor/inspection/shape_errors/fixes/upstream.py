"""Pieces of the student's graph made anew in the scratch graph, with something changed in them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from tftutor.framework.constant_folding import evaluate_constant
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.operation import Operation, Tensor
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING, SAME_DATA
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, Definition
from tftutor.inspection.shape_errors.fixes.made_by import call_that_made
from tftutor.inspection.shape_errors.fixes.replay import Scratch
from tftutor.inspection.shape_errors.values import ancestors, source_of_tensor
from tftutor.ops.constant import constant

_REDUCTIONS = {"Sum", "Mean", "Max", "Min", "Prod", "All", "Any"}
_FAR = 30


def keepdims(case: Case, tensor: Tensor, cost: float) -> Iterator[Candidate]:
    """`keepdims=True` in the reduction that dropped the axis."""
    op = source_of_tensor(tensor).op
    if op.type not in _REDUCTIONS or op._attrs.get("keep_dims"):
        return
    found = call_that_made(op, "reduce_*")
    if found is None:
        return
    source, call = found
    text = source.text(source.span(call))
    code = f"{text[:-1]}, keepdims=True)"

    def build(scratch: Scratch) -> None:
        inputs = [scratch.stand_in(source) for source in op._inputs]
        attrs = {**op._attrs, "keep_dims": True}
        put(case, scratch, tensor, scratch.run(lambda: remade(op, inputs, attrs)))

    yield Candidate("Keeps the summed axis, with size 1.", cost, SAME_DATA,
                    definition=Definition(code, source.span(call), build))


def other_reduction(case: Case, tensor: Tensor, cost: float) -> Iterator[Candidate]:
    """Another axis in the reduction that an operand comes from; the batch isn't reduced."""
    op = source_of_tensor(tensor).op
    axes = evaluate_constant(op._inputs[1]) if op.type in _REDUCTIONS else None
    shape = op._inputs[0]._shape if axes is not None else None
    found = call_that_made(op, "reduce_*")
    if axes is None or axes.size != 1 or shape is None or found is None:
        return
    source, call = found
    place = next((k.value for k in call.keywords if k.arg in ("axis", "reduction_indices")),
                 call.args[1] if len(call.args) > 1 else None)
    if not isinstance(place, ast.Constant):
        return
    given = int(axes.reshape(-1)[0]) % len(shape)
    for axis in (a for a in range(1, len(shape)) if a != given):

        def build(scratch: Scratch, axis: int = axis) -> None:
            inputs = [scratch.stand_in(op._inputs[0]), scratch.run(lambda: constant(axis))]
            put(case, scratch, tensor, scratch.run(lambda: remade(op, inputs)))

        yield Candidate(f"Reduces axis {axis} instead of axis {given}.", cost + axis / 100,
                        CHANGES_MEANING,
                        definition=Definition(str(axis), source.span(place), build))


def put(case: Case, scratch: Scratch, tensor: Tensor, value: Any) -> None:
    """Let a value take the place of a tensor, and of the argument that it is."""
    scratch.replace(tensor, value)
    index = case.argument_of(tensor)
    if index is not None:
        given = case.arguments[index].value
        if isinstance(given, Tensor) and given is not tensor:
            scratch.replace(given, value)


def remade(op: Operation, inputs: list[Any], attrs: dict[str, Any] | None = None) -> Tensor:
    """A node like `op` in the default graph, with other inputs; its first output.

    Raises: whatever the op's shape function raises.
    """
    given = {name: value for name, value in (op._attrs if attrs is None else attrs).items()
             if not name.startswith("_")}
    types = [t.dtype for t in op.outputs]
    made = get_default_graph().create_op(op.type, inputs, types, name=op.type, attrs=given)
    return made.outputs[0]


def regrown(scratch: Scratch, target: Tensor, replaced: Tensor, value: Any) -> Any:
    """`target` made anew in the scratch graph, with `value` in the place of `replaced`.

    Only what hangs on `replaced` is made anew; the rest are stand-ins.
    Raises: ValueError when it is too far away, or whatever the shape functions raise.
    """
    changed: dict[Tensor, Any] = {replaced: value}

    def grow(tensor: Tensor, depth: int) -> Any:
        if tensor in changed:
            return changed[tensor]
        if depth > _FAR:
            raise ValueError("too far")
        if any(each is replaced for each in ancestors(tensor)):
            inputs = [grow(source, depth + 1) for source in tensor.op._inputs]
            made = scratch.run(lambda: remade(tensor.op, inputs))
            result = made.op.outputs[tensor.value_index]
        else:
            result = scratch.stand_in(tensor)
        changed[tensor] = result
        return result

    return grow(target, 0)
