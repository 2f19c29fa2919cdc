"""ExtractImagePatches on any array library: rows, then columns, taken by number."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor.backends.host_copies import in_library
from tftutor.ops.image_patches import ExtractImagePatches
from tftutor.ops.nn_window import Window, runtime_window


def _windowed(images: Any, axis: int, window: Window, xp: Any) -> Any:
    """The axis as two: the window's positions, and the places in it; zeros outside the image."""
    length = images.shape[axis]
    numbers = (np.arange(window.outputs)[:, None] * window.stride
               + np.arange(window.size) * window.dilation - window.before)
    inside = (numbers >= 0) & (numbers < length)
    taken = xp.take(images, in_library(np.where(inside, numbers, 0).reshape(-1), xp), axis=axis)
    shape = (*images.shape[:axis], *numbers.shape, *images.shape[axis + 1:])
    mask = in_library(inside.reshape(*inside.shape, *(1,) * (images.ndim - axis - 1)), xp)
    return xp.where(mask, xp.reshape(taken, shape), xp.zeros((), dtype=images.dtype))


@ExtractImagePatches.kernel()
def extract_image_patches_kernel(images, *, xp, ksizes, strides, rates, padding):
    rows, cols = (runtime_window(images.shape[axis], ksizes[axis], strides[axis], rates[axis],
                                 padding) for axis in (1, 2))
    out = _windowed(_windowed(images, 2, cols, xp), 1, rows, xp)  # [batch, y, dy, x, dx, depth]
    batch, _, _, _, _, depth = out.shape
    return xp.reshape(xp.permute_dims(out, (0, 1, 3, 2, 4, 5)),
                      (batch, rows.outputs, cols.outputs, rows.size * cols.size * depth))
