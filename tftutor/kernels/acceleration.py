"""Which operations of the host go through torch, and from which size on.

The size of an operation follows from its inputs alone, so that a program computes with the same
library, and gets the same numbers, each time it runs. Convolutions load torch when they are big
enough to be worth its import. What gives the same bits in both libraries (`_follower`) uses torch
once it is there, and never loads it.

Measured: docs/decisions/0009-torch-on-the-cpu.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from tftutor import errors
from tftutor.backends import torch_on_cpu
from tftutor.framework.attr_values import plain_attr
from tftutor.framework.operation import Operation
from tftutor.kernels import load_kernels
from tftutor.ops.nn_window import channel_axis, spatial

Arrays = Sequence[Any]

# From how much on. NumPy takes about a tenth of a millisecond for so many multiplications in matrix
# products, and for so many done one filter tap at a time.
_PRODUCTS = 1 << 24
_TAPS = 1 << 20
_ELEMENTS = 1 << 17
# NumPy multiplies half-precision matrices without BLAS, ...
_WEIGHT = {np.dtype(np.float32): 1, np.dtype(np.float16): 16}
# ... and torch double-precision ones without oneDNN: those stay with NumPy.


class Accelerated(NamedTuple):
    """When torch computes an operation type.

    size: what counts of the inputs, given the node; 0 for inputs that torch isn't given.
    least: from this size on.
    loads: whether such an operation is reason enough to import torch.
    """

    size: Callable[[Operation, Arrays], int]
    least: int
    loads: bool


# -- sizes ----------------------------------------------------------------------------------------

def _depth(op: Operation, shape: Sequence[int]) -> int:
    """The channels of an activation array."""
    return shape[channel_axis(plain_attr(op._attrs["data_format"]), len(shape))]


def _weight(op: Operation, *arrays: Any) -> int:
    """What one multiplication counts; 0 when an array isn't of the rank that the op takes."""
    rank = len(op._attrs["strides"])
    return _WEIGHT.get(arrays[0].dtype, 0) if all(a.ndim == rank for a in arrays) else 0


def _forward_products(op: Operation, inputs: Arrays) -> int:
    image, kernel = inputs
    weight = _weight(op, image, kernel)
    if not weight or _depth(op, image.shape) != kernel.shape[-2]:
        return 0  # also for groups of channels, which TensorFlow's CPU kernels refuse
    steps = spatial(plain_attr(op._attrs["strides"]), plain_attr(op._attrs["data_format"]))
    positions = image.size // max(1, kernel.shape[-2] * math.prod(steps))
    return weight * positions * kernel.size


def _input_grad_products(op: Operation, inputs: Arrays) -> int:
    sizes, kernel, grad = inputs
    weight = _weight(op, kernel, grad)
    if not weight or kernel.shape[-2] == 1:  # oneDNN computes as if there were a dozen channels
        return 0
    return weight * grad.size * (kernel.size // max(1, kernel.shape[-1]))


def _filter_grad_products(op: Operation, inputs: Arrays) -> int:
    image, sizes, grad = inputs
    return _weight(op, image, grad) * grad.size * math.prod(sizes.tolist()[:-1])


def _forward_taps(op: Operation, inputs: Arrays) -> int:
    image, kernel = inputs
    weight = _weight(op, image, kernel)
    steps = spatial(plain_attr(op._attrs["strides"]), plain_attr(op._attrs["data_format"]))
    return weight * image.size // math.prod(steps) * (kernel.size // max(1, kernel.shape[2])) \
        if weight else 0


def _input_grad_taps(op: Operation, inputs: Arrays) -> int:
    _, kernel, grad = inputs
    weight = _weight(op, kernel, grad)
    return weight * grad.size * math.prod(kernel.shape[:2]) if weight else 0


def _filter_grad_taps(op: Operation, inputs: Arrays) -> int:
    image, sizes, grad = inputs
    return _weight(op, image, grad) * grad.size * math.prod(sizes.tolist()[:2])


def _elements(_: Operation, inputs: Arrays) -> int:
    """The size of the first array of single or double precision."""
    for array in inputs:
        if array.dtype.char in "fd":
            return array.size if array.ndim else 0
    return 0


def _elements_of_equal(_: Operation, inputs: Arrays) -> int:
    a, b = inputs
    return a.size if a.dtype.char in "fd" and a.shape == b.shape and a.ndim else 0


def _elements_in_tiles(op: Operation, inputs: Arrays) -> int:
    """Where windows overlap, torch adds up their shares in another order: not the same bits."""
    tiles = all(size <= step for size, step in zip(
        plain_attr(op._attrs["ksize"]), plain_attr(op._attrs["strides"]), strict=True))
    return _elements(op, inputs) if tiles else 0


_follower = Accelerated(_elements, _ELEMENTS, False)
_forward = Accelerated(_forward_products, _PRODUCTS, True)
_input_grad = Accelerated(_input_grad_products, _PRODUCTS, True)
_filter_grad = Accelerated(_filter_grad_products, _PRODUCTS, True)

ACCELERATED = {
    "Conv2D": _forward, "Conv2DBackpropInput": _input_grad, "Conv2DBackpropFilter": _filter_grad,
    "Conv3D": _forward, "Conv3DBackpropInputV2": _input_grad,
    "Conv3DBackpropFilterV2": _filter_grad,
    "DepthwiseConv2dNative": Accelerated(_forward_taps, _TAPS, True),
    "DepthwiseConv2dNativeBackpropInput": Accelerated(_input_grad_taps, _TAPS, True),
    "DepthwiseConv2dNativeBackpropFilter": Accelerated(_filter_grad_taps, _TAPS, True),
    "Relu": _follower, "ReluGrad": Accelerated(_elements_of_equal, _ELEMENTS, False),
    "BiasAdd": _follower, "MaxPool": _follower, "AvgPool": _follower,
    "MaxPoolGrad": Accelerated(_elements_in_tiles, _ELEMENTS, False),
    "AvgPoolGrad": Accelerated(_elements_in_tiles, _ELEMENTS, False),
}


# -- kernels --------------------------------------------------------------------------------------

def accelerated(op: Operation, function: Callable[..., Any], keywords: dict[str, Any]
                ) -> Callable[..., Any] | None:
    """`function(*inputs, **keywords)`, a kernel for NumPy, with torch for big inputs.

    Returns None where torch can't come into question.
    """
    rule = ACCELERATED[op.type]
    if not torch_on_cpu.may_be_used() or not _is_own(op):
        return None
    size, least = rule.size, rule.least
    is_there = torch_on_cpu.is_ready if rule.loads else torch_on_cpu.is_loaded
    found: list[Any] = []  # the kernel for torch and its keywords, once they are asked for

    def kernel(*inputs: Any) -> Any:
        if size(op, inputs) < least or not is_there():
            return function(*inputs, **keywords)
        if not found:
            found.extend(_torch_kernel(op))
        try:
            return torch_on_cpu.call(found[0], inputs, found[1])
        except errors.OpError:  # inputs that don't fit: NumPy's kernels have the CPU's words
            return function(*inputs, **keywords)

    return kernel


def _is_own(op: Operation) -> bool:
    """False while a student's kernel stands in for the operation's."""
    definition = op._op_def
    return definition.binder is not None or bool(definition.library_kernels)


def _torch_kernel(op: Operation) -> tuple[Callable[..., Any], dict[str, Any]]:
    load_kernels("torch")
    function, params = op._op_def.library_kernels["torch"]
    return function, {param: plain_attr(op._attrs[param]) for param in params}
