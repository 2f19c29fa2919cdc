"""Elementwise arithmetic with NumPy broadcasting: + - * pow, maximum, minimum, and add_n.

Division has a module of its own (division.py). Gradients sum up what was broadcast
(broadcast_gradient.py).
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework import dtypes
from tftutor.framework.api import export_value, exported, tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.graph_functions import control_dependencies
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.ops.broadcast_gradient import (
    broadcast_args_of,
    reduced_dynamically,
    reduced_gradients,
    same_static_shape,
)
from tftutor.ops.elementwise import binary

_T = "T: {bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, complex128"
_WITH_UINT16 = ("T: {bfloat16, half, float, double, uint8, int8, uint16, int16, int32, int64, "
                "complex64, complex128}")
_NO_NAN = "T: {half, float, double, complex64, complex128}"


def _binary_op(name: str, attr: str, **options: Any) -> OpDef:
    return OpDef(name, inputs=("x: T", "y: T"), outputs=("z: T",), attrs=(attr,), **options)


Add = _binary_op("Add", _T + ", string}")
AddV2 = _binary_op("AddV2", _T + "}", doc="x + y elementwise: what the operator + adds.")
Sub = _binary_op("Sub", _WITH_UINT16)
Mul = _binary_op("Mul", _WITH_UINT16)
MulNoNan = _binary_op("MulNoNan", _NO_NAN)
Pow = _binary_op("Pow", "T: {bfloat16, float, half, double, int32, int64, complex64, complex128}")
Maximum = _binary_op("Maximum", "T: {bfloat16, half, float, double, int32, int64}")
Minimum = _binary_op("Minimum", "T: {bfloat16, half, float, double, int32, int64}")
SquaredDifference = _binary_op(
    "SquaredDifference",
    "T: {bfloat16, half, float, double, int32, int64, complex64, complex128}")


# -- + - * ----------------------------------------------------------------------------------------

@tf_export("add", "math.add")
def add(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x + y elementwise, with broadcasting; joins strings. Source: TF 1.15 docs, tf.add."""
    return Add(x, y, name=name)


@tf_export("subtract", "math.subtract")
def subtract(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x - y elementwise, with broadcasting. Source: TF 1.15 docs, tf.subtract."""
    return Sub(x, y, name=name)


@tf_export("multiply", "math.multiply")
def multiply(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x * y elementwise, with broadcasting. Source: TF 1.15 docs, tf.multiply."""
    return Mul(x, y, name=name)


for _op_def, _function, _sign in ((Add, "add", "+"), (AddV2, "add", "+"),
                                  (Sub, "subtract", "-"), (Mul, "multiply", "*")):
    binary(_op_def, _function)
    _op_def.inline("{0} " + _sign + " {1}")


@Add.gradient
@AddV2.gradient
def add_gradient(op: Any, grad: Any) -> Any:
    x, y = op.inputs
    if same_static_shape(x, y, grad):
        return grad, grad
    return reduced_gradients(x, y, grad, lambda: grad, lambda: grad)


@Sub.gradient
def sub_gradient(op: Any, grad: Any) -> Any:
    x, y = op.inputs
    if same_static_shape(x, y, grad):
        return grad, -grad
    return reduced_gradients(x, y, grad, lambda: grad, lambda: -grad)


@Mul.gradient
def mul_gradient(op: Any, grad: Any) -> Any:
    x, y = op.inputs
    if same_static_shape(x, y, grad) and grad.dtype in (dtypes.int32, dtypes.float32):
        return Mul(grad, y), Mul(grad, x)
    conj = exported("conj")
    return reduced_gradients(x, y, grad, lambda: Mul(grad, conj(y)), lambda: Mul(conj(x), grad))


@tf_export("math.multiply_no_nan")
def multiply_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x * y, but 0 where y is 0, even if x is infinite or NaN.

    Raises: TypeError when the dtypes differ. Source: TF 1.15 docs, tf.math.multiply_no_nan.
    """
    with name_scope(name, "multiply_no_nan", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype=x.dtype.base_dtype)
        return MulNoNan(x, y, name=scope)


binary(MulNoNan)


@MulNoNan.gradient
def mul_no_nan_gradient(op: Any, grad: Any) -> Any:
    x, y = op.inputs
    if same_static_shape(x, y, grad):
        return MulNoNan(grad, y), MulNoNan(x, grad)
    return reduced_dynamically(x, y, lambda: MulNoNan(grad, y), lambda: MulNoNan(x, grad))


@MulNoNan.kernel("numpy")
def mul_no_nan_numpy_kernel(x, y):
    return np.where(y == 0, np.zeros_like(x), x * y)[()]


@MulNoNan.kernel()
def mul_no_nan_kernel(x, y, *, xp):
    return xp.where(y == 0, xp.zeros_like(x), x * y)


@tf_export("scalar_mul", "math.scalar_mul")
def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Any:
    """Multiply a tensor or IndexedSlices by a scalar.

    Raises: ValueError when `scalar` isn't one. Source: TF 1.15 docs, tf.math.scalar_mul.
    """
    from tftutor.framework.indexed_slices import IndexedSlices

    scalar = convert_to_tensor(scalar, dtype=x.dtype.base_dtype, name="scalar")
    if scalar._shape != ():
        raise explained(ValueError(f"Only scalar multiply works, got shape {scalar.shape}"))
    if isinstance(x, IndexedSlices):
        return IndexedSlices(Mul(scalar, x.values, name=name), x.indices, x.dense_shape)
    return Mul(scalar, x, name=name)


# -- pow ------------------------------------------------------------------------------------------

@tf_export("pow", "math.pow")
def pow(x: Any, y: Any, name: str | None = None) -> Tensor:  # noqa: A001 - TF's name
    """x to the power of y elementwise, with broadcasting.

    Raises: tf.errors.InvalidArgumentError for an integer to a negative integer power.
    Source: TF 1.15 docs, tf.pow.
    """
    with name_scope(name, "Pow", [x]) as scope:
        return Pow(x, y, name=scope)


binary(Pow)


@Pow.bind
def bind_pow(op: Any, xp: Any) -> Any:
    # The operator, not xp.pow: NumPy squares and takes roots where the exponent says so.
    return None if op._inputs[0].dtype.is_integer else operator.pow


@Pow.kernel()
def pow_kernel(x, y, *, xp, T):
    if T.is_integer and xp.any(y < 0):
        raise errors.InvalidArgumentError(
            None, None, "Integers to negative integer powers are not allowed")
    return xp.pow(x, y)


@Pow.gradient
def pow_gradient(op: Any, grad: Any) -> Any:
    x, y = op.inputs
    z = op.outputs[0]
    conj, where, log = exported("conj"), exported("where"), exported("log")
    x_conj, y_conj = conj(x), conj(y)

    def x_gradient() -> Any:
        return grad * y_conj * pow(x_conj, y_conj - 1)

    def y_gradient() -> Any:
        # log(x) only where it exists: there is no singularity at x = 0.
        result = conj(z)
        mask = (exported("not_equal")(x_conj, 0) if x.dtype.is_complex else x_conj > 0)
        safe_x = where(mask, x_conj, exported("ones_like")(x_conj))
        log_x = where(mask, log(safe_x), exported("zeros_like")(x_conj))
        return grad * result * log_x

    return reduced_gradients(x, y, grad, x_gradient, y_gradient)


# -- maximum, minimum, squared_difference ---------------------------------------------------------

@tf_export("maximum", "math.maximum")
def maximum(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The larger of x and y elementwise, with broadcasting. Source: TF 1.15 docs, tf.maximum."""
    return Maximum(x, y, name=name)


@tf_export("minimum", "math.minimum")
def minimum(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The smaller of x and y elementwise, with broadcasting. Source: TF 1.15 docs, tf.minimum."""
    return Minimum(x, y, name=name)


binary(Maximum, "maximum")
binary(Minimum, "minimum")


def _gradient_of_chosen(op: Any, grad: Any, selector: str) -> Any:
    """The gradient goes to the operand that was chosen; to x when both are equal."""
    x, y = op.inputs
    shape, where = exported("shape"), exported("where")
    sx, sy = shape(x), shape(y)
    zeros = exported("zeros")(shape(grad), grad.dtype)
    chosen = exported(selector)(x, y)
    from tftutor.ops.broadcast_gradient import BroadcastGradientArgs

    rx, ry = BroadcastGradientArgs(sx, sy)
    reduce_sum, reshape = exported("reduce_sum"), exported("reshape")
    gx = reshape(reduce_sum(where(chosen, grad, zeros), rx), sx)
    gy = reshape(reduce_sum(where(chosen, zeros, grad), ry), sy)
    return gx, gy


@Maximum.gradient
def maximum_gradient(op: Any, grad: Any) -> Any:
    return _gradient_of_chosen(op, grad, "greater_equal")


@Minimum.gradient
def minimum_gradient(op: Any, grad: Any) -> Any:
    return _gradient_of_chosen(op, grad, "less_equal")


@tf_export("squared_difference", "math.squared_difference")
def squared_difference(x: Any, y: Any, name: str | None = None) -> Tensor:
    """(x - y)^2 elementwise, with broadcasting. Source: TF 1.15 docs, tf.squared_difference."""
    return SquaredDifference(x, y, name=name)


binary(SquaredDifference)


@SquaredDifference.kernel()
def squared_difference_kernel(x, y, *, xp, T):
    difference = x - y
    if T.is_complex:
        return difference * xp.conj(difference)
    return difference * difference


@SquaredDifference.gradient
def squared_difference_gradient(op: Any, grad: Any) -> Any:
    x, y = op.inputs
    with control_dependencies([grad]):
        x_grad = scalar_mul(2.0, grad) * (x - y)
    if same_static_shape(x, y, grad):
        return x_grad, -x_grad
    return reduced_gradients(x, y, grad, lambda: x_grad, lambda: x_grad, operator.neg)


# -- atan2, nextafter have two operands as well ---------------------------------------------------

Atan2 = OpDef("Atan2", inputs=("y: T", "x: T"), outputs=("z: T",),
              attrs=("T: {bfloat16, half, float, double}",))
NextAfter = OpDef("NextAfter", inputs=("x1: T", "x2: T"), outputs=("output: T",),
                  attrs=("T: {double, float} = DT_FLOAT",))


@tf_export("atan2", "math.atan2")
def atan2(y: Any, x: Any, name: str | None = None) -> Tensor:
    """Angle of the point (x, y), in (-pi, pi]. Source: TF 1.15 docs, tf.math.atan2."""
    return Atan2(y, x, name=name)


@tf_export("math.nextafter")
def nextafter(x1: Any, x2: Any, name: str | None = None) -> Tensor:
    """The next representable value after x1 towards x2. Source: TF 1.15, tf.math.nextafter."""
    return NextAfter(x1, x2, name=name)


binary(Atan2, "atan2")
binary(NextAfter, "nextafter")


@Atan2.gradient
def atan2_gradient(op: Any, grad: Any) -> Any:
    y, x = op.inputs
    square = exported("square")
    with control_dependencies([grad]):
        scaled = grad / (square(x) + square(y))
        return x * scaled, -y * scaled


@NextAfter.gradient
def nextafter_gradient(op: Any, grad: Any) -> Any:
    x1, x2 = op.inputs
    s1, s2, r1, r2 = broadcast_args_of(x1, x2)
    reduce_sum, reshape = exported("reduce_sum"), exported("reshape")
    with control_dependencies([grad]):
        ones = exported("ones")(s1, dtype=x1.dtype)
        zeros = exported("zeros")(s2, dtype=x2.dtype)
        return (reshape(reduce_sum(ones * grad, r1), s1),
                reshape(reduce_sum(zeros * grad, r2), s2))


def _deprecated_spelling(old: str, new: str) -> None:
    """Publish a pre-1.0 name of a function, with a hint at its first use."""
    from tftutor.platform.tf_logging import warn_deprecated_once

    function = exported(new)

    def call(x: Any, y: Any, name: str | None = None) -> Tensor:
        warn_deprecated_once(f"tf.{old}", f"use tf.{new}")
        return function(x, y, name=name)

    call.__name__ = old
    call.__doc__ = f"Pre-1.0 name of tf.{new}. Source: TF 1.0 release notes."
    export_value(old, call)


_deprecated_spelling("mul", "multiply")
_deprecated_spelling("sub", "subtract")

__all__ = ["add", "atan2", "maximum", "minimum", "multiply", "multiply_no_nan", "pow",
           "scalar_mul", "squared_difference", "subtract"]
