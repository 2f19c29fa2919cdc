"""Segment reductions on any array library: rows that share an id are joined.

The array API can't scatter. So rows are sorted by id, and passes over them join runs that are twice
as long each time; then the last row of a segment holds it all.
"""

from __future__ import annotations

from typing import Any

from tftutor.framework.op_def import OpDef
from tftutor.ops.segment import (
    SegmentMax,
    SegmentMin,
    SegmentProd,
    SegmentSum,
    UnsortedSegmentMax,
    UnsortedSegmentMin,
    UnsortedSegmentProd,
    UnsortedSegmentSum,
    check_sorted,
    check_unsorted,
)


def joined_rows(join: Any, rows: Any, ids: Any, count: int, start: Any, xp: Any) -> Any:
    """Row s of the result joins the `rows` [n, ...] whose id is s; `start` where there are none.

    Rows with ids outside [0, count) are left out.
    """
    order = xp.argsort(ids, stable=True)
    rows, ids = xp.take(rows, order, axis=0), xp.take(ids, order)
    wide = (-1,) + (1,) * (rows.ndim - 1)
    length = 1
    while length < ids.shape[0]:
        same = xp.reshape(ids[length:] == ids[:-length], wide)
        longer = xp.where(same, join(rows[length:, ...], rows[:-length, ...]), rows[length:, ...])
        rows = xp.concat([rows[:length, ...], longer], axis=0)
        length *= 2
    segments = xp.arange(count, dtype=ids.dtype)
    nothing = xp.full((count, *rows.shape[1:]), start, dtype=rows.dtype)
    if ids.shape[0] == 0 or count == 0:
        return nothing
    last = xp.searchsorted(ids, segments, side="right") - 1
    last = xp.where(last < 0, xp.zeros_like(last), last)
    found = xp.take(ids, last) == segments
    return xp.where(xp.reshape(found, wide), xp.take(rows, last, axis=0), nothing)


def _register_portable(op_def: OpDef, join: str, start: int | None, limit: str = "") -> None:
    """Kernels of the sorted or unsorted op that joins the rows of a segment with `xp.<join>`."""

    def start_of(data: Any, xp: Any) -> Any:
        if start is not None:
            return start
        is_float = xp.isdtype(data.dtype, "real floating")
        info = xp.finfo(data.dtype) if is_float else xp.iinfo(data.dtype)
        return (float if is_float else int)(getattr(info, limit))

    if op_def.name.startswith("Segment"):
        @op_def.kernel()
        def sorted_kernel(data, segment_ids, *, xp):
            check_sorted(data, segment_ids, xp)
            count = int(segment_ids[-1]) + 1 if segment_ids.shape[0] else 0
            return joined_rows(getattr(xp, join), data, segment_ids, count, start or 0, xp)
        return

    @op_def.kernel()
    def unsorted_kernel(data, segment_ids, num_segments, *, xp):
        count = int(num_segments)
        check_unsorted(data, segment_ids, count, xp)
        ids = xp.reshape(segment_ids, (-1,))
        rows = xp.reshape(data, (ids.shape[0], *data.shape[segment_ids.ndim:]))
        return joined_rows(getattr(xp, join), rows, ids, count, start_of(data, xp), xp)


for _op_defs, _join, _start, _limit in (
        ((SegmentSum, UnsortedSegmentSum), "add", 0, ""),
        ((SegmentProd, UnsortedSegmentProd), "multiply", 1, ""),
        ((SegmentMax, UnsortedSegmentMax), "maximum", None, "min"),
        ((SegmentMin, UnsortedSegmentMin), "minimum", None, "max")):
    for _op_def in _op_defs:
        _register_portable(_op_def, _join, _start, _limit)
