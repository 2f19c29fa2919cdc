"""Spans: how long an axis is drawn, and which of its indices get a cell of their own.

A short axis has a cell for each index. A long one is broken: its first and last cells, and a gap
that grows with the logarithm of what it hides. So a longer axis is always drawn longer, equal
sizes are drawn equally long in every picture, and no picture grows beyond bounds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

UNKNOWN_CELLS = 3.0   # how long an axis of unknown size is drawn
EMPTY_CELLS = 0.4     # ... and one of size 0: there is no cell, yet something must be seen
_SHORTEST_GAP = 1.2
_GAP_GROWTH = 0.6     # cells for each doubling of what is hidden


class Gap(NamedTuple):
    """A break of a drawn axis, in cells from its start; the indices from `first` to `last` of the
    axis are hidden there."""

    start: float
    end: float
    first: int
    last: int


class Span(NamedTuple):
    """An axis as it is drawn; all lengths are in cells.

    `visible[n]` is an index of the axis that has a cell, which starts at `starts[n]`.
    """

    size: int | None
    visible: tuple[int, ...]
    starts: tuple[float, ...]
    gaps: tuple[Gap, ...]
    length: float

    def start_of(self, index: int) -> float | None:
        """Where the cell of an index starts; None when it is hidden in a gap or unknown."""
        if index in self.visible:
            return self.starts[self.visible.index(index)]
        return None

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {"size": self.size, "visible": list(self.visible), "length": self.length,
                "hidden": [[gap.first, gap.last] for gap in self.gaps]}


def span(size: int | None, room: int = 8, keep: Iterable[int] = ()) -> Span:
    """Lay out an axis.

    Args:
      size: the number of indices, or None when it is unknown.
      room: up to how many cells an axis is drawn whole; at least 3.
      keep: indices that shall have a cell even if the axis is broken, such as a slice's ends.

    Returns: the layout; without `keep` a longer axis has a longer one.
    """
    if size is None:
        return Span(None, (), (), (), UNKNOWN_CELLS)
    if size == 0:
        return Span(0, (), (), (), EMPTY_CELLS)
    visible = _chosen(size, room, keep)
    starts, gaps, position, before = [], [], 0.0, -1
    for index in visible:
        if index > before + 1:
            end = position + _gap(index - before - 1, room)
            gaps.append(Gap(position, end, before + 1, index - 1))
            position = end
        starts.append(position)
        position += 1.0
        before = index
    return Span(size, visible, tuple(starts), tuple(gaps), position)


def _chosen(size: int, room: int, keep: Iterable[int]) -> tuple[int, ...]:
    """All indices of a short axis; the first, the last and the wanted ones of a long one."""
    if size <= room:
        return tuple(range(size))
    tail = 1 if room < 6 else 2
    head = max(room - 1 - tail, 1)
    ends = {*range(head), *range(size - tail, size)}
    wanted = sorted({index for index in keep if 0 <= index < size})
    chosen = ends | set(wanted[:room // 2]) | set(wanted[-(room // 2):])
    # A gap that hides a single index would take more place than the index.
    chosen |= {index + 1 for index in chosen if index + 2 in chosen and index + 1 not in chosen
               and wanted}
    return tuple(sorted(chosen))


def _gap(hidden: int, room: int) -> float:
    return round(_SHORTEST_GAP + _GAP_GROWTH * math.log2(1 + hidden / room), 3)
