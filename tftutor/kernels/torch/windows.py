"""TensorFlow's arrays as torch's convolutions and poolings want them, and back.

torch writes [batch, channels, *lengths]. An array with the channels at the end becomes that by a
view, and torch takes such a view (it calls the order in memory "channels_last") without a copy and
answers in the same order. So nothing is copied here unless padding differs at the two ends, which
torch has no word for.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from tftutor.ops.nn_window import Window, is_channels_first


def channels_first(array: Tensor, data_format: str) -> Tensor:
    """A view of an activation array with the channels behind the batch."""
    return array if is_channels_first(data_format) else array.movedim(-1, 1)


def from_channels_first(array: Tensor, data_format: str) -> Tensor:
    """`array`, made with the channels behind the batch, in the order of the data format."""
    if not is_channels_first(data_format):
        array = array.movedim(1, -1)
    return array.contiguous()


def filter_view(kernel: Tensor) -> Tensor:
    """A view [out, in, *sizes] of a filter [*sizes, in, out]."""
    depth = kernel.ndim - 2
    return kernel.permute(depth + 1, depth, *range(depth))


def from_filter_view(kernel: Tensor) -> Tensor:
    """A filter [*sizes, in, out] from what torch calls a weight."""
    return kernel.permute(*range(2, kernel.ndim), 1, 0).contiguous()


def is_even(windows: Sequence[Window]) -> bool:
    """True when the padding is the same at both ends of every axis, and never negative."""
    return all(w.before == w.after >= 0 for w in windows)


def padded(x: Tensor, windows: Sequence[Window], fill: float = 0.0) -> Tensor:
    """`x` [batch, channels, *lengths] with the windows' padding around."""
    if not any(w.before or w.after for w in windows):
        return x
    ends = [n for w in reversed(windows) for n in (w.before, w.after)]
    return torch.nn.functional.pad(x, ends, value=fill)


def unpadded(x: Tensor, lengths: Sequence[int], windows: Sequence[Window]) -> Tensor:
    """The view of a padded array without its padding."""
    for axis, (n, w) in enumerate(zip(lengths, windows, strict=True), start=2):
        x = x.narrow(axis, w.before, n)
    return x
