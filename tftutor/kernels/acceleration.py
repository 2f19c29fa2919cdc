"""Which operations of the host go through torch, and from which size on.

The size of an operation follows from its inputs alone, so that a program computes with the same
library, and gets the same numbers, each time it runs. Convolutions load torch when they are big
enough to be worth its import. Other operations use it in plans in which a convolution has done so
(`follows`), and never load it.

Measured: docs/decisions/0012-torch-on-the-cpu.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from tftutor import errors
from tftutor.backends import blas, torch_on_cpu
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
    follows: only in a plan that has used torch for something else before.
    """

    size: Callable[[Operation, Arrays], int]
    least: int
    follows: bool


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


def _matrix_products(op: Operation, inputs: Arrays) -> int:
    a, b = inputs
    if a.dtype.char != "f" or a.ndim != 2 or b.ndim != 2:
        return 0
    return a.size * b.shape[0 if op._attrs["transpose_b"] else 1]


def _updated(op: Operation, inputs: Arrays) -> int:
    """The size of the gradient, which comes last."""
    return 0 if op._attrs["use_nesterov"] else _elements(op, inputs[-1:])


_follower = Accelerated(_elements, _ELEMENTS, True)
_forward = Accelerated(_forward_products, _PRODUCTS, False)
_input_grad = Accelerated(_input_grad_products, _PRODUCTS, False)
_filter_grad = Accelerated(_filter_grad_products, _PRODUCTS, False)
_update = Accelerated(_updated, _ELEMENTS, True)

ACCELERATED = {
    "Conv2D": _forward, "Conv2DBackpropInput": _input_grad, "Conv2DBackpropFilter": _filter_grad,
    "Conv3D": _forward, "Conv3DBackpropInputV2": _input_grad,
    "Conv3DBackpropFilterV2": _filter_grad,
    "DepthwiseConv2dNative": Accelerated(_forward_taps, _TAPS, False),
    "DepthwiseConv2dNativeBackpropInput": Accelerated(_input_grad_taps, _TAPS, False),
    "DepthwiseConv2dNativeBackpropFilter": Accelerated(_filter_grad_taps, _TAPS, False),
    "Relu": _follower, "ReluGrad": Accelerated(_elements_of_equal, _ELEMENTS, True),
    "BiasAdd": _follower, "BiasAddGrad": _follower,
    "MatMul": Accelerated(_matrix_products, _PRODUCTS, True),
    "ApplyAdam": _update, "ResourceApplyAdam": _update,
    "MaxPool": _follower, "MaxPoolGrad": _follower, "AvgPool": _follower, "AvgPoolGrad": _follower,
}

# With torch these can write their result over their first input ...
OVERWRITING = frozenset({"BiasAdd", "Relu", "ReluGrad"})
# ... which one of these has made, so that nobody else holds it.
MAKING_ARRAYS = frozenset({"Conv2D", "Conv3D", "DepthwiseConv2dNative", "Conv2DBackpropInput",
                           "BiasAdd", "MaxPoolGrad"})


# -- kernels --------------------------------------------------------------------------------------

class Acceleration:
    """torch in one plan: it is used by operations that are big enough, or that follow these."""

    def __init__(self) -> None:
        self._may_follow = False
        self._is_used = False

    def kernel(self, op: Operation, function: Callable[..., Any], keywords: dict[str, Any],
               may_overwrite: bool = False, user: Operation | None = None
               ) -> Callable[..., Any] | None:
        """`function(*inputs, **keywords)`, a kernel for NumPy, with torch for big inputs.

        torch `may_overwrite` the first of them; `user`, if there is one, alone sees the result.
        Returns None where torch can't come into question.
        """
        if not torch_on_cpu.may_be_used() or not _is_own(op):
            return None
        size, least, follows = ACCELERATED[op.type]
        if follows and not self._may_follow:  # nothing before it might load torch
            return None
        self._may_follow = True
        may_overwrite = may_overwrite and _is_own(op._inputs[0].op)
        may_mask = user is not None and _is_masked_by(op, user)
        faster: list[Callable[..., Any]] = []  # once it is asked for

        def kernel(*inputs: Any) -> Any:
            if (follows and not self._is_used or size(op, inputs) < least
                    or not torch_on_cpu.is_ready()):
                return function(*inputs, **keywords)
            self._is_used = True
            if not faster:
                faster.append(_torch_kernel(op, may_overwrite, may_mask))
            torch_on_cpu.set_threads()
            try:
                return faster[0](inputs)
            except errors.OpError:  # inputs that don't fit: NumPy's kernels have the CPU's words
                return function(*inputs, **keywords)
            finally:
                blas.other_threads_ran()

        return kernel


def _is_own(op: Operation) -> bool:
    """False while a student's kernel stands in for the operation's."""
    definition = op._op_def
    return definition.binder is not None or bool(definition.library_kernels)


def _is_masked_by(op: Operation, user: Operation) -> bool:
    """True for the gradient of a max pooling that goes into that of the Relu before the pooling."""
    return (op.type == "MaxPoolGrad" and user.type == "ReluGrad" and _is_own(user)
            and user._inputs[0].op is op and user._inputs[1] is op._inputs[0])


def _torch_kernel(op: Operation, may_overwrite: bool = False, may_mask: bool = False
                  ) -> Callable[[Arrays], Any]:
    """A function of the list of inputs."""
    load_kernels("torch")
    from tftutor.kernels.torch.on_host import HOST_KERNELS, MASKING_KERNELS, OVERWRITING_KERNELS

    kernels = (MASKING_KERNELS if may_mask else OVERWRITING_KERNELS if may_overwrite
               else HOST_KERNELS)
    own = kernels.get(op.type)
    function, params = own or op._op_def.library_kernels["torch"]
    keywords = {param: plain_attr(op._attrs[param]) for param in params}
    if own:
        return lambda inputs: function(*inputs, **keywords)
    return lambda inputs: torch_on_cpu.call(function, inputs, keywords)
