"""Gather, GatherV2 and ResourceGather on torch, in four calls: embeddings do it in every step."""

from __future__ import annotations

from typing import Any

from tftutor.ops.gather import Gather, GatherV2, checked_axis, gather_v2_kernel
from tftutor.ops.resource_scatter import ResourceGather


def _take_or_zeros(params: Any, indices: Any, axis: int) -> Any:
    """`params` at `indices` along `axis`; zeros for an index out of range, as on TF's GPUs."""
    limit = params.shape[axis]
    shape = (*params.shape[:axis], *indices.shape, *params.shape[axis + 1:])
    if not limit:
        return params.new_zeros(shape)
    flat = indices.reshape(-1)
    safe = flat.clamp(0, limit - 1)
    taken = params.index_select(axis, safe)
    outside = (safe != flat).reshape((-1,) + (1,) * (params.ndim - axis - 1))
    return taken.masked_fill_(outside, 0).reshape(shape)


@Gather.kernel("torch")
def gather_v1_kernel(params, indices):
    return _take_or_zeros(params, indices, 0)


@GatherV2.kernel("torch")
def gather_kernel(params, indices, axis, *, xp, batch_dims):
    if batch_dims:
        return gather_v2_kernel(params, indices, axis, xp=xp, batch_dims=batch_dims)
    return _take_or_zeros(params, indices, checked_axis(params, axis))


@ResourceGather.kernel("torch")
def resource_gather_kernel(resource, indices, *, xp, batch_dims):
    return gather_kernel(resource.value, indices, batch_dims, xp=xp, batch_dims=batch_dims)
