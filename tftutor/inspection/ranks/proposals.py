"""Proposals: what to try with a tensor - an argument that works for each op, a smaller tensor."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tftutor.inspection.ranks.leaf import ShapeTuple
from tftutor.inspection.ranks.movement import MOST_ELEMENTS
from tftutor.inspection.ranks.movement_ops import OPS
from tftutor.inspection.ranks.movement_reasons import factor_pairs
from tftutor.inspection.ranks.subject import Subject

_SMALLEST, _BIGGEST = 2, 5


class Proposal(NamedTuple):
    """Texts for the fields of an op: its argument, and its second operand; "" for neither."""

    argument: str
    other: str


def proposals(one: Subject) -> dict[str, Proposal]:
    """For each op something that works with this tensor, or shows what has to be repaired."""
    shape = one.shape or ()
    return {name: Proposal(*_proposal(name, one, shape)) for name in OPS}


def _proposal(op: str, one: Subject, shape: ShapeTuple) -> tuple[str, str]:
    last = shape[-1] if shape else 1
    match op:
        case "reshape":
            return _other_shape(one), ""
        case "transpose":
            return str(list(reversed(range(len(shape))))), ""
        case "squeeze":
            return "", ""
        case "broadcast_to":
            return _list([3, *shape] if 1 not in shape else
                         [3 if size == 1 else size for size in shape]), ""
        case "tile":
            return _list([2, *[1] * (len(shape) - 1)] if shape else []), ""
        case "add" | "multiply":
            return "", _tuple((last,))
        case "matmul":
            return "", _tuple((*shape[:-2], last, 2))
        case "concat" | "stack":
            return "0", _tuple(shape)
    return "0", ""


def _other_shape(one: Subject) -> str:
    """Another shape for the same elements: a matrix turned, a vector as a matrix, else a vector."""
    shape = one.shape or ()
    if len(shape) == 2 and None not in shape and shape[0] != shape[1]:
        return _list(reversed(shape))
    if len(shape) == 1 and one.elements:
        return _list(factor_pairs(one.elements)[0])
    return "[-1]" if len(shape) != 1 else "[-1, 1]"


def _list(sizes: Iterable[int | None]) -> str:
    return "[" + ", ".join("-1" if size is None else str(size) for size in sizes) + "]"


def _tuple(sizes: Sequence[int | None]) -> str:
    return "(" + ", ".join(map(str, sizes)) + ("," if len(sizes) == 1 else "") + ")"


def small_shape(shape: Sequence[int | None]) -> tuple[int, ...] | None:
    """A shape of the same rank that is small enough to follow its elements.

    Equal sizes stay equal and longer axes longer, as far as there is room. None when the rank is
    too high for that, or the shape is small already.
    """
    sizes = [3 if size is None else size for size in shape]
    known = sorted({size for size in sizes if size > 1})
    for biggest in range(_BIGGEST, _SMALLEST - 1, -1):
        new = {size: min(_SMALLEST + place, biggest) for place, size in enumerate(known)}
        small = tuple(min(new.get(size, size), size) for size in sizes)
        if math.prod(small) * 2 <= MOST_ELEMENTS:
            return small if small != tuple(shape) else None
    return None
