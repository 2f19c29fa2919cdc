"""Special functions: gamma, error, beta, zeta and Bessel functions.

Their kernels stand in special_functions.py.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tftutor.framework.api import exported, tf_export
from tftutor.framework.graph_functions import control_dependencies
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.ops.broadcast_gradient import broadcast_args_of
from tftutor.ops.elementwise import binary, unary

_FLOATS = ("T: {bfloat16, half, float, double}",)
_TWO = ("T: {float, double}",)


def _unary_op(name: str) -> OpDef:
    return OpDef(name, inputs=("x: T",), outputs=("y: T",), attrs=_FLOATS)


Lgamma, Digamma, Erf, Erfc = map(_unary_op, ("Lgamma", "Digamma", "Erf", "Erfc"))
BesselI0e, BesselI1e = map(_unary_op, ("BesselI0e", "BesselI1e"))
Igamma = OpDef("Igamma", inputs=("a: T", "x: T"), outputs=("z: T",), attrs=_TWO)
Igammac = OpDef("Igammac", inputs=("a: T", "x: T"), outputs=("z: T",), attrs=_TWO)
IgammaGradA = OpDef("IgammaGradA", inputs=("a: T", "x: T"), outputs=("z: T",), attrs=_TWO,
                    doc="Derivative of igamma(a, x) with respect to a.")
Zeta = OpDef("Zeta", inputs=("x: T", "q: T"), outputs=("z: T",), attrs=_TWO)
Polygamma = OpDef("Polygamma", inputs=("a: T", "x: T"), outputs=("z: T",), attrs=_TWO)
Betainc = OpDef("Betainc", inputs=("a: T", "b: T", "x: T"), outputs=("z: T",), attrs=_TWO)


@tf_export("lgamma", "math.lgamma")
def lgamma(x: Any, name: str | None = None) -> Tensor:
    """log of the magnitude of the gamma function. Source: TF 1.15 docs, tf.math.lgamma."""
    return Lgamma(x, name=name)


@tf_export("digamma", "math.digamma")
def digamma(x: Any, name: str | None = None) -> Tensor:
    """Derivative of lgamma. Source: TF 1.15 docs, tf.math.digamma."""
    return Digamma(x, name=name)


@tf_export("erf", "math.erf")
def erf(x: Any, name: str | None = None) -> Tensor:
    """Gauss error function. Source: TF 1.15 docs, tf.math.erf."""
    return Erf(x, name=name)


@tf_export("erfc", "math.erfc")
def erfc(x: Any, name: str | None = None) -> Tensor:
    """1 - erf(x), exact for large x. Source: TF 1.15 docs, tf.math.erfc."""
    return Erfc(x, name=name)


@tf_export("igamma", "math.igamma")
def igamma(a: Any, x: Any, name: str | None = None) -> Tensor:
    """Lower regularised incomplete gamma function P(a, x). Source: TF 1.15, tf.math.igamma."""
    return Igamma(a, x, name=name)


@tf_export("igammac", "math.igammac")
def igammac(a: Any, x: Any, name: str | None = None) -> Tensor:
    """Upper regularised incomplete gamma function Q(a, x). Source: TF 1.15, tf.math.igammac."""
    return Igammac(a, x, name=name)


@tf_export("zeta", "math.zeta")
def zeta(x: Any, q: Any, name: str | None = None) -> Tensor:
    """Hurwitz zeta function: the sum over n of (q + n)^-x. Source: TF 1.15, tf.math.zeta."""
    return Zeta(x, q, name=name)


@tf_export("polygamma", "math.polygamma")
def polygamma(a: Any, x: Any, name: str | None = None) -> Tensor:
    """a-th derivative of digamma. Source: TF 1.15 docs, tf.math.polygamma."""
    return Polygamma(a, x, name=name)


@tf_export("betainc", "math.betainc")
def betainc(a: Any, b: Any, x: Any, name: str | None = None) -> Tensor:
    """Regularised incomplete beta function I_x(a, b), for equal shapes or scalars.

    Raises: ValueError when the shapes differ. Source: TF 1.15 docs, tf.math.betainc.
    """
    return Betainc(a, b, x, name=name)


@tf_export("math.bessel_i0e")
def bessel_i0e(x: Any, name: str | None = None) -> Tensor:
    """exp(-|x|) times the modified Bessel function I0. Source: TF 1.15, tf.math.bessel_i0e."""
    return BesselI0e(x, name=name)


@tf_export("math.bessel_i1e")
def bessel_i1e(x: Any, name: str | None = None) -> Tensor:
    """exp(-|x|) times the modified Bessel function I1. Source: TF 1.15, tf.math.bessel_i1e."""
    return BesselI1e(x, name=name)


for _op_def in (Lgamma, Digamma, Erf, Erfc, BesselI0e, BesselI1e):
    unary(_op_def)
for _op_def in (Igamma, Igammac, IgammaGradA, Zeta, Polygamma):
    binary(_op_def)
IgammaGradA.not_differentiable("TF defines no gradient for it")


@Betainc.shape
def betainc_shape(c: Any) -> None:
    """Shapes are equal, or scalars."""
    shape: Any = ()
    for index in range(3):
        one = c.input(index)
        if one is None:
            shape = None if shape == () else shape
        elif len(one):
            shape = one if shape in ((), None) else c.merge_shapes(shape, one)
    c.set_output(0, shape)


# -- gradients ------------------------------------------------------------------------------------

@Lgamma.gradient
def lgamma_gradient(op: Any, grad: Any) -> Any:
    with control_dependencies([grad]):
        return grad * digamma(op.inputs[0])


@Digamma.gradient
def digamma_gradient(op: Any, grad: Any) -> Any:
    x = op.inputs[0]
    with control_dependencies([grad]):
        return grad * polygamma(exported("constant")(1, dtype=x.dtype), x)


def _erf_gradient(op: Any, grad: Any, factor: float) -> Any:
    x = op.inputs[0]
    slope = exported("constant")(factor, dtype=grad.dtype)
    with control_dependencies([grad]):
        return grad * slope * exported("exp")(-exported("square")(x))


@Erf.gradient
def erf_gradient(op: Any, grad: Any) -> Any:
    return _erf_gradient(op, grad, 2 / math.sqrt(math.pi))


@Erfc.gradient
def erfc_gradient(op: Any, grad: Any) -> Any:
    return _erf_gradient(op, grad, -2 / math.sqrt(math.pi))


@BesselI0e.gradient
def bessel_i0e_gradient(op: Any, grad: Any) -> Any:
    x = op.inputs[0]
    with control_dependencies([grad]):
        return grad * (bessel_i1e(x) - exported("sign")(x) * op.outputs[0])


@BesselI1e.gradient
def bessel_i1e_gradient(op: Any, grad: Any) -> Any:
    """At 0 the formula divides by x: the slope there is 0.5."""
    x, y = op.inputs[0], op.outputs[0]
    where, sign, reciprocal = exported("where"), exported("sign"), exported("reciprocal")
    with control_dependencies([grad]):
        eps = np.finfo(x.dtype.as_numpy_dtype).eps
        zeros = exported("zeros_like")(x)
        big = exported("abs")(x) > eps
        safe = where(big, x, eps + zeros)
        slope = bessel_i0e(safe) - y * (sign(safe) + reciprocal(safe))
        return grad * where(big, slope, 0.5 + zeros)


def _summed(gradient: Any, dims: Any, shape: Any) -> Any:
    return exported("reshape")(exported("reduce_sum")(gradient, dims), shape)


@Igamma.gradient
def igamma_gradient(op: Any, grad: Any) -> Any:
    a, x = op.inputs
    sa, sx, ra, rx = broadcast_args_of(a, x)
    with control_dependencies([grad]):
        partial_a = IgammaGradA(a, x)
        partial_x = exported("exp")(-x + (a - 1) * exported("log")(x) - lgamma(a))
        return _summed(partial_a * grad, ra, sa), _summed(partial_x * grad, rx, sx)


@Igammac.gradient
def igammac_gradient(op: Any, grad: Any) -> Any:
    grad_a, grad_x = igamma_gradient(op, grad)
    return -grad_a, -grad_x


@Betainc.gradient
def betainc_gradient(op: Any, grad: Any) -> Any:
    a, b, x = op.inputs
    log = exported("log")
    _, sx, _, rx = broadcast_args_of(a, x)
    log_beta = lgamma(a) + lgamma(b) - lgamma(a + b)
    partial = exported("exp")((b - 1) * log(1 - x) + (a - 1) * log(x) - log_beta)
    return None, None, _summed(partial * grad, rx, sx)


@Zeta.gradient
def zeta_gradient(op: Any, grad: Any) -> Any:
    x, q = op.inputs
    _, sq, _, rq = broadcast_args_of(x, q)
    with control_dependencies([grad]):
        return None, _summed(-x * zeta(x + 1, q) * grad, rq, sq)


@Polygamma.gradient
def polygamma_gradient(op: Any, grad: Any) -> Any:
    n, x = op.inputs
    _, sx, _, rx = broadcast_args_of(n, x)
    with control_dependencies([grad]):
        return None, _summed(polygamma(n + 1, x) * grad, rx, sx)
