"""The ops whose movement can be shown: how each is called and written, and what goes where.

Where an element goes is asked of the op itself: it is given the numbers of the elements as values.
Ops that combine elements can't be asked so; for them it follows from the indices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tftutor.inspection.ranks.scratch import attempt
from tftutor.inspection.ranks.subject import Subject
from tftutor.ops import (
    arithmetic,
    array_join,
    array_reshape,
    array_transpose,
    matmul,
    reduction,
)

# For each element of the result, in reading order: the elements that it is made of, as
# (operand, number of the element in reading order).
Sources = tuple[tuple[tuple[int, int], ...], ...]
# An op moves elements, repeats some, combines those along axes, pairs those of two operands, is a
# matrix product, or joins operands.
Kind = Literal["moves", "repeats", "combines", "pairs", "product", "joins"]


@dataclass(frozen=True)
class MovementOp:
    """One op.

    `call(*tensors, argument, keepdims)` builds it. `argument` names what the public function takes
    besides tensors, empty for nothing, and `optional` says that it may be left out; `operands` is
    how many tensors it takes; `sign` stands between them, or before what is combined.
    """

    name: str
    kind: Kind
    call: Callable[..., Any]
    argument: str = ""
    operands: int = 1
    optional: bool = False
    sign: str = ""

    def written(self, names: Sequence[str], argument: Any, keepdims: bool = False) -> str:
        """`tf.reshape(x, [3, 2])`."""
        operands = f"[{', '.join(names)}]" if self.kind == "joins" else ", ".join(names)
        parts = [operands]
        if self.argument and not (self.optional and argument is None):
            keyword = f"{self.argument}=" if self.argument == "axis" else ""
            parts.append(keyword + plain_text(argument))
        if keepdims:
            parts.append("keepdims=True")
        return f"tf.{self.name}({', '.join(parts)})"


def plain_text(argument: Any) -> str:
    """A list or a number as Python writes it."""
    if isinstance(argument, tuple | list | np.ndarray):
        return "[" + ", ".join(str(item) for item in argument) + "]"
    return str(argument)


def _reduction(name: str, function: Callable[..., Any]) -> MovementOp:
    return MovementOp(name, "combines", lambda x, axis, keepdims: function(x, axis, keepdims),
                      "axis", optional=True, sign={"reduce_sum": "+", "reduce_mean": "mean of",
                                                   "reduce_max": "max of"}[name])


OPS: dict[str, MovementOp] = {op.name: op for op in (
    MovementOp("reshape", "moves", lambda x, shape, _: array_reshape.reshape(x, shape), "shape"),
    MovementOp("transpose", "moves", lambda x, perm, _: array_transpose.transpose(x, perm), "perm",
               optional=True),
    MovementOp("expand_dims", "moves", lambda x, axis, _: array_reshape.expand_dims(x, axis),
               "axis"),
    MovementOp("squeeze", "moves", lambda x, axis, _: array_reshape.squeeze(x, axis), "axis",
               optional=True),
    MovementOp("broadcast_to", "repeats", lambda x, shape, _: array_reshape.broadcast_to(x, shape),
               "shape"),
    MovementOp("tile", "repeats", lambda x, multiples, _: array_join.tile(x, multiples),
               "multiples"),
    _reduction("reduce_sum", reduction.reduce_sum),
    _reduction("reduce_mean", reduction.reduce_mean),
    _reduction("reduce_max", reduction.reduce_max),
    MovementOp("add", "pairs", lambda x, y, *_: arithmetic.add(x, y), operands=2, sign="+"),
    MovementOp("multiply", "pairs", lambda x, y, *_: arithmetic.multiply(x, y), operands=2,
               sign="·"),
    MovementOp("matmul", "product", lambda x, y, *_: matmul.matmul(x, y), operands=2, sign="·"),
    MovementOp("concat", "joins", lambda x, y, axis, _: array_join.concat([x, y], axis), "axis", 2),
    MovementOp("stack", "joins", lambda x, y, axis, _: array_join.stack([x, y], axis), "axis", 2),
)}


def sources(op: MovementOp, operands: Sequence[Subject], result: tuple[int, ...], argument: Any,
            ) -> Sources:
    """What each element of the result is made of; all shapes are fully known."""
    shapes = [tuple(int(size or 0) for size in one.shape or ()) for one in operands]
    match op.kind:
        case "combines":
            return _combined(shapes[0], argument)
        case "pairs":
            return _paired(shapes, result)
        case "product":
            return _multiplied(shapes[0], shapes[1], result)
    return _asked(op, shapes, argument)


def _numbers(shape: tuple[int, ...], first: int = 0) -> np.ndarray:
    count = int(np.prod(shape, dtype=np.int64))
    return np.arange(first, first + count, dtype=np.int32).reshape(shape)


def _asked(op: MovementOp, shapes: Sequence[tuple[int, ...]], argument: Any) -> Sources:
    """Give the op the elements' numbers as values, and read where they are afterwards."""
    numbers, owners, first = [], [], 0
    for operand, shape in enumerate(shapes):
        numbers.append(_numbers(shape, first))
        owners += [(operand, number) for number in range(numbers[-1].size)]
        first += numbers[-1].size
    found = attempt(lambda *inputs: op.call(*inputs, argument, False),
                    [Subject(shape, "int32") for shape in shapes], numbers).value
    assert found is not None
    return tuple((owners[number],) for number in found.reshape(-1).tolist())


def _combined(shape: tuple[int, ...], axis: Any) -> Sources:
    reduced = reduced_axes(len(shape), axis)
    kept = [axis for axis in range(len(shape)) if axis not in reduced]
    together = int(np.prod([shape[axis] for axis in reduced], dtype=np.int64))
    groups = _numbers(shape).transpose([*kept, *reduced])
    rows = int(np.prod([shape[axis] for axis in kept], dtype=np.int64))
    return tuple(tuple((0, number) for number in group)
                 for group in groups.reshape(rows, together).tolist())


def reduced_axes(rank: int, axis: Any) -> list[int]:
    """The axes that a reduction over `axis` (None, a number or several) takes away."""
    if axis is None:
        return list(range(rank))
    return sorted({int(one) % rank for one in np.asarray(axis).reshape(-1)}) if rank else []


def _paired(shapes: Sequence[tuple[int, ...]], result: tuple[int, ...]) -> Sources:
    spread = [np.broadcast_to(_numbers(shape), result).reshape(-1).tolist() for shape in shapes]
    return tuple(tuple(enumerate(pair)) for pair in zip(*spread, strict=True))


def _multiplied(left: tuple[int, ...], right: tuple[int, ...], result: tuple[int, ...]) -> Sources:
    """Row times column; the axes before the last two are paired."""
    rows = np.broadcast_to(_numbers(left), (*result[:-2], *left[-2:])).reshape(-1, *left[-2:])
    columns = np.broadcast_to(_numbers(right), (*result[:-2], *right[-2:])
                              ).reshape(-1, *right[-2:])
    return tuple(
        tuple(pair for k in range(left[-1])
              for pair in ((0, int(rows[batch, i, k])), (1, int(columns[batch, k, j]))))
        for batch in range(len(rows)) for i in range(result[-2]) for j in range(result[-1]))
