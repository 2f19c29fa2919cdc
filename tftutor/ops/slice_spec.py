"""The arithmetic of strided slices: from begin/end/strides and bit masks to an index or a shape.

A slice spec is sparse: `x[1, ..., None, ::2]` has four entries whatever the rank of x. Masks say,
bit by bit, what an entry means: begin or end left out, an ellipsis, a new axis, a single index.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tftutor import errors
from tftutor.framework.shape_merge import Dim

Ints = Sequence[int] | None


class Masks(NamedTuple):
    """The five bit masks of a StridedSlice."""

    begin: int
    end: int
    ellipsis: int
    new_axis: int
    shrink: int

    @classmethod
    def of(cls, attrs: dict[str, Any]) -> Masks:
        """The masks among a node's attributes."""
        return cls(attrs["begin_mask"], attrs["end_mask"], attrs["ellipsis_mask"],
                   attrs["new_axis_mask"], attrs["shrink_axis_mask"])


class SliceError(ValueError):
    """A slice spec that doesn't fit its input, with TF's text."""


def python_index(begin: Sequence[int], end: Sequence[int], strides: Sequence[int], masks: Masks
                 ) -> tuple[Any, ...]:
    """The spec as a Python index: slices, integers, None and Ellipsis.

    Raises: SliceError for specs that no input fits.
    """
    items: list[Any] = []
    for i, (first, last, stride) in enumerate(zip(begin, end, strides, strict=True)):
        bit = 1 << i
        if masks.ellipsis & bit:
            if Ellipsis in items:
                raise SliceError("Multiple ellipses in slice spec not allowed")
            items.append(Ellipsis)
        elif masks.new_axis & bit:
            items.append(None)
        elif stride == 0:
            raise SliceError(f"strides[{i}] must be non-zero")
        elif masks.shrink & bit:
            if stride < 0:
                raise SliceError("only stride 1 allowed on non-range indexing.")
            items.append(int(first))
        else:
            items.append(slice(None if masks.begin & bit else int(first),
                               None if masks.end & bit else int(last), int(stride)))
    return tuple(items)


def forward_index(index: tuple[Any, ...], shape: tuple[int, ...]
                  ) -> tuple[tuple[Any, ...], tuple[int, ...]]:
    """An index of steps forwards, for libraries that know no others, and what to flip then.

    Returns: (an index with bounds inside `shape`, the axes of the result to be reversed).
    Raises: tf.errors.InvalidArgumentError when the index doesn't fit the shape.
    """
    items: list[Any] = []
    flipped: list[int] = []
    axis = position = 0  # in the input, in the result
    taken = sum(item is not None and item is not Ellipsis for item in index)
    for item in index if Ellipsis in index else (*index, Ellipsis):
        if item is None:
            position += 1
        elif item is Ellipsis:
            axis, position = axis + len(shape) - taken, position + len(shape) - taken
        elif axis >= len(shape) or (isinstance(item, int)
                                    and not -shape[axis] <= item < shape[axis]):
            raise errors.InvalidArgumentError(None, None, _why_it_fails(shape, index))
        elif isinstance(item, int):
            axis += 1
        else:
            places = range(*item.indices(shape[axis]))
            if places.step < 0:
                places = places[::-1]
                flipped.append(position)
            item = slice(places[0], places[-1] + 1, places.step) if places else slice(0, 0)
            axis, position = axis + 1, position + 1
        items.append(item)
    return tuple(items), tuple(flipped)


def apply_index(array: Any, index: tuple[Any, ...]) -> Any:
    """`array[index]`, with TF's text for what doesn't fit."""
    try:
        return array[index]
    except IndexError:
        raise errors.InvalidArgumentError(None, None, _why_it_fails(array.shape, index)) from None


def _why_it_fails(shape: tuple[int, ...], index: tuple[Any, ...]) -> str:
    taken = sum(item is not None and item is not Ellipsis for item in index)
    if taken > len(shape):
        return (f"Index out of range using input dim {len(shape)}; input has only {len(shape)} "
                "dims")
    axis = 0
    for item in index:
        if item is Ellipsis:
            axis += len(shape) - taken
        elif item is not None:
            if isinstance(item, int) and not -shape[axis] <= item < shape[axis]:
                value = item + shape[axis] if item < 0 else item
                return f"slice index {value} of dimension {axis} out of bounds."
            axis += 1
    return "slice doesn't fit its input"


class _Entry(NamedTuple):
    """What one dimension of the input, or one new dimension of the output, comes from."""

    position: int  # in the spec; -1: a whole dimension covered by an ellipsis
    is_new: bool


def _dense(count: int, rank: int, masks: Masks) -> list[_Entry]:
    """Spread the spec over the dimensions of the input."""
    ellipses = [i for i in range(count) if masks.ellipsis >> i & 1]
    if len(ellipses) > 1:
        raise SliceError("Multiple ellipses in slice spec not allowed")
    at = ellipses[0] if ellipses else count
    entries: list[_Entry] = []
    used = sum(1 for i in range(count) if i != at and not masks.new_axis >> i & 1)
    if used > rank:
        raise SliceError(f"Index out of range using input dim {rank}; input has only {rank} dims")
    for i in range(count + (0 if ellipses else 1)):
        if i == at:
            entries.extend([_Entry(-1, False)] * (rank - used))
        elif masks.new_axis >> i & 1:
            entries.append(_Entry(i, True))
        else:
            entries.append(_Entry(i, False))
    return entries


def sliced_shape(shape: tuple[Dim, ...], begin: Ints, end: Ints, strides: Sequence[int],
                 masks: Masks) -> tuple[Dim, ...]:
    """The static shape of a slice; `begin` and `end` are None when they aren't known.

    Raises: SliceError when the spec doesn't fit the shape.
    """
    out: list[Dim] = []
    axis = 0
    for entry in _dense(len(strides), len(shape), masks):
        if entry.is_new:
            out.append(1)
            continue
        dim = shape[axis]
        axis += 1
        i = entry.position
        if i < 0:
            out.append(dim)
        elif masks.shrink >> i & 1:
            _check_index(i, axis - 1, dim, begin, strides)
        elif strides[i] == 0:
            raise SliceError(f"strides[{axis - 1}] must be non-zero")
        else:
            out.append(_length(dim, i, begin, end, strides, masks))
    return tuple(out)


def _check_index(i: int, axis: int, dim: Dim, begin: Ints, strides: Sequence[int]) -> None:
    if strides[i] == 0:
        raise SliceError(f"strides[{axis}] must be non-zero")
    if strides[i] < 0:
        raise SliceError("only stride 1 allowed on non-range indexing.")
    if dim is None or begin is None:
        return
    value = begin[i] + dim if begin[i] < 0 else begin[i]
    if not 0 <= value < dim:
        raise SliceError(f"slice index {value} of dimension {axis} out of bounds.")


def _length(dim: Dim, i: int, begin: Ints, end: Ints, strides: Sequence[int], masks: Masks) -> Dim:
    """How many items `begin[i]:end[i]:strides[i]` takes from a dimension."""
    stride = strides[i]
    no_begin, no_end = bool(masks.begin >> i & 1), bool(masks.end >> i & 1)
    if no_begin and no_end and stride == 1:
        return dim
    if (begin is None and not no_begin) or (end is None and not no_end):
        return None
    first = None if no_begin or begin is None else begin[i]
    last = None if no_end or end is None else end[i]
    if dim is not None:
        return len(range(*slice(first, last, stride).indices(dim)))
    return None
