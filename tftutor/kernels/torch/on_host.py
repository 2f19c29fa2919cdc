"""What torch does for the host otherwise than for its own devices. These take NumPy's arrays.

A max pooling leaves the places of its maxima to its gradient, and spares that a second search.
Adam changes variables in place when nobody else holds their values: its time is that of the memory.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from tftutor import errors
from tftutor.backends.torch_on_cpu import lent
from tftutor.kernels.torch import pool
from tftutor.kernels.torch.windows import channels_first, from_channels_first
from tftutor.kernels.window_geometry import is_over_depth, pool_windows
from tftutor.ops.nn_window import Window

# torch divides the means by 1 - beta ** step: by 1 so late. The correction is in TensorFlow's rate.
_LATE = torch.tensor(1e12)
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


def apply_adam(var: Any, m: Any, v: Any, beta1_power: Any, beta2_power: Any, lr: Any, beta1: Any,
               beta2: Any, epsilon: Any, grad: np.ndarray) -> Any:
    """Update the three variables by torch's fused Adam; NumPy's kernel does what isn't plain.

    Raises: tf.errors.FailedPreconditionError, tf.errors.InvalidArgumentError for what isn't.
    """
    cells = var, m, v
    if not all(cell.is_initialized for cell in cells):
        raise errors.FailedPreconditionError(None, None, "a variable has no value")
    with var.lock:
        state = [cell.exclusive_array() for cell in cells]
        if not beta1 < 1 or not beta2 < 1 or any(
                a.shape != grad.shape or not a.flags.c_contiguous for a in (*state, grad)):
            raise errors.InvalidArgumentError(None, None, "no arrays of one shape and order")
        rate = lr * np.sqrt(1 - beta2_power) / (1 - beta1_power)
        new_var, new_m, new_v = ([lent(array)] for array in state)
        torch._fused_adam_(new_var, [lent(grad)], new_m, new_v, [], [_LATE], lr=float(rate),
                           beta1=float(beta1), beta2=float(beta2), weight_decay=0.0,
                           eps=float(epsilon), amsgrad=False, maximize=False)
        for cell, array in zip(cells, state, strict=True):
            cell.commit_array(array)
    return var


# op type -> the function and the attributes that it asks for
HOST_KERNELS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "ApplyAdam": (apply_adam, ()), "ResourceApplyAdam": (apply_adam, ()),
    "MaxPool": (max_pool, ("ksize", "strides", "padding", "data_format")),
    "MaxPoolGrad": (max_pool_grad, ("ksize", "strides", "padding", "data_format")),
}
