"""Slicing: what `x[0, :, 2:5]` takes from a tensor, and the shape of what it gives.

TensorFlow's own StridedSlice says which shape comes out or why it fails; here stands only which
indices of which axis are taken, so that they can be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tftutor.inspection.ranks.scratch import Outcome, attempt
from tftutor.inspection.ranks.slice_text import item_text, parse, spec_text
from tftutor.inspection.ranks.subject import Subject, subject

_LISTED = 6


@dataclass(frozen=True)
class AxisPick:
    """What a slice does to one axis.

    `axis` is the input's axis, None for a new one; `item` the entry of the spec, or None where the
    spec doesn't mention the axis; `indices` what it takes, None when the size isn't known; `result`
    the axis of the result, None when it disappears.
    """

    axis: int | None
    size: int | None
    item: Any
    indices: range | None
    result: int | None
    named: str = ""

    @property
    def whole(self) -> bool:
        """True when all of the axis is taken, in its own order."""
        if self.indices is None:
            return isinstance(self.item, slice) and self.item in (slice(None), slice(0, None))
        return self.result is not None and self.indices == range(self.size or 0)

    @property
    def words(self) -> str:
        """One line about the axis."""
        if self.axis is None:
            return "new axis of size 1"
        if self.result is None:
            return f"{self.named}: {self._single()}, and the axis disappears"
        text = item_text(self.item)
        if self.whole:
            return f"{self.named}: all of it" + ("" if self.size is None else f" ({self.size})")
        if self.indices is None:
            return f"{self.named}: {text} of ? indices"
        return f"{self.named}: {text} takes {_listed(self.indices)} ({len(self.indices)} of " \
               f"{self.size}){self._clamped()}"

    @property
    def short(self) -> str:
        """A note for the axis's label: `takes 2:5`."""
        if self.result is None:
            return f"index {self.item}"
        return "all" if self.whole else f"takes {item_text(self.item)}"

    def _single(self) -> str:
        if self.size is not None and self.item < 0:
            return f"{self.item} counts from the end: index {self.item + self.size} only"
        return f"index {self.item} only"

    def _clamped(self) -> str:
        """A slice may reach beyond the axis; it's cut there."""
        stop, size = self.item.stop, self.size or 0
        if stop is not None and stop > size:
            return f", cut at the end: there is no index {stop - 1}"
        return ""


@dataclass(frozen=True)
class Slicing:
    """A slice of a tensor, ready to be shown.

    `result` is None when TensorFlow refuses the slice: then `error` is its text and `reason` says
    it in words.
    """

    source: Subject
    spec: tuple[Any, ...]
    picks: tuple[AxisPick, ...]
    result: Subject | None
    error: str = ""
    reason: str = ""

    @property
    def name(self) -> str:
        """What the tensor is called in the expression."""
        return self.source.variable

    @property
    def expression(self) -> str:
        """`x[0, :, 2:5]`."""
        return spec_text(self.name, self.spec)

    @property
    def taken(self) -> list[range | None]:
        """For each axis of the source the indices that are taken; None for all or unknown."""
        by_axis = {pick.axis: pick for pick in self.picks if pick.axis is not None}
        return [None if by_axis[axis].whole else by_axis[axis].indices
                if by_axis[axis].indices is not None else range(1)
                for axis in range(self.source.rank or 0)]

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"expression": self.expression, "source": self.source.to_dict(),
                "result": None if self.result is None else self.result.to_dict(),
                "error": self.error, "reason": self.reason,
                "axes": [{"axis": pick.axis, "item": item_text(pick.item),
                          "indices": None if pick.indices is None else
                          [pick.indices.start, pick.indices.stop, pick.indices.step],
                          "result": pick.result, "words": pick.words} for pick in self.picks]}


def slicing(x: Any, spec: Any = (), axes: tuple[str, ...] = (), name: str | None = None) -> Slicing:
    """Work out a slice.

    Args:
      x: what `subject` takes: a tensor, an array, a list, a shape.
      spec: the text of the slice (`"0, :, 2:5"`), or what Python would give to `__getitem__`.
      axes: names of the axes.
      name: how to call it; a tensor's own name by default.

    Raises: ValueError for a text that is no slice. A slice that TensorFlow refuses raises nothing:
      the result says so.
    """
    source = subject(x, axes, name)
    items = parse(spec) if isinstance(spec, str) else spec if isinstance(spec, tuple) else (spec,)
    outcome = attempt(lambda tensor: tensor[items] if items else tensor, [source])
    if outcome.error:
        return Slicing(source, items, (), None, outcome.error, _reason(source, items))
    picks = _picks(source, items)
    return Slicing(source, items, picks, _result(source, items, picks, outcome))


def _result(source: Subject, items: tuple[Any, ...], picks: tuple[AxisPick, ...],
            outcome: Outcome) -> Subject:
    values = None if source.values is None else source.values[items]
    names = {pick.result: source.axes[pick.axis] for pick in picks
             if pick.result is not None and pick.axis is not None and pick.axis < len(source.axes)}
    axes = tuple(names.get(axis, "") for axis in range(len(outcome.shape or ()))) if names else ()
    return Subject(outcome.shape, source.dtype, spec_text(source.variable, items), axes, values)


def _picks(source: Subject, items: tuple[Any, ...]) -> tuple[AxisPick, ...]:
    """What each entry does, axis by axis. Nothing can be said without a rank."""
    if source.shape is None:
        return ()
    picks: list[AxisPick] = []
    axis = result = 0
    for item in _spelled_out(items, len(source.shape)):
        if item is None:
            picks.append(AxisPick(None, None, None, None, result))
            result += 1
            continue
        size = source.shape[axis]
        keeps = isinstance(item, slice)
        picks.append(AxisPick(axis, size, item, _indices(item, size), result if keeps else None,
                              source.axis_name(axis)))
        axis, result = axis + 1, result + keeps
    return tuple(picks)


def _spelled_out(items: tuple[Any, ...], rank: int) -> list[Any]:
    """The spec with an entry for each axis: what `...` and the end leave out is `:`."""
    taken = sum(item is not None and item is not Ellipsis for item in items)
    open_items = items if Ellipsis in items else (*items, Ellipsis)
    spelled: list[Any] = []
    for item in open_items:
        spelled += [slice(None)] * (rank - taken) if item is Ellipsis else [item]
    return spelled


def _indices(item: int | slice, size: int | None) -> range | None:
    if size is None:
        return None
    if isinstance(item, slice):
        return range(*item.indices(size))
    index = item + size if item < 0 else item
    return range(index, index + 1)


def _listed(indices: range) -> str:
    """`2, 3, 4`; `0, 1, 2, … 99`; `no index`."""
    if not indices:
        return "no index"
    if len(indices) <= _LISTED:
        return ", ".join(map(str, indices))
    return ", ".join(map(str, indices[:3])) + f", … {indices[-1]}"


def _reason(source: Subject, items: tuple[Any, ...]) -> str:
    """Why a slice fails, in words; empty where TensorFlow's own text has to do."""
    for item in items:
        if isinstance(item, slice) and item.step == 0:
            return f"The step of {item_text(item)} is 0: a slice has to move on, by 1, 2, -1 ..."
    if items.count(Ellipsis) > 1:
        return "`...` stands for all axes that aren't mentioned, so it may be written only once."
    if source.shape is None:
        return ""
    taken = sum(item is not None and item is not Ellipsis for item in items)
    if taken > len(source.shape):
        return f"{source.name or 'x'} has {len(source.shape)} axes, but the slice names {taken}."
    axis = 0
    for item in _spelled_out(items, len(source.shape)):
        if item is None:
            continue
        size = source.shape[axis]
        if isinstance(item, int) and size is not None and not -size <= item < size:
            return f"{source.axis_name(axis)} has the size {size}: {_valid(size)}, but not {item}."
        axis += 1
    return ""


def _valid(size: int) -> str:
    if size == 0:
        return "it has no index at all"
    return f"its indices are 0 to {size - 1}, or -1 to {-size} counted from the end"
