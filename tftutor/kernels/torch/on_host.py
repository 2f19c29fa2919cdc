"""What torch does for the host otherwise than for its own devices. These take NumPy's arrays.

A max pooling leaves the places of its maxima to its gradient, and spares that a second search.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from tftutor.backends.torch_on_cpu import lent
from tftutor.kernels.torch import pool
from tftutor.kernels.torch.windows import channels_first, from_channels_first
from tftutor.kernels.window_geometry import is_over_depth, pool_windows
from tftutor.ops.nn_window import Window

_Reference = weakref.ref[np.ndarray]
# By the id of the maxima: what they were found in, by which windows, and where.
_found: dict[int, tuple[_Reference, _Reference, list[Window], torch.Tensor]] = {}


def _remember(x: np.ndarray, maxima: np.ndarray, windows: list[Window], places: torch.Tensor
              ) -> None:
    """Keep the places for as long as somebody holds the maxima."""
    key = id(maxima)
    forget = weakref.ref(maxima, lambda _: _found.pop(key, None))
    _found[key] = weakref.ref(x), forget, windows, places


def _recall(x: np.ndarray, maxima: np.ndarray, windows: list[Window]) -> torch.Tensor | None:
    if id(maxima) not in _found:
        return None
    source, result, same, places = _found[id(maxima)]
    return places if source() is x and result() is maxima and same == windows else None


def max_pool(x: np.ndarray, *, ksize: Any, strides: Any, padding: str, data_format: str
             ) -> np.ndarray:
    """The maxima of the windows."""
    if is_over_depth(x.shape, ksize, data_format):
        return pool.max_pool_kernel(lent(x), ksize=ksize, strides=strides, padding=padding,
                                    data_format=data_format).numpy()
    windows = pool_windows(x.shape, ksize, strides, padding, data_format)
    image = channels_first(lent(x), data_format)
    maxima, places = pool.maxima_of(image, windows)
    result = from_channels_first(maxima, data_format).numpy()
    _remember(x, result, windows, places)
    return result


def max_pool_grad(x: np.ndarray, maxima: np.ndarray, grad: np.ndarray, *, ksize: Any, strides: Any,
                  padding: str, data_format: str) -> np.ndarray:
    """`grad` moved to where each window has its first maximum."""
    windows = pool_windows(x.shape, ksize, strides, padding, data_format)
    image, back = (channels_first(lent(a), data_format) for a in (x, grad))
    places = _recall(x, maxima, windows)
    if places is None:
        _, places = pool.maxima_of(image, windows)
    result = pool.max_grad(image, back, places, windows)
    return from_channels_first(result, data_format).numpy()


# op type -> the function and the attributes that it asks for
HOST_KERNELS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "MaxPool": (max_pool, ("ksize", "strides", "padding", "data_format")),
    "MaxPoolGrad": (max_pool_grad, ("ksize", "strides", "padding", "data_format")),
}
