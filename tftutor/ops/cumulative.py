"""Running sums, products and log-sum-exps along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_inference import unchanged_shape


def _cumulative(name: str, numbers: str) -> OpDef:
    return OpDef(name, inputs=("x: T", "axis: Tidx"), outputs=("out: T",),
                 attrs=("exclusive: bool = false", "reverse: bool = false", numbers,
                        "Tidx: {int32, int64} = DT_INT32"))


Cumsum = _cumulative("Cumsum", "T: numbertype")
Cumprod = _cumulative("Cumprod", "T: numbertype")
CumulativeLogsumexp = _cumulative("CumulativeLogsumexp", "T: {half, float, double}")


@tf_export("cumsum", "math.cumsum")
def cumsum(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False,
           name: str | None = None) -> Tensor:
    """Running sum: [a, b, c] -> [a, a + b, a + b + c].

    `exclusive` leaves an item itself out of its sum; `reverse` runs from the end.
    Source: TF 1.15 docs, tf.math.cumsum.
    """
    with name_scope(name, "Cumsum", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return Cumsum(x, axis, exclusive=exclusive, reverse=reverse, name=scope)


@tf_export("cumprod", "math.cumprod")
def cumprod(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False,
            name: str | None = None) -> Tensor:
    """Running product: [a, b, c] -> [a, a * b, a * b * c]. Source: TF 1.15, tf.math.cumprod."""
    with name_scope(name, "Cumprod", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return Cumprod(x, axis, exclusive=exclusive, reverse=reverse, name=scope)


@tf_export("math.cumulative_logsumexp")
def cumulative_logsumexp(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False,
                         name: str | None = None) -> Tensor:
    """log of the running sum of exponentials, without overflow.

    Source: TF 1.15 docs, tf.math.cumulative_logsumexp.
    """
    with name_scope(name, "CumulativeLogsumexp", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return CumulativeLogsumexp(x, axis, exclusive=exclusive, reverse=reverse, name=scope)


for _op_def in (Cumsum, Cumprod, CumulativeLogsumexp):
    _op_def.shape(unchanged_shape)


def _accumulate(function: Any, start: Any, x: Any, axis: Any, exclusive: bool, reverse: bool,
                xp: Any) -> Any:
    axis = int(axis)
    if not -x.ndim <= axis < x.ndim:
        shown = axis + x.ndim if axis < 0 else axis
        raise errors.InvalidArgumentError(
            None, None, f"ScanOp: Expected scan axis in the range [{-x.ndim}, {x.ndim}), but got "
                        f"{shown}")
    moved = xp.moveaxis(x, axis, 0)
    if reverse:
        moved = _reversed(moved, xp)
    if exclusive and moved.shape[0]:
        first = xp.full_like(moved[:1, ...], start)
        moved = xp.concat([first, moved[:-1, ...]], axis=0)
    out = function(moved)
    return xp.moveaxis(_reversed(out, xp) if reverse else out, 0, axis)


def _reversed(x: Any, xp: Any) -> Any:
    return x[::-1] if xp is np else xp.flip(x, axis=0)  # torch has no negative steps


@Cumsum.kernel("numpy")
def cumsum_numpy_kernel(x, axis, *, exclusive, reverse):
    return _accumulate(lambda v: np.cumsum(v, axis=0, dtype=v.dtype), 0, x, axis, exclusive,
                       reverse, np)


@Cumsum.kernel()
def cumsum_kernel(x, axis, *, xp, exclusive, reverse):
    return _accumulate(lambda v: xp.cumulative_sum(v, axis=0, dtype=v.dtype), 0, x, axis,
                       exclusive, reverse, xp)


@Cumprod.kernel("numpy")
def cumprod_numpy_kernel(x, axis, *, exclusive, reverse):
    return _accumulate(lambda v: np.cumprod(v, axis=0, dtype=v.dtype), 1, x, axis, exclusive,
                       reverse, np)


@Cumprod.kernel()
def cumprod_kernel(x, axis, *, xp, exclusive, reverse):
    return _accumulate(lambda v: xp.cumulative_prod(v, axis=0, dtype=v.dtype), 1, x, axis,
                       exclusive, reverse, xp)


@CumulativeLogsumexp.kernel("numpy")
def cumulative_logsumexp_numpy_kernel(x, axis, *, exclusive, reverse):
    lowest = np.finfo(x.dtype).min
    return _accumulate(lambda v: np.logaddexp.accumulate(v, axis=0), lowest, x, axis, exclusive,
                       reverse, np)


@CumulativeLogsumexp.kernel()
def cumulative_logsumexp_kernel(x, axis, *, xp, exclusive, reverse):
    lowest = float(xp.finfo(x.dtype).min)
    return _accumulate(lambda v: _logsumexp_scan(v, xp), lowest, x, axis, exclusive, reverse, xp)


def _logsumexp_scan(x: Any, xp: Any) -> Any:
    """Running log-sum-exps of the first axis: each pass joins runs that are twice as long."""
    length = 1
    while length < x.shape[0]:
        longer = xp.logaddexp(x[length:, ...], x[:-length, ...])
        x = xp.concat([x[:length, ...], longer], axis=0)
        length *= 2
    return x


@Cumsum.gradient
def cumsum_gradient(op: Any, grad: Any) -> Any:
    return [cumsum(grad, op.inputs[1], exclusive=op._attrs["exclusive"],
                   reverse=not op._attrs["reverse"]), None]


@Cumprod.gradient
def cumprod_gradient(op: Any, grad: Any) -> Any:
    """As in TF this divides by x: the gradient at 0 is NaN."""
    x, axis = op.inputs
    exclusive, reverse = op._attrs["exclusive"], op._attrs["reverse"]
    products = cumprod(x, axis, exclusive=exclusive, reverse=reverse)
    out = cumsum(products * grad, axis, exclusive=exclusive, reverse=not reverse)
    return [out / x, None]


@CumulativeLogsumexp.gradient
def cumulative_logsumexp_gradient(op: Any, grad: Any) -> Any:
    x, axis = op.inputs
    result = op.outputs[0]
    exclusive, reverse = op._attrs["exclusive"], op._attrs["reverse"]
    log, exp, where = exported("log"), exported("exp"), exported("where_v2")
    lowest = grad.dtype.min
    positive = where(exported("greater")(grad, 0), log(grad), lowest)
    negative = where(exported("less")(grad, 0), log(-grad), lowest)
    parts = [exp(cumulative_logsumexp(part - result, axis=axis, reverse=not reverse,
                                      exclusive=exclusive) + x) for part in (positive, negative)]
    return [parts[0] - parts[1], None]
