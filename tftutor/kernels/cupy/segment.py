"""Sums of segments by CuPy's atomic additions, where they exist for the dtype."""

from __future__ import annotations

from typing import Any

from tftutor.framework import dtypes
from tftutor.ops.segment import SegmentSum, UnsortedSegmentSum, check_sorted, check_unsorted
from tftutor.ops.segment_joins import joined_rows

_ATOMIC = (dtypes.float32, dtypes.float64, dtypes.int32)


def _summed(data: Any, ids: Any, count: int, xp: Any, dtype: dtypes.DType) -> Any:
    """Rows of `data` [ids..., rest...] added up by id; one more segment takes negative ids."""
    flat = xp.reshape(ids, (-1,))
    rows = xp.reshape(data, (flat.shape[0], *data.shape[ids.ndim:]))
    if dtype not in _ATOMIC:
        return joined_rows(xp.add, rows, flat, count, 0, xp)
    import cupyx

    out = xp.zeros((count + 1, *rows.shape[1:]), dtype=rows.dtype)
    cupyx.scatter_add(out, xp.where(flat < 0, xp.full_like(flat, count), flat), rows)
    return out[:count]


@SegmentSum.kernel("cupy")
def segment_sum_kernel(data, segment_ids, *, xp, T):
    check_sorted(data, segment_ids, xp)
    count = int(segment_ids[-1]) + 1 if segment_ids.shape[0] else 0
    return _summed(data, segment_ids, count, xp, T)


@UnsortedSegmentSum.kernel("cupy")
def unsorted_segment_sum_kernel(data, segment_ids, num_segments, *, xp, T):
    check_unsorted(data, segment_ids, int(num_segments), xp)
    return _summed(data, segment_ids, int(num_segments), xp, T)
