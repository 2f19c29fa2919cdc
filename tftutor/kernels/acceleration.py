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

from tftutor.backends import torch_on_cpu
from tftutor.framework.attr_values import plain_attr
from tftutor.framework.operation import Operation
from tftutor.kernels import load_kernels
from tftutor.ops.nn_window import channel_axis, spatial

Arrays = Sequence[Any]

_MULTIPLICATIONS = 1 << 24  # NumPy takes about a tenth of a millisecond for them
_ELEMENTS = 1 << 17


class Accelerated(NamedTuple):
    """When torch computes an operation type.

    size: what counts of the inputs, given the node; 0 for inputs that torch isn't given.
    least: from this size on.
    loads: whether such an operation is reason enough to import torch.
    """

    size: Callable[[Operation, Arrays], int]
    least: int
    loads: bool


def _positions(op: Operation, image: Any) -> int:
    """About how many places the windows have in `image`."""
    strides = plain_attr(op._attrs["strides"])
    data_format = plain_attr(op._attrs["data_format"])
    channels = image.shape[channel_axis(data_format, image.ndim)]
    return image.size // max(1, channels * math.prod(spatial(strides, data_format)))


def _fits(op: Operation, image: Any) -> bool:
    return image.dtype.kind == "f" and image.ndim == len(op._attrs["strides"])


def _forward_products(op: Operation, inputs: Arrays) -> int:
    image, kernel = inputs
    if not _fits(op, image) or kernel.ndim != image.ndim:
        return 0
    channels = image.shape[channel_axis(plain_attr(op._attrs["data_format"]), image.ndim)]
    if channels != kernel.shape[-2]:  # groups, which TensorFlow's CPU kernels refuse
        return 0
    return _positions(op, image) * kernel.size


def _input_grad_products(op: Operation, inputs: Arrays) -> int:
    sizes, kernel, grad = inputs
    if not _fits(op, grad) or sizes.size != grad.ndim or kernel.ndim != grad.ndim:
        return 0
    if kernel.shape[-2] <= 2:  # torch is slower: it computes as if there were a dozen channels
        return 0
    return grad.size * (kernel.size // max(1, kernel.shape[-1]))


def _filter_grad_products(op: Operation, inputs: Arrays) -> int:
    image, sizes, grad = inputs
    if not _fits(op, grad) or sizes.size != grad.ndim or image.ndim != grad.ndim:
        return 0
    return grad.size * math.prod(sizes.tolist()[:-1])


def _elements(_: Operation, inputs: Arrays) -> int:
    big = inputs[0]
    return big.size if big.dtype.kind == "f" and big.ndim else 0


def _elements_of_equal(_: Operation, inputs: Arrays) -> int:
    a, b = inputs
    return a.size if a.dtype.kind == "f" and a.shape == b.shape and a.ndim else 0


_forward = Accelerated(_forward_products, _MULTIPLICATIONS, True)
_input_grad = Accelerated(_input_grad_products, _MULTIPLICATIONS, True)
_filter_grad = Accelerated(_filter_grad_products, _MULTIPLICATIONS, True)
_follower = Accelerated(_elements, _ELEMENTS, False)

ACCELERATED = {
    "Conv2D": _forward, "Conv2DBackpropInput": _input_grad, "Conv2DBackpropFilter": _filter_grad,
    "Conv3D": _forward, "Conv3DBackpropInputV2": _input_grad,
    "Conv3DBackpropFilterV2": _filter_grad,
    "Relu": _follower, "ReluGrad": Accelerated(_elements_of_equal, _ELEMENTS, False),
    "BiasAdd": _follower, "MaxPool": _follower, "MaxPoolGrad": _follower,
}


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
        return torch_on_cpu.call(found[0], inputs, found[1])

    return kernel


def _is_own(op: Operation) -> bool:
    """False while a student's kernel stands in for the operation's."""
    definition = op._op_def
    return definition.binder is not None or bool(definition.library_kernels)


def _torch_kernel(op: Operation) -> tuple[Callable[..., Any], dict[str, Any]]:
    load_kernels("torch")
    function, params = op._op_def.library_kernels["torch"]
    return function, {param: plain_attr(op._attrs[param]) for param in params}
