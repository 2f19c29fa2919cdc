"""Blocks: the geometry of a tensor's picture, without colours or words.

A shape becomes a box, a row of cells, a grid or a cube: the *leaf*. Axes beyond the leaf's repeat
it: the nearest outer axis as a row of leaves, the next one as rows of such rows, and so on by
nesting. Coordinates are pixels, x to the right and y down, from the top left corner of the block.
Equal sizes are drawn equally long whatever the shape, so that blocks stand on one scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tftutor.inspection.ranks.spans import Span, span

ShapeTuple = tuple[int | None, ...]
Point = tuple[float, float]
LEAF_RANK = 3
_OUTER_SPACE, _OUTER_GAP = 12.0, 22.0


class Scale(NamedTuple):
    """Pixels of a cell, and how many cells an axis may have before it is broken.

    A cell one step deeper is drawn `deep` pixels to the right and up. With `leaf_rank` 2 a cube is
    drawn as a row of its matrices, so that every element can be seen.
    """

    width: float = 22.0
    height: float = 22.0
    deep: float = 8.0
    room: int = 8
    outer_room: int = 4
    leaf_rank: int = LEAF_RANK

    def times(self, factor: float) -> Scale:
        """The same with smaller or bigger cells."""
        return self._replace(width=self.width * factor, height=self.height * factor,
                             deep=self.deep * factor)


class Side(NamedTuple):
    """A face of a leaf: `front`, `top` or `right`; `cells` are its grid lines (x1, y1, x2, y2)."""

    role: str
    corners: tuple[Point, ...]
    cells: tuple[tuple[float, float, float, float], ...]


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


class Break(NamedTuple):
    """Where cells are left out: the middle of the gap, and the axis that is broken there."""

    axis: int
    at: Point
    role: str


class Leaf(NamedTuple):
    """The innermost box, drawn once for each copy. `spans` go with the last axes of the shape."""

    spans: tuple[Span, ...]
    scale: Scale
    width: float
    height: float
    sides: tuple[Side, ...]
    breaks: tuple[Break, ...]

    @property
    def rise(self) -> float:
        """How far the depth lifts the back of a cube above its front."""
        return self.spans[2].length * self.scale.deep if len(self.spans) == 3 else 0.0

    def cell(self, index: Sequence[int]) -> tuple[float, float] | None:
        """The top left corner of an element's front; None if it is hidden in a gap."""
        starts = [one.start_of(i) for one, i in zip(self.spans, index, strict=True)]
        if any(start is None for start in starts):
            return None
        down, right, deep = _down_right_deep([float(s) for s in starts if s is not None])
        x = right * self.scale.width + deep * self.scale.deep
        y = self.rise + down * self.scale.height - deep * self.scale.deep
        # Fronts of deeper cells are seen through the cell before them: their own front edge.
        return x, y


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
    leaf = _leaf(sizes[cut:], scale, kept[cut:], cut)
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


def _down_right_deep(lengths: Sequence[float]) -> tuple[float, float, float]:
    """Which of a leaf's axes goes where: a vector lies, a matrix stands, a cube has depth."""
    match list(lengths):
        case []:
            return 0.0, 0.0, 0.0
        case [right]:
            return 0.0, right, 0.0
        case [down, right]:
            return down, right, 0.0
        case [down, right, deep]:
            return down, right, deep
        case _:
            raise ValueError(f"A leaf has at most {LEAF_RANK} axes, not {len(lengths)}.")


_ROLES: tuple[tuple[str, ...], ...] = ((), ("right",), ("down", "right"),
                                       ("down", "right", "deep"))


def _leaf(sizes: ShapeTuple, scale: Scale, keep: Sequence[Iterable[int]], first: int) -> Leaf:
    spans = tuple(span(size, scale.room, wanted) for size, wanted in zip(sizes, keep, strict=True))
    by_role = dict(zip(_ROLES[len(spans)], spans, strict=True))
    one = span(1)
    down, right = by_role.get("down", one), by_role.get("right", one)
    front_width, front_height = right.length * scale.width, down.length * scale.height
    depth = by_role["deep"].length * scale.deep if "deep" in by_role else 0.0
    sides = [_front(down, right, scale, depth)]
    if depth:
        sides += _depth_sides(down, right, by_role["deep"], scale, depth)
    breaks = [Break(first + axis, at, role)
              for axis, role in enumerate(_ROLES[len(spans)])
              for at in _break_points(role, by_role, scale, depth)]
    return Leaf(spans, scale, front_width + depth, front_height + depth, tuple(sides),
                tuple(breaks))


def _lines(one: Span) -> list[float]:
    """Where lines across an axis stand, in cells: on both sides of every cell but at the ends."""
    edges = {round(edge, 3) for start in one.starts for edge in (start, start + 1)}
    return sorted(edge for edge in edges if 0 < edge < one.length - 1e-6)


def _front(down: Span, right: Span, scale: Scale, rise: float) -> Side:
    width, height = right.length * scale.width, down.length * scale.height
    cells = [(x * scale.width, rise, x * scale.width, rise + height) for x in _lines(right)]
    cells += [(0.0, rise + y * scale.height, width, rise + y * scale.height) for y in _lines(down)]
    corners = ((0.0, rise), (width, rise), (width, rise + height), (0.0, rise + height))
    return Side("front", corners, tuple(cells))


def _depth_sides(down: Span, right: Span, deep: Span, scale: Scale, depth: float) -> list[Side]:
    """The top and the right face of a cube."""
    width, height = right.length * scale.width, down.length * scale.height
    top = [(x * scale.width, depth, x * scale.width + depth, 0.0) for x in _lines(right)]
    side = [(width, depth + y * scale.height, width + depth, y * scale.height)
            for y in _lines(down)]
    for line in _lines(deep):
        step = line * scale.deep
        top.append((step, depth - step, width + step, depth - step))
        side.append((width + step, depth - step, width + step, depth - step + height))
    return [
        Side("top", ((0.0, depth), (depth, 0.0), (width + depth, 0.0), (width, depth)), tuple(top)),
        Side("right", ((width, depth), (width + depth, 0.0), (width + depth, height),
                       (width, depth + height)), tuple(side)),
    ]


def _break_points(role: str, by_role: dict[str, Span], scale: Scale, depth: float,
                  ) -> list[Point]:
    """The middles of an axis's gaps: in the first row or column, as mathematics writes its dots."""
    points = []
    for gap in by_role[role].gaps:
        middle = (gap.start + gap.end) / 2
        if role == "down":
            points.append((scale.width / 2, depth + middle * scale.height))
        elif role == "right":
            points.append((middle * scale.width, depth + scale.height / 2))
        else:
            points.append((scale.width / 2 + middle * scale.deep, depth - middle * scale.deep))
    return points


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
    roles = _ROLES[len(leaf.spans)]
    rise = leaf.rise
    front_width = leaf.width - rise
    ends = {"down": ((last.x, last.y + rise), (last.x, last.y + leaf.height)),
            "right": ((last.x, last.y + leaf.height), (last.x + front_width, last.y + leaf.height)),
            "deep": ((first.x, first.y + rise), (first.x + rise, first.y))}
    for offset, (role, one) in enumerate(zip(roles, leaf.spans, strict=True)):
        start, end = ends[role]
        rulers.append(Ruler(first_axis + offset, one.size, role, start, end))
    return rulers
