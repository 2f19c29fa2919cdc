"""Powers, roots, exponentials and logarithms of one operand; sign and absolute value."""

from __future__ import annotations

from typing import Any

from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.graph_functions import control_dependencies
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.ops.elementwise import unary
from tftutor.platform.tf_logging import warn_deprecated_once

_FLOATS = "T: {bfloat16, half, float, double, complex64, complex128}"
_NUMBERS = "T: {bfloat16, half, float, double, int32, int64, complex64, complex128}"


def _unary_op(name: str, attr: str, doc: str = "") -> OpDef:
    return OpDef(name, inputs=("x: T",), outputs=("y: T",), attrs=(attr,), doc=doc)


def _gradient_op(name: str, doc: str) -> OpDef:
    return OpDef(name, inputs=("y: T", "dy: T"), outputs=("z: T",), attrs=(_FLOATS,), doc=doc)


Abs = _unary_op("Abs", "T: {bfloat16, half, float, double, int8, int16, int32, int64}")
Neg = _unary_op("Neg", _NUMBERS)
Sign = _unary_op("Sign", _NUMBERS)
Square = _unary_op("Square", _NUMBERS)
Sqrt = _unary_op("Sqrt", _FLOATS)
Rsqrt = _unary_op("Rsqrt", _FLOATS)
Reciprocal = _unary_op("Reciprocal", _NUMBERS)
Inv = _unary_op("Inv", _NUMBERS, "1 / x elementwise: the old name of Reciprocal.")
Exp = _unary_op("Exp", _FLOATS)
Expm1 = _unary_op("Expm1", _FLOATS)
Log = _unary_op("Log", _FLOATS)
Log1p = _unary_op("Log1p", _FLOATS)
SqrtGrad = _gradient_op("SqrtGrad", "Gradient of y = sqrt(x): dy * 0.5 / y.")
RsqrtGrad = _gradient_op("RsqrtGrad", "Gradient of y = rsqrt(x): dy * -0.5 * y^3.")
ReciprocalGrad = _gradient_op("ReciprocalGrad", "Gradient of y = 1 / x: -dy * y^2.")
InvGrad = _gradient_op("InvGrad", "Gradient of y = 1 / x: the old name of ReciprocalGrad.")


# -- sign -----------------------------------------------------------------------------------------

@tf_export("abs", "math.abs")
def abs(x: Any, name: str | None = None) -> Tensor:  # noqa: A001 - TF's name
    """Absolute value; of a complex tensor its (real) magnitude.

    Source: TF 1.15 docs, tf.math.abs.
    """
    with name_scope(name, "Abs", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex:
            from tftutor.ops.complex_numbers import ComplexAbs

            return ComplexAbs(x, Tout=x.dtype.real_dtype, name=scope)
        return Abs(x, name=scope)


@tf_export("negative", "math.negative")
def negative(x: Any, name: str | None = None) -> Tensor:
    """-x elementwise. Source: TF 1.15 docs, tf.math.negative."""
    return Neg(x, name=name)


@tf_export("neg")
def neg(x: Any, name: str | None = None) -> Tensor:
    """Pre-1.0 name of tf.negative. Source: TF 1.0 release notes."""
    warn_deprecated_once("tf.neg", "use tf.negative")
    return Neg(x, name=name)


@tf_export("sign", "math.sign")
def sign(x: Any, name: str | None = None) -> Tensor:
    """-1, 0 or 1 by the sign of x; x / |x| for complex x. Source: TF 1.15 docs, tf.math.sign."""
    return Sign(x, name=name)


unary(Abs, "abs")
unary(Neg, "negative")
Neg.inline("-{0}")
unary(Sign, "sign")


@Abs.gradient
def abs_gradient(op: Any, grad: Any) -> Any:
    return grad * sign(op.inputs[0])


@Neg.gradient
def neg_gradient(op: Any, grad: Any) -> Any:
    return -grad


@Sign.gradient
def sign_gradient(op: Any, grad: Any) -> Any:
    return exported("zeros")(exported("shape")(op.inputs[0]), dtype=op.inputs[0].dtype)


# -- powers and roots -----------------------------------------------------------------------------

@tf_export("square", "math.square")
def square(x: Any, name: str | None = None) -> Tensor:
    """x * x elementwise. Source: TF 1.15 docs, tf.math.square."""
    return Square(x, name=name)


@tf_export("sqrt", "math.sqrt")
def sqrt(x: Any, name: str | None = None) -> Tensor:
    """Square root elementwise; NaN for negative numbers. Source: TF 1.15 docs, tf.math.sqrt."""
    return Sqrt(x, name=name)


@tf_export("rsqrt", "math.rsqrt")
def rsqrt(x: Any, name: str | None = None) -> Tensor:
    """1 / sqrt(x) elementwise. Source: TF 1.15 docs, tf.math.rsqrt."""
    return Rsqrt(x, name=name)


@tf_export("reciprocal", "math.reciprocal")
def reciprocal(x: Any, name: str | None = None) -> Tensor:
    """1 / x elementwise. Source: TF 1.15 docs, tf.math.reciprocal."""
    return Reciprocal(x, name=name)


@tf_export("inv")
def inv(x: Any, name: str | None = None) -> Tensor:
    """Pre-1.0 name of tf.reciprocal. Source: TF 1.0 release notes."""
    warn_deprecated_once("tf.inv", "use tf.reciprocal")
    return Inv(x, name=name)


unary(Square, "square")
unary(Sqrt, "sqrt")
for _op_def in (Rsqrt, Reciprocal, Inv, SqrtGrad, RsqrtGrad, ReciprocalGrad, InvGrad):
    unary(_op_def)


@Rsqrt.kernel()
def rsqrt_kernel(x, *, xp):
    return 1 / xp.sqrt(x)


@Reciprocal.kernel()
@Inv.kernel()
def reciprocal_kernel(x, *, T):
    return 1 // x if T.is_integer else 1 / x


@SqrtGrad.kernel()
def sqrt_grad_kernel(y, dy, *, xp, T):
    return dy * 0.5 / xp.conj(y) if T.is_complex else dy * 0.5 / y


@RsqrtGrad.kernel()
def rsqrt_grad_kernel(y, dy, *, xp, T):
    y = xp.conj(y) if T.is_complex else y
    return dy * -0.5 * y * y * y


@ReciprocalGrad.kernel()
@InvGrad.kernel()
def reciprocal_grad_kernel(y, dy, *, xp, T):
    y = xp.conj(y) if T.is_complex else y
    return -dy * y * y


@Square.gradient
def square_gradient(op: Any, grad: Any) -> Any:
    x = op.inputs[0]
    with control_dependencies([grad]):
        x = exported("conj")(x)
        two = exported("constant")(2.0, dtype=x.dtype)
        multiply = exported("multiply")
        return multiply(grad, multiply(x, two))


@Sqrt.gradient
def sqrt_gradient(op: Any, grad: Any) -> Any:
    return SqrtGrad(op.outputs[0], grad)


@Rsqrt.gradient
def rsqrt_gradient(op: Any, grad: Any) -> Any:
    return RsqrtGrad(op.outputs[0], grad)


@Reciprocal.gradient
@Inv.gradient
def reciprocal_gradient(op: Any, grad: Any) -> Any:
    return ReciprocalGrad(op.outputs[0], grad)


@SqrtGrad.gradient
def sqrt_grad_gradient(op: Any, grad: Any) -> Any:
    y = op.inputs[0]
    with control_dependencies([grad]):
        scaled = grad / y
        return -exported("conj")(scaled) * op.outputs[0], 0.5 * scaled


@RsqrtGrad.gradient
def rsqrt_grad_gradient(op: Any, grad: Any) -> Any:
    y, dy = op.inputs
    conj = exported("conj")
    with control_dependencies([grad]):
        y = conj(y)
        return -1.5 * conj(grad) * dy * square(y), RsqrtGrad(y, grad)


@ReciprocalGrad.gradient
@InvGrad.gradient
def reciprocal_grad_gradient(op: Any, grad: Any) -> Any:
    conj = exported("conj")
    with control_dependencies([grad]):
        y = conj(op.inputs[0])
        return conj(grad) * -2.0 * op.inputs[1] * y, ReciprocalGrad(y, grad)


# -- exponentials and logarithms ------------------------------------------------------------------

@tf_export("exp", "math.exp")
def exp(x: Any, name: str | None = None) -> Tensor:
    """e to the power of x elementwise. Source: TF 1.15 docs, tf.math.exp."""
    return Exp(x, name=name)


@tf_export("expm1", "math.expm1")
def expm1(x: Any, name: str | None = None) -> Tensor:
    """exp(x) - 1, exact for small x. Source: TF 1.15 docs, tf.math.expm1."""
    return Expm1(x, name=name)


@tf_export("log", "math.log")
def log(x: Any, name: str | None = None) -> Tensor:
    """Natural logarithm: -inf at 0, NaN below. Source: TF 1.15 docs, tf.math.log."""
    return Log(x, name=name)


@tf_export("log1p", "math.log1p")
def log1p(x: Any, name: str | None = None) -> Tensor:
    """log(1 + x), exact for small x. Source: TF 1.15 docs, tf.math.log1p."""
    return Log1p(x, name=name)


unary(Exp, "exp")
unary(Expm1, "expm1")
unary(Log, "log")
unary(Log1p, "log1p")


@Exp.gradient
def exp_gradient(op: Any, grad: Any) -> Any:
    with control_dependencies([grad]):
        return grad * exported("conj")(op.outputs[0])


@Expm1.gradient
def expm1_gradient(op: Any, grad: Any) -> Any:
    with control_dependencies([grad]):
        y = exp(exported("conj")(op.inputs[0]))
        return grad * y


@Log.gradient
def log_gradient(op: Any, grad: Any) -> Any:
    with control_dependencies([grad]):
        return grad * reciprocal(exported("conj")(op.inputs[0]))


@Log1p.gradient
def log1p_gradient(op: Any, grad: Any) -> Any:
    with control_dependencies([grad]):
        return grad * reciprocal(1 + exported("conj")(op.inputs[0]))
