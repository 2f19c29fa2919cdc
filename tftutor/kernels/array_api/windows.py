"""Windows over arrays of any library: padding, and a view for each place in the window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from tftutor.kernels.window_geometry import inner, taps
from tftutor.ops.nn_window import Window, is_channels_first

Place = tuple[Any, ...]


def channels_last(array: Any, data_format: str, xp: Any) -> Any:
    """An activation array with the channels at the end."""
    return xp.moveaxis(array, 1, -1) if is_channels_first(data_format) else array


def from_channels_last(array: Any, data_format: str, xp: Any) -> Any:
    """`array`, made with channels at the end, in the order of the data format."""
    return xp.moveaxis(array, -1, 1) if is_channels_first(data_format) else array


def padded(x: Any, windows: Sequence[Window], xp: Any, fill: float = 0) -> Any:
    """`x` [batch, *lengths, channels] with the windows' padding around, or `x` itself."""
    if not any(w.before or w.after for w in windows):
        return x
    lengths = x.shape[1:-1]
    shape = (x.shape[0], *(n + w.before + w.after for n, w in zip(lengths, windows, strict=True)),
             x.shape[-1])
    result = xp.full(shape, fill, dtype=x.dtype)
    result[inner(lengths, windows) + (...,)] = x
    return result


def places(windows: Sequence[Window]) -> list[Place]:
    """`taps`, for arrays of any rank."""
    return [(*place, ...) for place in taps(windows)]


def unpadded(x: Any, lengths: Sequence[int], windows: Sequence[Window]) -> Any:
    """The part of a padded array that isn't padding."""
    return x[inner(lengths, windows) + (...,)]


def outputs(batch: int, windows: Sequence[Window], *channels: int) -> tuple[int, ...]:
    """The shape of one result for each window."""
    return (batch, *(w.outputs for w in windows), *channels)


def lowest(dtype: Any, xp: Any) -> Any:
    """What no value of that type is below."""
    return -math.inf if xp.isdtype(dtype, "real floating") else xp.iinfo(dtype).min
