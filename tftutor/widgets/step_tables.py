"""Values of a recorded step as what a page can show: a table of numbers or text, and facts."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor.inspection.steps.text import trouble_text, value_text
from tftutor.inspection.steps.values import Value, plane_index

MOST_ROWS, MOST_COLUMNS = 64, 64  # of a heat map
MOST_IN_TABLE = 80  # elements
_TABLE = (16, 10)
_DIGITS = 5


def shown_value(value: Value) -> dict[str, Any]:
    """A value as plain data for the front end.

    Returns: `brief` (`float32 [2, 3]`), `health`, `trouble` ("2 NaN"), `statistics`, and `table`:
      `rows` of numbers or text (NaN and infinities as text), `where` in words which part of the
      value it is, "" for all of it, and `isNumbers`; `heat`: `rows` and `where` of a plane of the
      value for a picture, None where the table shows as much.
    """
    statistics = None if value.statistics is None else value.statistics.to_dict()
    health = value.health if value.health != "ok" or "float" in value.dtype else ""
    return {"brief": value_text(value), "health": health, "trouble": trouble_text(value),
            "nbytes": value.nbytes, "statistics": statistics, "table": _table(value),
            "heat": _heat(value)}


def _table(value: Value) -> dict[str, Any] | None:
    array = value.array
    if array is None or value.shape is None or not array.size:
        return None
    leading = (0,) * max(array.ndim - 2, 0)
    page = array[leading]
    rows = np.atleast_2d(page)[:_TABLE[0], :_TABLE[1]]
    numbers = rows.dtype.kind in "biuf"
    return {"rows": [[_cell(item) for item in row] for row in rows.tolist()],
            "where": _where(value, page.ndim, rows.shape), "isNumbers": numbers}


def _heat(value: Value) -> dict[str, Any] | None:
    shape = value.shape or ()
    if value.statistics is None or len(shape) < 2 or value.array is None:
        return None
    index = plane_index(shape)
    plane = value.sample if value.sample is not None else value.array[index]
    sizes = [size for size, part in zip(shape, index, strict=True) if isinstance(part, slice)]
    if plane.size <= MOST_IN_TABLE or plane.dtype.kind not in "biuf":
        return None
    plane = plane[:MOST_ROWS, :MOST_COLUMNS]
    text = f"[{', '.join(':' if isinstance(part, slice) else str(part) for part in index)}]"
    steps = [-(-size // count) for size, count in zip(sizes, plane.shape, strict=True)]
    every = f", 1 row of {steps[0]}, 1 column of {steps[1]}" if max(steps) > 1 else ""
    return {"rows": [[_cell(item) for item in row] for row in plane.tolist()],
            "where": text + every if len(shape) > 2 or every else ""}


def _where(value: Value, rank: int, shown: tuple[int, ...]) -> str:
    """`[0, :, :], the first 8 of 200 rows`: which part of the value stands in the table."""
    shape = value.shape or ()
    parts = []
    if len(shape) > 2:
        parts.append(f"[{', '.join(['0'] * (len(shape) - 2) + [':', ':'])}]")
    sizes = shape[-2:] if rank == 2 else (1, *shape[-1:])
    for count, size, word in zip(shown, sizes, ("rows", "columns"), strict=False):
        if count < size:
            parts.append(f"the first {count} of {size} {word if rank == 2 else 'elements'}")
    return ", ".join(parts)


def _cell(item: Any) -> Any:
    """What JSON can carry: numbers of a few digits, words for the others."""
    if isinstance(item, bytes):
        return item.decode("utf-8", "replace")
    if isinstance(item, float):
        return float(f"{item:.{_DIGITS}g}") if np.isfinite(item) else str(item)
    return item if isinstance(item, bool | int) else str(item)
