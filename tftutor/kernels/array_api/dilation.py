"""Grey-scale dilation on any array library: one pass for each place in the window."""

from __future__ import annotations

import math
from typing import Any

from tftutor.kernels.array_api.windows import lowest, outputs, padded, places, unpadded
from tftutor.kernels.window_geometry import room
from tftutor.ops.nn_dilation import Dilation2D, Dilation2DBackpropFilter, Dilation2DBackpropInput
from tftutor.ops.nn_window import Window, runtime_window


def _windows(image: Any, kernel: Any, strides: Any, rates: Any, padding: str) -> list[Window]:
    return [runtime_window(image.shape[axis], kernel.shape[axis - 1], strides[axis], rates[axis],
                           padding) for axis in (1, 2)]


def _scan(image: Any, kernel: Any, windows: Any, xp: Any) -> tuple[Any, Any]:
    """(maxima, number of the place that gave each)."""
    shape = outputs(image.shape[0], windows, image.shape[3])
    best = xp.full(shape, lowest(image.dtype, xp), dtype=image.dtype)
    winner = xp.zeros(shape, dtype=xp.int64)
    if math.prod(shape) == 0:
        return best, winner
    source = padded(image, windows, xp, lowest(image.dtype, xp))
    taps = xp.reshape(kernel, (-1, kernel.shape[2]))
    for number, place in enumerate(places(windows)):
        value = source[place] + taps[number, :]
        better = value > best
        best = xp.where(better, value, best)
        winner = xp.where(better, xp.full((), number, dtype=xp.int64), winner)
    return best, winner


@Dilation2D.kernel()
def dilation2d_kernel(input, filter, *, xp, strides, rates, padding):
    return _scan(input, filter, _windows(input, filter, strides, rates, padding), xp)[0]


def _shares(grad: Any, winner: Any, count: int, xp: Any) -> list[Any]:
    """For each place, `grad` where that place has won."""
    return [xp.where(winner == number, grad, xp.zeros_like(grad)) for number in range(count)]


@Dilation2DBackpropInput.kernel()
def dilation2d_backprop_input_kernel(input, filter, out_backprop, *, xp, strides, rates, padding):
    windows = _windows(input, filter, strides, rates, padding)
    _, winner = _scan(input, filter, windows, xp)
    lengths = input.shape[1:3]
    result = xp.zeros((input.shape[0], *room(lengths, windows), input.shape[3]),
                      dtype=input.dtype)
    if math.prod(winner.shape):
        where = places(windows)
        for place, share in zip(where, _shares(out_backprop, winner, len(where), xp), strict=True):
            result[place] += share
    return unpadded(result, lengths, windows)


@Dilation2DBackpropFilter.kernel()
def dilation2d_backprop_filter_kernel(input, filter, out_backprop, *, xp, strides, rates, padding):
    windows = _windows(input, filter, strides, rates, padding)
    _, winner = _scan(input, filter, windows, xp)
    count = filter.shape[0] * filter.shape[1]
    shares = [xp.sum(share, axis=(0, 1, 2), dtype=filter.dtype)
              for share in _shares(out_backprop, winner, count, xp)]
    return xp.reshape(xp.stack(shares), filter.shape)
