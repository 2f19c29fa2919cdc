"""Blocks: the geometry of a tensor's picture, without colours or words.

A shape becomes a box, a row of cells, a grid or a cube: the *leaf*. Axes beyond the leaf's repeat
it: the nearest outer axis as a row of leaves, the next one as rows of such rows, and so on by
nesting. Coordinates are pixels, x to the right and y down, from the top left corner of the block.
Equal sizes are drawn equally long whatever the shape, so that blocks stand on one scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tftutor.inspection.ranks.leaf import (
    ROLES,
    Break,
    Leaf,
    Point,
    Scale,
    ShapeTuple,
    make_leaf,
)
from tftutor.inspection.ranks.spans import Span, span

__all__ = ["Block", "Break", "Copy", "Leaf", "Ruler", "Scale", "block", "fitting"]

_OUTER_SPACE, _OUTER_GAP = 12.0, 22.0


class Ruler(NamedTuple):
    """The edge along which an axis is measured; `role` says where its label belongs.

    Roles: `down` (label on the left), `right` (below), `deep` (above, on the left), `columns`
    (above) and `rows` (far left). `level` counts the rulers that lie nearer to the block in the
    same place.
    """

    axis: int
    size: int | None
    role: str
    start: Point
    end: Point
    level: int = 0


class Copy(NamedTuple):
    """One place where the leaf stands; `prefix` are its indices on the outer axes.

    A ghost stands for copies whose number is unknown, or for none at all.
    """

    prefix: tuple[int | None, ...]
    x: float
    y: float
    ghost: bool = False


class Block(NamedTuple):
    """Everything a picture needs to know about where things are."""

    shape: ShapeTuple
    leaf: Leaf
    copies: tuple[Copy, ...]
    rulers: tuple[Ruler, ...]
    breaks: tuple[Break, ...]
    outer: tuple[Span, ...]
    width: float
    height: float

    @property
    def spans(self) -> tuple[Span, ...]:
        """How each axis is drawn, axis 0 first."""
        return self.outer + self.leaf.spans

    def cell(self, index: Sequence[int]) -> Point | None:
        """The top left corner of the front of an element; None if it isn't drawn.

        Raises: ValueError when the index has not as many numbers as the shape has axes.
        """
        if len(index) != len(self.shape):
            raise ValueError(f"An element of rank {len(self.shape)} has {len(self.shape)} indices, "
                             f"not {len(index)}.")
        cut = len(self.outer)
        corner = self.leaf.cell(index[cut:])
        prefix = tuple(index[:cut])
        copy = next((copy for copy in self.copies if copy.prefix == prefix), None)
        if corner is None or copy is None:
            return None
        return copy.x + corner[0], copy.y + corner[1]


def block(shape: Sequence[int | None], scale: Scale | None = None,
          keep: Sequence[Iterable[int]] | None = None) -> Block:
    """Lay out a shape.

    Args:
      shape: the sizes, None where unknown; () is a scalar.
      scale: cell sizes and limits.
      keep: for each axis the indices that shall have a cell even where the axis is broken.
    """
    scale = scale or Scale()
    sizes = tuple(shape)
    kept = list(keep) if keep is not None else [()] * len(sizes)
    cut = max(len(sizes) - scale.leaf_rank, 0)
    leaf = make_leaf(sizes[cut:], scale, kept[cut:], cut)
    outer = tuple(span(size, scale.outer_room, wanted)
                  for size, wanted in zip(sizes[:cut], kept[:cut], strict=True))
    return _repeated(sizes, leaf, outer)


def fitting(shape: Sequence[int | None], width: float, scale: Scale | None = None,
            keep: Sequence[Iterable[int]] | None = None) -> Block:
    """Like `block`, with cells made smaller until the block is at most `width` pixels wide."""
    scale = scale or Scale()
    drawn = block(shape, scale, keep)
    while drawn.width > width and scale.width > 4:
        scale = scale.times(max(width / drawn.width, 0.7))
        drawn = block(shape, scale, keep)
    return drawn


class _Group(NamedTuple):
    """Copies of the leaf so far, and what they measure."""

    copies: list[Copy]
    breaks: list[Break]
    rulers: list[Ruler]
    width: float
    height: float


def _repeated(shape: ShapeTuple, leaf: Leaf, outer: tuple[Span, ...]) -> Block:
    """Nest the leaf: the last outer axis to the right, the one before it down, and so on."""
    group = _Group([Copy((), 0.0, 0.0)], [], [], leaf.width, leaf.height)
    for level, axis in enumerate(reversed(range(len(outer)))):
        group = _row(group, axis, outer[axis], "columns" if level % 2 == 0 else "rows", level // 2)
    first = min(group.copies, key=lambda copy: (copy.y, copy.x))
    last = max(group.copies, key=lambda copy: (copy.y, -copy.x))
    rulers = group.rulers + _leaf_rulers(leaf, len(outer), first, last)
    return Block(shape, leaf, tuple(group.copies), tuple(sorted(rulers)), tuple(group.breaks),
                 outer, group.width, group.height)


def _row(group: _Group, axis: int, one: Span, role: str, level: int) -> _Group:
    """Copies of a group beside each other (`columns`) or below each other (`rows`)."""
    across = role == "columns"
    size = group.width if across else group.height
    space = _OUTER_SPACE * (1 + level)
    copies: list[Copy] = []
    breaks: list[Break] = []
    position = 0.0
    for index, hidden, ghost in _with_gaps(one):
        if hidden:
            middle = position - space / 2 + _OUTER_GAP / 2
            breaks.append(Break(axis, (middle, group.height / 2) if across
                                else (group.width / 2, middle), role))
            position += _OUTER_GAP
        dx, dy = (position, 0.0) if across else (0.0, position)
        copies += [Copy((index, *copy.prefix), copy.x + dx, copy.y + dy, ghost or copy.ghost)
                   for copy in group.copies]
        breaks += [inner._replace(at=(inner.at[0] + dx, inner.at[1] + dy))
                   for inner in group.breaks]
        position += size + space
    length = position - space
    end = (length, 0.0) if across else (0.0, length)
    ruler = Ruler(axis, one.size, role, (0.0, 0.0), end, level)
    return _Group(copies, breaks, [*group.rulers, ruler],
                  length if across else group.width, group.height if across else length)


def _with_gaps(one: Span) -> list[tuple[int | None, bool, bool]]:
    """The drawn indices of an outer axis: (index, a gap comes before it, it is a ghost)."""
    if one.size is None:
        return [(None, False, False), (None, True, True)]
    if one.size == 0:
        return [(None, False, True)]
    after_gap = {gap.last + 1 for gap in one.gaps}
    return [(index, index in after_gap, False) for index in one.visible]


def _leaf_rulers(leaf: Leaf, first_axis: int, first: Copy, last: Copy) -> list[Ruler]:
    """Rulers of the leaf's own axes, at the copies that leave room for their labels."""
    rulers = []
    roles = ROLES[len(leaf.spans)]
    rise = leaf.rise
    front_width = leaf.width - rise
    ends = {"down": ((last.x, last.y + rise), (last.x, last.y + leaf.height)),
            "right": ((last.x, last.y + leaf.height), (last.x + front_width, last.y + leaf.height)),
            "deep": ((first.x, first.y + rise), (first.x + rise, first.y))}
    for offset, (role, one) in enumerate(zip(roles, leaf.spans, strict=True)):
        start, end = ends[role]
        rulers.append(Ruler(first_axis + offset, one.size, role, start, end))
    return rulers
