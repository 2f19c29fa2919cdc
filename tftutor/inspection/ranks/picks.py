"""Picks: the part of a block that a slice takes, as solid boxes inside of a pale block.

A slice takes the same indices of an axis whatever the others are, so a pick is told axis by axis.
The gap of a long axis, whose indices have no cells of their own, is a box, too: dashed when only
some of its indices are taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from tftutor.inspection.ranks.blocks import Block, Copy
from tftutor.inspection.ranks.spans import Span
from tftutor.inspection.ranks.svg import Canvas, Point

_FILLS = {"front": "#fbbf24", "top": "#fde68a", "right": "#f59e0b"}
_EDGE = "#7c2d12"
NONE, SOME, ALL = 0, 1, 2


class Lane(NamedTuple):
    """A cell or a gap of a drawn axis, in cells from its start, and how much of it is taken."""

    start: float
    length: float
    taken: int


def lanes(one: Span, taken: range | None) -> tuple[Lane, ...]:
    """The cells and gaps of an axis.

    Args:
      one: how the axis is drawn.
      taken: its indices that are picked; None takes all. Of an axis of unknown size, some are
        taken by anything but None.
    """
    if one.size is None:
        return (Lane(0.0, one.length, ALL if taken is None else SOME),)
    chosen = range(one.size) if taken is None else taken
    found = [Lane(start, 1.0, ALL if index in chosen else NONE)
             for index, start in zip(one.visible, one.starts, strict=True)]
    for gap in one.gaps:
        count, hidden = _between(chosen, gap.first, gap.last), gap.last - gap.first + 1
        found.append(Lane(gap.start, gap.end - gap.start,
                          ALL if count == hidden else SOME if count else NONE))
    return tuple(sorted(found))


def _between(chosen: range, first: int, last: int) -> int:
    """How many of the chosen indices lie from `first` to `last`; axes may be very long."""
    if not chosen:
        return 0
    up = chosen if chosen.step > 0 else chosen[::-1]
    below = len(range(up.start, min(first, up.stop), up.step))
    return len(range(up.start, min(last + 1, up.stop), up.step)) - below


def draw_picks(canvas: Canvas, block: Block, x: float, y: float,
               taken: Sequence[range | None]) -> None:
    """Draw what is picked of a block at (x, y); `taken`: for each axis what `lanes` takes."""
    cut = len(block.outer)
    inner = [lanes(one, picked) for one, picked in
             zip(block.leaf.spans, taken[cut:], strict=True)]
    canvas.open(class_="rk-picked", stroke=_EDGE, stroke_width=1.1)
    for copy in block.copies:
        if not copy.ghost and _is_taken(copy, taken[:cut]):
            _draw_boxes(canvas, block, (x + copy.x, y + copy.y), inner)
    canvas.close()


def _is_taken(copy: Copy, taken: Sequence[range | None]) -> bool:
    return all(picked is None or index is None or index in picked
               for index, picked in zip(copy.prefix, taken, strict=True))


def _draw_boxes(canvas: Canvas, block: Block, origin: Point,
                inner: Sequence[tuple[Lane, ...]]) -> None:
    """The picked boxes of one copy; deep and low ones first, so that nearer ones cover them."""
    single = (Lane(0.0, 1.0, ALL),)
    down = inner[0] if len(inner) > 1 else single
    right = inner[1] if len(inner) > 1 else inner[0] if inner else single
    deep = inner[2] if len(inner) > 2 else single

    def taken(k: int, i: int, j: int) -> int:
        if k < 0 or i < 0 or j == len(right):
            return NONE
        return min(deep[k].taken, down[i].taken, right[j].taken)

    for k, i, j in product(reversed(range(len(deep))), reversed(range(len(down))),
                           range(len(right))):
        mine = taken(k, i, j)
        if mine == NONE:
            continue
        before = {"front": taken(k - 1, i, j), "top": taken(k, i - 1, j),
                  "right": taken(k, i, j + 1)}
        for role, corners in _faces(block, origin, down[i], right[j], deep[k]).items():
            if before[role] < mine:
                _draw_face(canvas, role, corners, mine)


def _faces(block: Block, origin: Point, down: Lane, right: Lane, deep: Lane,
           ) -> dict[str, tuple[Point, ...]]:
    scale = block.leaf.scale
    flat = len(block.leaf.spans) < 3
    back = 0.0 if flat else deep.length * scale.deep
    shift = 0.0 if flat else deep.start * scale.deep
    x = origin[0] + right.start * scale.width + shift
    y = origin[1] + block.leaf.rise + down.start * scale.height - shift
    width, height = right.length * scale.width, down.length * scale.height
    front = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    if flat:
        return {"front": front}
    top = ((x, y), (x + back, y - back), (x + width + back, y - back), (x + width, y))
    side = ((x + width, y), (x + width + back, y - back), (x + width + back, y + height - back),
            (x + width, y + height))
    return {"front": front, "top": top, "right": side}


def _draw_face(canvas: Canvas, role: str, corners: tuple[Point, ...], taken: int) -> None:
    style: dict[str, object] = {"class_": f"rk-picked-{role}", "fill": _FILLS[role]}
    if taken == SOME:
        style |= {"fill_opacity": 0.45, "stroke_dasharray": "3 3"}
    canvas.polygon(corners, **style)
