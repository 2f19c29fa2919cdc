"""Leaves: the geometry of a scalar's box, a vector's row, a matrix's grid and a cube.

A vector lies, a matrix stands - its rows go down - and the last axis of a cube goes back, to the
right and up. Coordinates are pixels from the leaf's top left corner.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tftutor.inspection.ranks.spans import Span, span

ShapeTuple = tuple[int | None, ...]
Point = tuple[float, float]
LEAF_RANK = 3
# Where the axes of a leaf go, by its rank.
ROLES: tuple[tuple[str, ...], ...] = ((), ("right",), ("down", "right"), ("down", "right", "deep"))


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
        return x, self.rise + down * self.scale.height - deep * self.scale.deep


def make_leaf(sizes: ShapeTuple, scale: Scale, keep: Sequence[Iterable[int]], first: int) -> Leaf:
    """Lay out up to three axes; `first` is the number of the first one, `keep` as in `span`."""
    spans = tuple(span(size, scale.room, wanted) for size, wanted in zip(sizes, keep, strict=True))
    by_role = dict(zip(ROLES[len(spans)], spans, strict=True))
    one = span(1)
    down, right = by_role.get("down", one), by_role.get("right", one)
    front_width, front_height = right.length * scale.width, down.length * scale.height
    depth = by_role["deep"].length * scale.deep if "deep" in by_role else 0.0
    sides = [_front(down, right, scale, depth)]
    if depth:
        sides += _depth_sides(down, right, by_role["deep"], scale, depth)
    breaks = [Break(first + axis, at, role)
              for axis, role in enumerate(ROLES[len(spans)])
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
