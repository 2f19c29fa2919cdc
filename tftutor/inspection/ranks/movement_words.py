"""Movement in words: what an op does to axes and to each element."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tftutor.inspection.quantities import shape_text, size_text
from tftutor.inspection.ranks.leaf import ShapeTuple
from tftutor.inspection.ranks.movement_ops import MovementOp, reduced_axes
from tftutor.inspection.ranks.subject import Subject
from tftutor.inspection.ranks.values import value_text

if TYPE_CHECKING:
    from tftutor.inspection.ranks.movement import Movement

_MOST_TERMS = 6


def expression(move: Movement, number: int) -> str:
    """The right side of `result[0, 1] = ...`."""
    assert move.sources is not None
    made_of = move.sources[number]
    terms = [f"{move.operands[operand].name}{index_text(move, operand, element)}"
             for operand, element in made_of]
    value = value_text(move.values[-1].reshape(-1)[number])
    kind = move.op.kind
    if kind == "product":
        terms = [" · ".join(terms[n:n + 2]) for n in range(0, len(terms), 2)]
    if kind == "pairs":
        return f"{f' {move.op.sign} '.join(terms)} = {value}"
    if kind in ("combines", "product") and (kind == "product" or move.op.name == "reduce_sum"):
        return f"{' + '.join(_shortened(terms))} = {value}"
    if kind == "combines":
        return f"{move.op.sign} {', '.join(_shortened(terms))} = {value}"
    return f"{terms[0]} = {value}"


def index_text(move: Movement, operand: int | None, element: int) -> str:
    """`[0, 1]`; nothing for a scalar; operand None: of the result."""
    index = move.index(operand, element)
    return f"[{', '.join(map(str, index))}]" if index else ""


def _shortened(terms: list[str]) -> list[str]:
    return terms if len(terms) <= _MOST_TERMS else [*terms[:2], "…", terms[-1]]


# -- what happens --------------------------------------------------------------------------------


def sentences(op: MovementOp, operands: Sequence[Subject], result: Subject, argument: Any,
              keepdims: bool) -> list[str]:
    """What the op did, given that it did it."""
    x = operands[0]
    if x.shape is None or result.shape is None:
        return ["The rank isn't known before the graph runs, so nothing can be said about the "
                "axes."]
    match op.name:
        case "reshape":
            return _reshaped(x, result, argument)
        case "transpose":
            return _transposed(x, result.shape, argument)
        case "expand_dims":
            place = int(argument) % len(result.shape)
            return [f"A new axis of size 1 appears as axis {place}. No element moves: each one "
                    "gets one more index, 0."]
        case "squeeze":
            gone = len(x.shape) - len(result.shape)
            return [f"{gone} {'axis' if gone == 1 else 'axes'} of size 1 disappear"
                    f"{'s' if gone == 1 else ''}. No element moves."]
        case "broadcast_to" | "add" | "multiply":
            return _broadcast([*operands], result.shape)
        case "tile":
            return [f"{x.axis_name(axis)} is repeated {times} times: {size_text(size)} becomes "
                    f"{size_text(result.shape[axis])}." for axis, (size, times) in
                    enumerate(zip(x.shape, argument, strict=True)) if times != 1]
        case "matmul":
            return _multiplied(operands, result.shape)
        case "concat" | "stack":
            return _joined(op, operands, result.shape, int(argument))
    return _reduced(op, x, argument, keepdims)


def _reshaped(x: Subject, result: Subject, argument: Any) -> list[str]:
    count = "all elements" if x.elements is None else f"all {x.elements} elements"
    lines = [f"A reshape keeps {count} in the same order, row by row: only the brackets move, and "
             "the last index counts fastest."]
    asked = np.asarray(argument).reshape(-1).tolist()
    if -1 in asked and x.elements is not None and result.shape is not None:
        others = math.prod(size for size in asked if size != -1)
        lines.append(f"-1 means: whatever is left. {x.elements} / {others} = "
                     f"{result.shape[asked.index(-1)]}.")
    return lines


def _transposed(x: Subject, result: ShapeTuple, perm: Any) -> list[str]:
    order = list(reversed(range(len(result)))) if perm is None else [int(axis) for axis in perm]
    lines = [f"Axis {new} of the result is {x.axis_name(old)} of {x.name}, "
             f"size {size_text(result[new])}." for new, old in enumerate(order)]
    if order != sorted(order):
        lines.append("Elements move: what was a row stands in a column. A reshape to the same "
                     "shape would leave them in their order.")
    return lines


def alignment(shapes: Sequence[tuple[str, ShapeTuple]]) -> list[str]:
    """Shapes below each other, their last axes aligned: how broadcasting compares them."""
    rank = max(len(shape) for _, shape in shapes)
    rows = [(name, [""] * (rank - len(shape)) + [size_text(size) for size in shape])
            for name, shape in shapes]
    widths = [max(len(row[axis]) for _, row in rows) for axis in range(rank)]
    margin = max(len(name) for name, _ in rows)
    return [f"{name:>{margin}}:  " + "  ".join(f"{size:>{width}}" for size, width in
                                               zip(row, widths, strict=True)) for name, row in rows]


def _broadcast(operands: list[Subject], result: ShapeTuple) -> list[str]:
    lines = ["Shapes are compared from the last axis backwards; a size of 1 or a missing axis is "
             "repeated:"]
    lines += ["  " + line for line in
              alignment([*((one.name, one.shape or ()) for one in operands), ("result", result)])]
    for one in operands:
        shape = (1,) * (len(result) - len(one.shape or ())) + (one.shape or ())
        repeated = [f"axis {axis} {size_text(new)} times" for axis, (old, new) in
                    enumerate(zip(shape, result, strict=True)) if old == 1 and new != 1]
        if repeated:
            lines.append(f"{one.name} is repeated along {' and '.join(repeated)}.")
    return lines


def _multiplied(operands: Sequence[Subject], result: ShapeTuple) -> list[str]:
    left, right = (one.shape or () for one in operands)
    if len(left) < 2 or len(right) < 2:
        return []
    rule = "[m, k] x [k, n] -> [m, n]" if len(result) == 2 else \
        "[..., m, k] x [..., k, n] -> [..., m, n]"
    case = f"{shape_text(left)} x {shape_text(right)} -> {shape_text(result)}"
    x, y = operands[0].name, operands[1].name
    inner = left[-1] if left[-1] is not None else right[-2]
    return [f"{rule}:  here {case}.",
            f"The inner axes meet (k = {size_text(inner)}): element [i, j] is row i of {x} times "
            f"column j of {y}, added up. k disappears."]


def _joined(op: MovementOp, operands: Sequence[Subject], result: ShapeTuple, axis: int,
            ) -> list[str]:
    place = axis % len(result)
    if op.name == "stack":
        return [f"A new axis {place} of size {len(operands)} appears: index 0 there is "
                f"{operands[0].name}, index 1 is {operands[1].name}."]
    sizes = [size_text((one.shape or ())[place]) for one in operands]
    return [f"Axis {place} grows: {' + '.join(sizes)} = {size_text(result[place])}. All other axes "
            "must be equal."]


def _reduced(op: MovementOp, x: Subject, axis: Any, keepdims: bool) -> list[str]:
    assert x.shape is not None
    reduced = reduced_axes(len(x.shape), axis)
    what = {"reduce_sum": "the sum", "reduce_mean": "the mean",
            "reduce_max": "the largest"}[op.name]
    sizes = [x.shape[one] for one in reduced]
    count = "?" if None in sizes else str(math.prod(size for size in sizes if size is not None))
    if not reduced:
        return ["A scalar has no axis to reduce: it stays as it is."]
    gone = " and ".join(x.axis_name(one) for one in reduced)
    verb = "stays with size 1" if keepdims else "disappears" if len(reduced) == 1 else "disappear"
    return [f"{gone} {verb}: each element of the result is {what} of {count} elements."]
