"""Why an op refuses some shapes, in words: what it compares, and what doesn't fit."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tftutor.inspection.quantities import shape_text, size_text
from tftutor.inspection.ranks.leaf import ShapeTuple
from tftutor.inspection.ranks.movement_ops import MovementOp
from tftutor.inspection.ranks.movement_words import alignment
from tftutor.inspection.ranks.subject import Subject

_Reason = Callable[[Subject, ShapeTuple, Any], list[str]]
_WANTED = "wanted"


def reason(op: MovementOp, operands: Sequence[Subject], argument: Any) -> list[str]:
    """Why TensorFlow refuses, in words; nothing where its own text has to do."""
    x = operands[0].shape
    if x is None or any(one.shape is None for one in operands):
        return []
    match op.kind:
        case "pairs":
            return _unpaired([(one.name, one.shape or ()) for one in operands])
        case "product":
            return _unmultiplied(operands)
        case "joins":
            return _unjoined(op, operands, argument)
    explain: dict[str, _Reason] = {
        "reshape": _unreshaped, "transpose": _untransposed, "squeeze": _unsqueezed,
        "expand_dims": _no_place, "tile": _untiled, "broadcast_to": _unbroadcast}
    return explain.get(op.name, _no_axis)(operands[0], x, argument)


def _integers(argument: Any) -> list[int]:
    """The numbers of an argument; empty when it isn't made of integers."""
    values = np.asarray(argument)
    return [int(item) for item in values.reshape(-1)] if values.dtype.kind in "iu" else []


def _unreshaped(x: Subject, shape: ShapeTuple, argument: Any) -> list[str]:
    wanted = _integers(argument)
    if x.elements is None or not wanted:
        return []
    known = math.prod(size for size in wanted if size != -1)
    if wanted.count(-1) > 1:
        return ["-1 stands for the one size that can be computed from the others, so there may be "
                "only one of them."]
    if -1 in wanted:
        lines = [f"{x.elements} elements can't be divided by {known}, so there is no size for -1."]
    else:
        lines = [f"{x.elements} elements don't fit into {shape_text(wanted)}: it has {known} "
                 f"place{'' if known == 1 else 's'}. A reshape never adds or drops an element."]
    if possible := factor_pairs(x.elements):
        lines.append(f"{x.elements} elements fit into {', '.join(map(shape_text, possible))} or "
                     "[-1].")
    return lines


def factor_pairs(count: int, most: int = 6) -> list[tuple[int, int]]:
    """Matrices with `count` elements, the squarest first."""
    pairs = [(rows, count // rows) for rows in range(1, math.isqrt(max(count, 0)) + 1)
             if count % rows == 0]
    both = [shape for rows, columns in reversed(pairs)
            for shape in dict.fromkeys([(rows, columns), (columns, rows)])]
    return both[:most]


def _untransposed(x: Subject, shape: ShapeTuple, argument: Any) -> list[str]:
    axes = list(range(len(shape)))
    return [f"perm names for each axis of the result the axis of {x.name} that goes there, so it "
            f"has to hold each of {', '.join(map(str, axes))} once."]


def _unsqueezed(x: Subject, shape: ShapeTuple, argument: Any) -> list[str]:
    ones = [str(axis) for axis, size in enumerate(shape) if size == 1]
    can = f"of {shape_text(shape)} that is axis {' and '.join(ones)}" if ones else \
        f"{shape_text(shape)} has none"
    return [f"Only an axis of size 1 can be squeezed out, since nothing is lost then: {can}."]


def _no_place(x: Subject, shape: ShapeTuple, argument: Any) -> list[str]:
    rank = len(shape)
    return [f"A new axis of {x.name} can stand at the places 0 to {rank}, or -1 to {-rank - 1} "
            "counted from the end."]


def _untiled(x: Subject, shape: ShapeTuple, argument: Any) -> list[str]:
    count = len(_integers(argument))
    return [f"multiples has to say for each of the {len(shape)} axes how often it is repeated, so "
            f"it needs {len(shape)} numbers, not {count}."]


def _unbroadcast(x: Subject, shape: ShapeTuple, argument: Any) -> list[str]:
    target = tuple(_integers(argument))
    if len(target) < len(shape):
        return [f"{shape_text(target)} has fewer axes than {x.name}: broadcasting adds axes in "
                "front and repeats, but never takes one away."]
    return _unpaired([(x.name, shape), (_WANTED, target)])


def _no_axis(x: Subject, shape: ShapeTuple, argument: Any) -> list[str]:
    rank = len(shape)
    if rank == 0:
        return [f"{x.name} is a scalar: it has no axis."]
    return [f"{x.name} has the axes 0 to {rank - 1}, or -1 to {-rank} counted from the end, but "
            f"not {argument}."]


def _unpaired(shapes: Sequence[tuple[str, ShapeTuple]]) -> list[str]:
    """Which aligned sizes disagree."""
    rank = max(len(shape) for _, shape in shapes)
    lines = ["Shapes are compared from the last axis backwards:",
             *("  " + line for line in alignment(shapes))]
    for axis in range(1, rank + 1):
        sizes = [shape[-axis] for _, shape in shapes if len(shape) >= axis]
        if len(sizes) < 2 or None in sizes or sizes[0] == sizes[1] or sizes[0] == 1:
            continue
        if shapes[1][0] == _WANTED:
            lines.append(f"{sizes[0]} can't become {sizes[1]} (axis -{axis}): only a size of 1 can "
                         "be repeated.")
        elif sizes[1] != 1:
            lines.append(f"{sizes[0]} over {sizes[1]} (axis -{axis}) don't go together: they would "
                         "have to be equal, or one of them 1.")
    return lines


def _unmultiplied(operands: Sequence[Subject]) -> list[str]:
    (left, right) = (one.shape or () for one in operands)
    x, y = operands[0].name, operands[1].name
    lines = [f"[m, k] x [k, n] -> [m, n]:  here {shape_text(left)} x {shape_text(right)}."]
    for name, shape in ((x, left), (y, right)):
        if len(shape) < 2:
            lines.append(f"{name} has rank {len(shape)}, but a matrix product needs matrices: a "
                         "vector becomes one with tf.expand_dims.")
    if len(left) != len(right) and min(len(left), len(right)) >= 2:
        lines.append(f"{x} has rank {len(left)}, {y} has rank {len(right)}: both need the same.")
    elif len(left) >= 2 and len(right) >= 2 and left[-1] != right[-2]:
        lines.append(f"The inner sizes must be equal, but {size_text(left[-1])} meets "
                     f"{size_text(right[-2])}.")
    return lines


def _unjoined(op: MovementOp, operands: Sequence[Subject], argument: Any) -> list[str]:
    shapes = [(one.name, one.shape or ()) for one in operands]
    lines = ["  " + line for line in alignment(shapes)]
    if len({len(shape) for _, shape in shapes}) > 1:
        return [*lines, "Both need the same rank."]
    if op.name == "stack":
        return [*lines, "Stacked tensors must have exactly the same shape."]
    return [*lines, f"All sizes but those of axis {argument} must be equal."]
