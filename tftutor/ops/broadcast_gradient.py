"""Gradients of broadcasting ops: what was stretched in the forward pass is summed up again.

    z = x + y        x: [3], y: [2, 3]      grad: [2, 3]
    dx = reshape(reduce_sum(grad, [0]), [3])

Which dimensions to sum is computed by a BroadcastGradientArgs node from the shapes of x and y.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from tftutor.framework import dtypes
from tftutor.framework.api import exported
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.op_def import OpDef, get_op_def
from tftutor.framework.operation import Tensor

BroadcastGradientArgs = OpDef(
    "BroadcastGradientArgs", inputs=("s0: T", "s1: T"), outputs=("r0: T", "r1: T"),
    attrs=("T: {int32, int64} = DT_INT32",),
    doc="Which dimensions of a broadcast result to sum for the gradient of each operand.")
BroadcastArgs = OpDef("BroadcastArgs", inputs=("s0: T", "s1: T"), outputs=("r0: T",),
                      attrs=("T: {int32, int64} = DT_INT32",),
                      doc="The shape that two broadcasting shapes give.")

Thunk = Callable[[], Any]

# Shape pairs whose reduction dimensions a graph knows already: one node serves all gradients.
_known_args: weakref.WeakKeyDictionary[Any, dict[Any, Any]] = weakref.WeakKeyDictionary()


def reduction_dims(s0: Any, s1: Any) -> tuple[list[int], list[int]]:
    """The dimensions of the broadcast result along which each operand was stretched.

    A dimension of size 1 in both is listed for both (summing it is harmless), as in TF, unless
    the two shapes are equal.
    """
    a, b = [int(d) for d in s0], [int(d) for d in s1]
    if a == b:
        return [], []
    rank = max(len(a), len(b))
    a = [1] * (rank - len(a)) + a
    b = [1] * (rank - len(b)) + b
    return ([i for i in range(rank) if a[i] == 1],
            [i for i in range(rank) if b[i] == 1])


@BroadcastGradientArgs.shape
def broadcast_gradient_args_shape(c: Any) -> None:
    c.with_rank(c.input(0), 1)
    c.with_rank(c.input(1), 1)
    c.set_outputs((None,), (None,))


BroadcastGradientArgs.not_differentiable("shapes are integers")


@BroadcastGradientArgs.kernel()
def broadcast_gradient_args_kernel(s0, s1, *, ctx):
    # The same two shapes come in every training step: remember the last answer.
    key = (s0.tobytes(), s1.tobytes())
    known = ctx.state.get(key)
    if known is None:
        if len(ctx.state) > 64:
            ctx.state.clear()
        known = ctx.state[key] = tuple(np.array(d, s0.dtype) for d in reduction_dims(s0, s1))
    return known


@BroadcastArgs.shape
def broadcast_args_shape(c: Any) -> None:
    a, b = c.with_rank(c.input(0), 1), c.with_rank(c.input(1), 1)
    known = None not in (a[0], b[0])
    c.set_output(0, (max(a[0], b[0]),) if known else (None,))


BroadcastArgs.not_differentiable("shapes are integers")


@BroadcastArgs.kernel()
def broadcast_args_kernel(s0, s1):
    return np.array(np.broadcast_shapes(tuple(s0), tuple(s1)), s0.dtype)


def same_static_shape(x: Tensor, y: Tensor, grad: Any) -> bool:
    """True when x, y and grad have one fully known shape: nothing was broadcast."""
    shape = x._shape
    return (isinstance(grad, Tensor) and shape is not None and None not in shape
            and shape == y._shape and shape == grad._shape)


def _static_args(x: tuple[int, ...], y: tuple[int, ...]) -> tuple[Any, Any]:
    """Reduction dimensions of known shapes; the node that TF makes for each new pair is made."""
    known = _known_args.setdefault(get_default_graph(), {})
    if (x, y) not in known:
        BroadcastGradientArgs(x, y)
        known[x, y] = tuple(tuple(d) for d in reduction_dims(x, y))
    return known[x, y]


def reduced_gradients(x: Tensor, y: Tensor, grad: Any, make_x: Thunk, make_y: Thunk,
                      after_reduction: Callable[[Any], Any] | None = None) -> tuple[Any, Any]:
    """The gradients `make_x()`, `make_y()`, reduced to the shapes of x and y.

    With known shapes nothing is reduced that needn't be. `after_reduction` is applied to y's.
    """
    known = (isinstance(grad, Tensor) and x._shape is not None and y._shape is not None
             and None not in x._shape and None not in y._shape)
    if not known:
        return reduced_dynamically(x, y, make_x, make_y, after_reduction,
                                   fold_shapes=not isinstance(grad, Tensor))
    rx, ry = _static_args(x._shape, y._shape)  # type: ignore[arg-type]
    gx = make_x()
    if x._shape != grad._shape:
        gx = _summed(gx, rx, x._shape)
    gy = make_y()
    if y._shape != grad._shape:
        gy = _summed(gy, ry, y._shape)
    return gx, gy if after_reduction is None else after_reduction(gy)


def reduced_dynamically(x: Tensor, y: Tensor, make_x: Thunk, make_y: Thunk,
                        after_reduction: Callable[[Any], Any] | None = None,
                        fold_shapes: bool = True) -> tuple[Any, Any]:
    """Like `reduced_gradients`, with shapes and dimensions computed by nodes."""
    sx, sy, rx, ry = broadcast_args_of(x, y, fold_shapes)
    gx = _summed(make_x(), rx, sx)
    gy = _summed(make_y(), ry, sy)
    return gx, gy if after_reduction is None else after_reduction(gy)


def broadcast_args_of(x: Tensor, y: Tensor, fold_shapes: bool = True
                      ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Nodes for the shapes of x and y and for the dimensions to sum for each."""
    if fold_shapes:
        shape = exported("shape")
        sx, sy = shape(x), shape(y)
    else:
        raw_shape = get_op_def("Shape")
        sx = raw_shape(x, out_type=dtypes.int32)
        sy = raw_shape(y, out_type=dtypes.int32)
    rx, ry = BroadcastGradientArgs(sx, sy)
    return sx, sy, rx, ry


def _summed(gradient: Any, dims: Any, shape: Any) -> Any:
    return exported("reshape")(exported("reduce_sum")(gradient, dims), shape)
