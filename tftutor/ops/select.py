"""tf.where: choosing items by a condition (Select), or finding where it holds (Where)."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_merge import broadcast
from tftutor.ops.broadcast_gradient import BroadcastGradientArgs
from tftutor.platform.tf_logging import warn_deprecated_once

Select = OpDef("Select", inputs=("condition: bool", "t: T", "e: T"), outputs=("output: T",),
               attrs=("T: type",), doc="t where the condition holds, e elsewhere; equal shapes.")
SelectV2 = OpDef("SelectV2", inputs=("condition: bool", "t: T", "e: T"), outputs=("output: T",),
                 attrs=("T: type",), doc="t where the condition holds, e elsewhere; broadcasts.")
Where = OpDef(
    "Where", inputs=("input: T",), outputs=("index: int64",),
    attrs=("T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, "
           "bfloat16, uint16, complex128, half, uint32, uint64, bool} = DT_BOOL",),
    doc="Positions of the items that aren't 0 or False, one a row.")


@tf_export("where")
def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """Choose items of x where `condition` holds, else of y; or, without x and y, find positions.

    Shapes: x and y alike; `condition` like them, or a scalar, or a vector that chooses rows.
    Without x and y: an int64 matrix with one row of indices for each true item.

    Raises: ValueError when only one of x and y is given or the shapes don't fit.
    Source: TF 1.15 docs, tf.where.
    """
    if x is None and y is None:
        with name_scope(name, "Where", [condition]) as scope:
            condition = convert_to_tensor(condition, preferred_dtype="bool", name="condition")
            return Where(condition, name=scope)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return Select(condition, x, y, name=name)


@tf_export("select")
def select(condition: Any, t: Any, e: Any, name: str | None = None) -> Tensor:
    """`tf.where` with three arguments before TensorFlow 1.0. Source: TF 0.12 docs, tf.select."""
    warn_deprecated_once("tf.select", "use tf.where")
    return where(condition, t, e, name)


@tf_export("where_v2")
def where_v2(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """Like tf.where, with NumPy broadcasting of all three.

    Raises: ValueError when only one of x and y is given. Source: TF 1.15 docs, tf.where_v2.
    """
    if x is None and y is None:
        return where(condition, name=name)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return SelectV2(condition, x, y, name=name)


@Select.shape
def select_shape(c: Any) -> None:
    condition = c.input(0)
    data = c.merge_shapes(c.input(1), c.input(2))
    if condition is None or data is None:
        c.set_output(0, data)
        return
    if len(condition) == 1:  # it chooses rows, and its length is checked but not taken over
        if len(data) < 2:
            c.merge_shapes(data, condition)
        c.merge_shapes(condition, data[:1])
    elif len(condition):
        data = c.merge_shapes(data, condition)
    c.set_output(0, data)


@Select.kernel()
def select_kernel(condition, t, e, *, xp, ctx):
    if np.ndim(condition) == 0 and np.shape(t) != np.shape(e):
        raise errors.InvalidArgumentError(
            None, None, "'then' and 'else' must have the same size.  but received: "
                        f"{_dims(t)} vs. {_dims(e)}")
    if np.ndim(condition) == np.ndim(t) and np.shape(condition) != np.shape(t):
        _refuse(ctx.op, condition, 1, t)
    if np.shape(t) != np.shape(e):
        _refuse(ctx.op, condition if np.ndim(condition) == np.ndim(t) else t, 2, e)
    if np.ndim(condition) == 1 and np.ndim(t) > 1:
        if condition.shape[0] != t.shape[0]:
            raise errors.InvalidArgumentError(
                None, None, "Number of batches of 'then' must match size of 'cond', but saw: "
                            f"{t.shape[0]} vs. {condition.shape[0]}")
        condition = xp.reshape(condition, (-1,) + (1,) * (t.ndim - 1))
    elif np.ndim(condition) == 0 and xp is np:  # elsewhere one would have to wait for the condition
        return t if condition else e
    return xp.where(condition, t, e)


def _refuse(op: Any, first: Any, index: int, other: Any) -> None:
    raise errors.InvalidArgumentError(
        None, None, f"Inputs to operation {op.name} of type {op.type} must have the same size and "
                    f"shape.  Input 0: {_dims(first)} != input {index}: {_dims(other)}")


def _dims(value: Any) -> str:
    return "[" + ",".join(map(str, np.shape(value))) + "]"


@Select.gradient
def select_gradient(op: Any, grad: Any) -> Any:
    condition, x = op.inputs[0], op.inputs[1]
    zeros = exported("zeros_like")(x)
    return None, where(condition, grad, zeros), where(condition, zeros, grad)


@SelectV2.shape
def select_v2_shape(c: Any) -> None:
    try:
        c.set_output(0, broadcast(broadcast(c.input(1), c.input(2)), c.input(0)))
    except ValueError as error:
        c.fail(str(error))


@SelectV2.kernel()
def select_v2_kernel(condition, t, e, *, xp):
    return xp.where(condition, t, e)


@SelectV2.kernel("numpy")
def select_v2_numpy_kernel(condition, t, e):
    return np.where(condition, t, e)[()]


@SelectV2.gradient
def select_v2_gradient(op: Any, grad: Any) -> Any:
    condition, x, y = op.inputs
    shape, reshape, reduce_sum = exported("shape"), exported("reshape"), exported("reduce_sum")
    zeros = exported("zeros")([], dtype=grad.dtype.base_dtype)
    gx = where_v2(condition, grad, zeros)
    x_shape, out_shape = shape(x), shape(op.outputs[0])
    dims, _ = BroadcastGradientArgs(x_shape, out_shape)
    gx = reshape(reduce_sum(gx, keepdims=True, axis=dims), x_shape)
    gy = where_v2(condition, zeros, grad)
    y_shape = shape(y)
    dims, _ = BroadcastGradientArgs(y_shape, out_shape)
    gy = reshape(reduce_sum(gy, keepdims=True, axis=dims), y_shape)
    return None, gx, gy


@Where.shape
def where_shape(c: Any) -> None:
    c.set_output(0, (None, c.rank(0)))


Where.not_differentiable("positions have no slope")


def _check_not_scalar(input: Any) -> None:
    if not input.ndim:
        raise errors.InvalidArgumentError(None, None, "WhereOp : Unhandled input dimensions: 0")


@Where.kernel()
def where_kernel(input, *, xp):
    _check_not_scalar(input)
    return xp.stack(xp.nonzero(input), axis=1)


@Where.kernel("numpy")
def where_numpy_kernel(input):
    _check_not_scalar(input)
    return np.argwhere(input)
