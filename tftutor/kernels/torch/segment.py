"""Sums, products and extremes of segments by PyTorch's scatters."""

from __future__ import annotations

from typing import Any

import torch

from tftutor.ops.segment import (
    SegmentSum,
    UnsortedSegmentMax,
    UnsortedSegmentMin,
    UnsortedSegmentProd,
    UnsortedSegmentSum,
    check_sorted,
    check_unsorted,
)


def _limit(dtype: torch.dtype, name: str) -> Any:
    info = torch.finfo(dtype) if dtype.is_floating_point else torch.iinfo(dtype)
    return getattr(info, name)


def _scattered(data: torch.Tensor, ids: torch.Tensor, count: int, start: Any, reduce: str
               ) -> torch.Tensor:
    """Rows of `data` [ids..., rest...] joined by id; one more segment takes negative ids."""
    flat = ids.reshape(-1).to(torch.int64)
    rows = data.reshape(flat.shape[0], *data.shape[ids.ndim:])
    out = data.new_full((count + 1, *rows.shape[1:]), start)
    places = torch.where(flat < 0, count, flat)
    if reduce == "sum":
        out.index_add_(0, places, rows)
    else:
        places = places.reshape(-1, *(1,) * (rows.ndim - 1)).expand_as(rows)
        out.scatter_reduce_(0, places, rows, reduce)
    return out[:count]


@SegmentSum.kernel("torch")
def segment_sum_kernel(data, segment_ids, *, xp):
    check_sorted(data, segment_ids, xp)
    count = int(segment_ids[-1]) + 1 if segment_ids.shape[0] else 0
    return _scattered(data, segment_ids, count, 0, "sum")


@UnsortedSegmentSum.kernel("torch")
def unsorted_segment_sum_kernel(data, segment_ids, num_segments, *, xp):
    check_unsorted(data, segment_ids, int(num_segments), xp)
    return _scattered(data, segment_ids, int(num_segments), 0, "sum")


@UnsortedSegmentProd.kernel("torch")
def unsorted_segment_prod_kernel(data, segment_ids, num_segments, *, xp):
    check_unsorted(data, segment_ids, int(num_segments), xp)
    return _scattered(data, segment_ids, int(num_segments), 1, "prod")


@UnsortedSegmentMax.kernel("torch")
def unsorted_segment_max_kernel(data, segment_ids, num_segments, *, xp):
    check_unsorted(data, segment_ids, int(num_segments), xp)
    return _scattered(data, segment_ids, int(num_segments), _limit(data.dtype, "min"), "amax")


@UnsortedSegmentMin.kernel("torch")
def unsorted_segment_min_kernel(data, segment_ids, num_segments, *, xp):
    check_unsorted(data, segment_ids, int(num_segments), xp)
    return _scattered(data, segment_ids, int(num_segments), _limit(data.dtype, "max"), "amin")
