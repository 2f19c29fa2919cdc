"""Ranks: what a shape looks like, what a slice takes, where an op moves each element.

    tf.show((10, 1080, 1920, 3), axes=("batch", "height", "width", "channels"))
    tf.show([[1, 2, 3], [4, 5, 6]], slice=":, 1:")
    tf.show((2, 3), reshape=[3, 2])
    tf.show((2, 3), matmul=(3, 4))
    tf.show("ranks")                                  # the lecture's table
    tf.show("ranks", of=tensor)                       # tf.show(tensor) draws its graph

`spans` and `blocks` are the geometry that other pictures of shapes use, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tftutor.inspection.ranks.drawing import TensorDrawing
from tftutor.inspection.ranks.movement import Movement, movement
from tftutor.inspection.ranks.movement_ops import OPS
from tftutor.inspection.ranks.movement_views import MovementDrawing
from tftutor.inspection.ranks.slicing import Slicing, slicing
from tftutor.inspection.ranks.slicing_views import SliceDrawing
from tftutor.inspection.ranks.subject import Subject, subject
from tftutor.inspection.ranks.table import RankTable, rank_table

Drawing = TensorDrawing | SliceDrawing | MovementDrawing | RankTable
__all__ = ["Drawing", "drawing", "movement", "rank_table", "slicing", "subject"]


def drawing(x: Any, *, of: Any = None, axes: Sequence[str] = (), name: str | None = None,
            slice: Any = None, keepdims: bool = False, axis: int | None = None,
            **op: Any) -> Drawing:
    """Draw a tensor, a slice of it, or what an op does to it.

    Args:
      x: a tensor, a variable, an array, a number, a (nested) list of values, a TensorShape, or a
        shape: a tuple of sizes such as (10, 3), or a list with a None in it. The word "ranks" is
        the lecture's table, or stands for `of`.
      of: with "ranks", what to draw instead of the table.
      axes: names of the axes, such as ("batch", "height", "width", "channels").
      name: what to call it.
      slice: what stands between the brackets, as text (`"0, :, 2:5"`) or as Python has it.
      keepdims: for reductions.
      axis: for `concat=` and `stack=`, whose value is the second operand.
      **op: one op by its name and its argument: `reshape=[3, 2]`, `transpose=[1, 0]`,
        `expand_dims=0`, `squeeze=None`, `broadcast_to=[3, 4]`, `tile=[2, 1]`, `reduce_sum=1`
        (`reduce_mean`, `reduce_max`), or by its second operand: `matmul=(3, 4)`, `add=(3,)`,
        `multiply=(3,)`.

    Returns: the drawing, with `text()`, `svg()` and `to_dict()`.
    Raises: TypeError for what has no shape, and for an op that isn't known; ValueError for a slice
      that can't be read and for names of axes that don't fit. A slice or an op that TensorFlow
      refuses is drawn with the reason.
    """
    if isinstance(x, Drawing):
        return x
    if isinstance(x, Slicing):
        return SliceDrawing(x)
    if isinstance(x, Movement):
        return MovementDrawing(x)
    if isinstance(x, str) and x == "ranks":
        if of is None:
            return rank_table()
        x = of
    if slice is not None:
        return SliceDrawing(slicing(x, slice, tuple(axes), name))
    if op:
        return MovementDrawing(_movement(subject(x, axes, name), op, axis, keepdims))
    return TensorDrawing(subject(x, axes, name))


def _movement(x: Subject, op: dict[str, Any], axis: int | None, keepdims: bool) -> Movement:
    if len(op) > 1 or next(iter(op)) not in OPS:
        unknown = ", ".join(name for name in op if name not in OPS) or ", ".join(op)
        raise TypeError(f"drawing() takes one op of {', '.join(OPS)}; got {unknown}.")
    (name, argument), = op.items()
    if OPS[name].operands == 2:
        return movement(name, x, (axis or 0) if OPS[name].argument else None, argument)
    return movement(name, x, argument, axes=x.axes, keepdims=keepdims)
