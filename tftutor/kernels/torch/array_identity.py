"""Bitcast on torch."""

from __future__ import annotations

from tftutor.ops.array_identity import Bitcast, bitcast_view


@Bitcast.kernel("torch")
def bitcast_kernel(input, *, xp, T, type):
    return bitcast_view(input.contiguous(), T, type, xp)
