"""Complex numbers: making them, and taking their parts."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.graph_functions import control_dependencies
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_inference import broadcast_shape, unchanged_shape
from tftutor.ops.broadcast_gradient import reduced_dynamically

_COMPLEX = "T: {complex64, complex128} = DT_COMPLEX64"
_REAL_OUT = "Tout: {float, double} = DT_FLOAT"

Complex = OpDef("Complex", inputs=("real: T", "imag: T"), outputs=("out: Tout",),
                attrs=("T: {float, double} = DT_FLOAT",
                       "Tout: {complex64, complex128} = DT_COMPLEX64"))
ComplexAbs = OpDef("ComplexAbs", inputs=("x: T",), outputs=("y: Tout",),
                   attrs=(_COMPLEX, _REAL_OUT), doc="The magnitude: what tf.abs adds.")
Real = OpDef("Real", inputs=("input: T",), outputs=("output: Tout",), attrs=(_COMPLEX, _REAL_OUT))
Imag = OpDef("Imag", inputs=("input: T",), outputs=("output: Tout",), attrs=(_COMPLEX, _REAL_OUT))
Angle = OpDef("Angle", inputs=("input: T",), outputs=("output: Tout",),
              attrs=(_COMPLEX, _REAL_OUT))
Conj = OpDef("Conj", inputs=("input: T",), outputs=("output: T",),
             attrs=("T: {complex64, complex128, variant} = DT_COMPLEX64",))


@tf_export("complex", "dtypes.complex")
def complex(real: Any, imag: Any, name: str | None = None) -> Tensor:  # noqa: A001 - TF's name
    """real + imag * i elementwise; float32 gives complex64, float64 complex128.

    Raises: TypeError for other dtypes. Source: TF 1.15 docs, tf.dtypes.complex.
    """
    real = convert_to_tensor(real, name="real")
    imag = convert_to_tensor(imag, name="imag")
    with name_scope(name, "Complex", [real, imag]) as scope:
        kinds = (real.dtype.base_dtype, imag.dtype.base_dtype)
        if kinds == (dtypes.float64, dtypes.float64):
            out = dtypes.complex128
        elif kinds == (dtypes.float32, dtypes.float32):
            out = dtypes.complex64
        else:
            raise TypeError(f"real and imag have incorrect types: {real.dtype.name} "
                            f"{imag.dtype.name}")
        return Complex(real, imag, Tout=out, name=scope)


@tf_export("real", "math.real")
def real(input: Any, name: str | None = None) -> Tensor:
    """The real part; a real tensor is returned as it is. Source: TF 1.15 docs, tf.math.real."""
    with name_scope(name, "Real", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        if not input.dtype.is_complex:
            return input
        return Real(input, Tout=input.dtype.real_dtype, name=scope)


@tf_export("imag", "math.imag")
def imag(input: Any, name: str | None = None) -> Tensor:
    """The imaginary part; zeros for a real tensor. Source: TF 1.15 docs, tf.math.imag."""
    with name_scope(name, "Imag", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        if not input.dtype.is_complex:
            return exported("zeros_like")(input)
        return Imag(input, Tout=input.dtype.real_dtype, name=scope)


@tf_export("angle", "math.angle")
def angle(input: Any, name: str | None = None) -> Tensor:
    """The argument, in (-pi, pi]; zeros for a real tensor. Source: TF 1.15, tf.math.angle."""
    with name_scope(name, "Angle", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        if not input.dtype.is_complex:
            return exported("zeros_like")(input)
        return Angle(input, Tout=input.dtype.real_dtype, name=scope)


@tf_export("conj", "math.conj")
def conj(x: Any, name: str | None = None) -> Tensor:
    """The complex conjugate; a real tensor is returned as it is.

    Raises: TypeError when x isn't numeric. Source: TF 1.15 docs, tf.math.conj.
    """
    if isinstance(x, Tensor) and (x.dtype.is_floating or x.dtype.is_integer):
        return x
    with name_scope(name, "Conj", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex or x.dtype.base_dtype is dtypes.variant:
            return Conj(x, name=scope)
        if x.dtype.is_floating or x.dtype.is_integer:
            return x
        raise TypeError(f"Expected numeric or variant tensor, got dtype {x.dtype!r}")


Complex.shape(broadcast_shape)
for _op_def in (ComplexAbs, Real, Imag, Angle, Conj):
    _op_def.shape(unchanged_shape)


@Complex.kernel("numpy")
@Complex.kernel("cupy")
def complex_kernel(real, imag, *, xp, Tout):  # noqa: N803 - an attribute name
    out = xp.empty(np.broadcast_shapes(real.shape, imag.shape), dtype=Tout.as_numpy_dtype)
    out.real, out.imag = real, imag
    return out[()]


@Complex.kernel("torch")
def complex_torch_kernel(real, imag, *, xp):
    return xp.complex(real, imag)


@ComplexAbs.kernel()
def complex_abs_kernel(x, *, xp):
    return xp.abs(x)


@Real.kernel()
def real_kernel(input, *, xp):
    return xp.real(input)


@Imag.kernel()
def imag_kernel(input, *, xp):
    return xp.imag(input)


@Angle.kernel()
def angle_kernel(input, *, xp):
    return xp.atan2(xp.imag(input), xp.real(input))


@Conj.kernel()
def conj_kernel(input, *, xp):
    return xp.conj(input)


@Complex.gradient
def complex_gradient(op: Any, grad: Any) -> Any:
    x, y = op.inputs
    return reduced_dynamically(x, y, lambda: real(grad), lambda: imag(grad))


@Real.gradient
def real_gradient(op: Any, grad: Any) -> Any:
    zero = exported("constant")(0, dtype=grad.dtype)
    return complex(grad, zero)


@Imag.gradient
def imag_gradient(op: Any, grad: Any) -> Any:
    zero = exported("constant")(0, dtype=grad.dtype)
    return complex(zero, grad)


@Angle.gradient
def angle_gradient(op: Any, grad: Any) -> Any:
    x = op.inputs[0]
    with control_dependencies([grad]):
        re, im = real(x), imag(x)
        inverse = exported("reciprocal")(complex(im, re))
        zero = exported("constant")(0, dtype=grad.dtype)
        return -complex(grad, zero) * inverse


@Conj.gradient
def conj_gradient(op: Any, grad: Any) -> Any:
    return conj(grad)


@ComplexAbs.gradient
def complex_abs_gradient(op: Any, grad: Any) -> Any:
    zeros_like, y = exported("zeros_like"), op.outputs[0]
    direction = complex(grad, zeros_like(grad)) * op.inputs[0]
    return exported("div_no_nan")(direction, complex(y, zeros_like(y)))
