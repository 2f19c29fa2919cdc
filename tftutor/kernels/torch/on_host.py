"""What torch does for the host otherwise than for its own devices. These take NumPy's arrays.

A max pooling leaves the places of its maxima to its gradient, and spares that a second search. The
gradient of a Relu before it is known already from the maxima, of which there are fewer.
Adam changes variables in place when nobody else holds their values: its time is that of the memory.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from tftutor import errors
from tftutor.backends.torch_on_cpu import call, lent
from tftutor.kernels.torch import activation, pool
from tftutor.kernels.torch.windows import channels_first, from_channels_first
from tftutor.kernels.window_geometry import is_over_depth, pool_windows
from tftutor.ops.nn_bias import check_bias
from tftutor.ops.nn_window import Window, channel_axis

# torch.matmul doesn't use oneDNN for single precision. This does; TorchInductor's code calls it.
_linear = getattr(torch.ops.mkldnn, "_linear_pointwise", None) \
    if torch.backends.mkldnn.is_available() else None
# torch divides the means by 1 - beta ** step: by 1 so late. The correction is in TensorFlow's rate.
_LATE = torch.tensor(1e12)
_Reference = weakref.ref[np.ndarray]
# By the id of the maxima: what they were found in, by which windows, and where.
_found: dict[int, tuple[_Reference, _Reference, list[Window], torch.Tensor]] = {}


# By the id of a gradient: itself, and the features behind whose Relu it is already.
_masked: dict[int, tuple[_Reference, _Reference]] = {}


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


def masked_max_pool_grad(x: np.ndarray, maxima: np.ndarray, grad: np.ndarray, **attributes: Any
                         ) -> np.ndarray:
    """`max_pool_grad` without what the gradient of a Relu that made `x` would take away.

    It lets through what goes to positive features: to positive maxima.
    """
    let_through = torch.ops.aten.threshold_backward(lent(grad), lent(maxima), 0)
    result = max_pool_grad(x, maxima, let_through.numpy(), **attributes)
    key = id(result)
    forget = weakref.ref(result, lambda _: _masked.pop(key, None))
    _masked[key] = forget, weakref.ref(x)
    return result


def _is_masked(gradients: np.ndarray, features: np.ndarray) -> bool:
    found = _masked.get(id(gradients))
    return found is not None and found[0]() is gradients and found[1]() is features


def relu_grad_in_place(gradients: np.ndarray, features: np.ndarray) -> np.ndarray:
    """`gradients` where the features are positive."""
    return gradients if _is_masked(gradients, features) else _mask(gradients, features)


def _overwriting(function: Callable[..., Any], plain: Callable[..., Any]) -> Callable[..., Any]:
    """A kernel that lets `function(*tensors, **keywords)` change its first array."""

    def kernel(target: np.ndarray, *others: np.ndarray, **keywords: Any) -> np.ndarray:
        if not target.flags.c_contiguous or not target.flags.writeable:
            return call(plain, (target, *others), keywords)
        function(lent(target), *map(lent, others), **keywords)
        return target

    return kernel


def _add_bias(value: torch.Tensor, bias: torch.Tensor, *, data_format: str) -> None:
    axis = channel_axis(data_format, value.ndim)
    check_bias(value, bias, axis, 2)
    value.add_(bias.reshape(-1, *[1] * (value.ndim - 1 - axis)))


def _mask_gradients(gradients: torch.Tensor, features: torch.Tensor) -> None:
    torch.ops.aten.threshold_backward(gradients, features, 0, grad_input=gradients)


_mask = _overwriting(_mask_gradients, activation.relu_grad_kernel)


def matmul(a: np.ndarray, b: np.ndarray, *, transpose_a: bool, transpose_b: bool) -> np.ndarray:
    """The product by oneDNN, as a linear layer. Raises: tf.errors.UnimplementedError without it."""
    x, y = lent(a), lent(b)
    x, weight = x.t() if transpose_a else x, y if transpose_b else y.t()
    if _linear is None or x.shape[1] != weight.shape[1]:
        raise errors.UnimplementedError(None, None, "no product by oneDNN")
    return _linear(x, weight, None, "none", [], "").numpy()


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
    "MatMul": (matmul, ("transpose_a", "transpose_b")),
    "ApplyAdam": (apply_adam, ()), "ResourceApplyAdam": (apply_adam, ()),
    "MaxPool": (max_pool, ("ksize", "strides", "padding", "data_format")),
    "MaxPoolGrad": (max_pool_grad, ("ksize", "strides", "padding", "data_format")),
}
# The same for those that may write over their first array.
OVERWRITING_KERNELS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "BiasAdd": (_overwriting(_add_bias, activation.bias_add_kernel), ("data_format",)),
    "Relu": (_overwriting(torch.relu_, activation.relu_kernel), ()),
    "ReluGrad": (relu_grad_in_place, ()),
}
# The same for those whose result goes through the gradient of a Relu and nowhere else.
MASKING_KERNELS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "MaxPoolGrad": (masked_max_pool_grad, ("ksize", "strides", "padding", "data_format")),
}
