"""Bitcast on CuPy."""

from __future__ import annotations

from tftutor.ops.array_identity import Bitcast, bitcast_view


@Bitcast.kernel("cupy")
def bitcast_kernel(input, *, xp, T, type):
    return bitcast_view(xp.ascontiguousarray(input).reshape(input.shape), T, type, xp)
