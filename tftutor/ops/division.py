"""Division and remainder, each of TF 1's kinds.

| function | integers | floats |
|---|---|---|
| tf.truediv, `/` | cast to float first | RealDiv |
| tf.div | FloorDiv | RealDiv |
| tf.floordiv, `//` | rounds down | floor(x / y) |
| tf.truncatediv | rounds towards zero | - |
| tf.mod, `%` | sign of the divisor | sign of the divisor |
| tf.truncatemod | sign of the dividend | sign of the dividend |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.graph_functions import control_dependencies
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.ops.broadcast_gradient import reduced_dynamically
from tftutor.ops.elementwise import binary
from tftutor.platform.tf_logging import warn_deprecated_once

_NUMBERS = ("T: {bfloat16, half, float, double, uint8, int8, uint16, int16, int32, int64, "
            "complex64, complex128}")
_NO_NAN = "T: {half, float, double, complex64, complex128}"


def _binary_op(name: str, attr: str, doc: str = "") -> OpDef:
    return OpDef(name, inputs=("x: T", "y: T"), outputs=("z: T",), attrs=(attr,), doc=doc)


Div = _binary_op("Div", _NUMBERS, "x / y; integers round towards zero. Old graphs have it.")
RealDiv = _binary_op("RealDiv", _NUMBERS)
FloorDiv = _binary_op("FloorDiv", _NUMBERS)
TruncateDiv = _binary_op("TruncateDiv", _NUMBERS)
DivNoNan = _binary_op("DivNoNan", _NO_NAN)
Xdivy = _binary_op("Xdivy", _NO_NAN)
Xlogy = _binary_op("Xlogy", _NO_NAN)
FloorMod = _binary_op("FloorMod", "T: {int32, int64, bfloat16, half, float, double}")
TruncateMod = _binary_op("TruncateMod", "T: {int32, int64, bfloat16, half, float, double}")
Mod = _binary_op("Mod", "T: {int32, int64, half, half, bfloat16, float, double}",
                 "Remainder with the sign of the dividend. Old graphs have it.")

# What integers are cast to before a true division; None: no cast.
_TRUEDIV_TYPES = {
    dtypes.uint8: dtypes.float32, dtypes.int8: dtypes.float32, dtypes.uint16: dtypes.float32,
    dtypes.int16: dtypes.float32, dtypes.int32: dtypes.float64, dtypes.int64: dtypes.float64,
    dtypes.bfloat16: None, dtypes.float16: None, dtypes.float32: None, dtypes.float64: None,
    dtypes.complex64: None, dtypes.complex128: None,
}


def _same_dtype(x: Tensor, y: Tensor) -> dtypes.DType:
    """The dtype of both. Raises: TypeError when they differ."""
    a, b = x.dtype.base_dtype, y.dtype.base_dtype
    if a != b:
        raise explained(TypeError(f"x and y must have the same dtype, got {a!r} != {b!r}"))
    return a


@tf_export("truediv", "math.truediv")
def truediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Divide as Python 3 does: integers are cast to float first (int32 and int64 to float64).

    Raises: TypeError when the dtypes differ or can't be divided.
    Source: TF 1.15 docs, tf.math.truediv.
    """
    with name_scope(name, "truediv", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y")
        kind = _same_dtype(x, y)
        if kind not in _TRUEDIV_TYPES:
            raise TypeError(f"Invalid dtype {kind!r} in __truediv__")
        wanted = _TRUEDIV_TYPES[kind]
        if wanted is not None:
            cast = exported("cast")
            x, y = cast(x, wanted), cast(y, wanted)
        return RealDiv(x, y, name=scope)


@tf_export("realdiv")
def realdiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y elementwise for real and complex types. Source: TF 1.15 docs, tf.realdiv."""
    return RealDiv(x, y, name=name)


@tf_export("div")
def div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Divide as Python 2 does: integers round down, floats divide exactly.

    Raises: TypeError when the dtypes differ. Source: TF 1.15 docs, tf.div (deprecated there:
    use tf.truediv or tf.floordiv).
    """
    warn_deprecated_once("tf.div", "use tf.truediv, or tf.floordiv for integers")
    return classic_div(x, y, name)


def classic_div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """tf.div without the hint: for what TF itself builds with it."""
    with name_scope(name, "div", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype=x.dtype.base_dtype)
        kind = _same_dtype(x, y)
        if kind.is_floating or kind.is_complex:
            return RealDiv(x, y, name=scope)
        return FloorDiv(x, y, name=scope)


@tf_export("divide", "math.divide")
def divide(x: Any, y: Any, name: str | None = None) -> Any:
    """x / y with Python's meaning of /; two Python numbers give a Python number.

    Source: TF 1.15 docs, tf.math.divide.
    """
    return x / y if name is None else truediv(x, y, name)


@tf_export("floordiv", "math.floordiv")
def floordiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x // y elementwise, rounding down.

    Raises: tf.errors.InvalidArgumentError when an integer is divided by 0.
    Source: TF 1.15 docs, tf.math.floordiv.
    """
    with name_scope(name, "floordiv", [x, y]) as scope:
        return FloorDiv(x, y, name=scope)


@tf_export("floor_div")
def floor_div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x // y elementwise, rounding down. Source: TF 1.15 docs, tf.floor_div."""
    return FloorDiv(x, y, name=name)


@tf_export("truncatediv")
def truncatediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Integer division that rounds towards zero, as C does. Source: TF 1.15, tf.truncatediv."""
    return TruncateDiv(x, y, name=name)


@tf_export("mod", "floormod", "math.mod", "math.floormod")
def floormod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Remainder with the sign of the divisor: floordiv(x, y) * y + floormod(x, y) = x.

    Raises: tf.errors.InvalidArgumentError when an integer is divided by 0.
    Source: TF 1.15 docs, tf.math.floormod.
    """
    return FloorMod(x, y, name=name)


@tf_export("truncatemod")
def truncatemod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Remainder with the sign of the dividend, as in C. Source: TF 1.15 docs, tf.truncatemod."""
    return TruncateMod(x, y, name=name)


@tf_export("div_no_nan", "math.divide_no_nan")
def div_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y, but 0 where y is 0.

    Raises: TypeError when the dtypes differ. Source: TF 1.15 docs, tf.math.divide_no_nan.
    """
    with name_scope(name, "div_no_nan", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype=x.dtype.base_dtype)
        _same_dtype(x, y)
        return DivNoNan(x, y, name=scope)


@tf_export("math.reciprocal_no_nan")
def reciprocal_no_nan(x: Any, name: str | None = None) -> Tensor:
    """1 / x, but 0 where x is 0. Source: TF 1.15 docs, tf.math.reciprocal_no_nan."""
    with name_scope(name, "reciprocal_no_nan", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        one = exported("constant")(1, dtype=x.dtype.base_dtype, name="one")
        return DivNoNan(one, x, name=scope)


@tf_export("math.xdivy")
def xdivy(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y, but 0 where x is 0, whatever y is. Source: TF 1.15 docs, tf.math.xdivy."""
    return Xdivy(x, y, name=name)


@tf_export("math.xlogy")
def xlogy(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x * log(y), but 0 where x is 0, whatever y is. Source: TF 1.15 docs, tf.math.xlogy."""
    return Xlogy(x, y, name=name)


# -- shapes and kernels ---------------------------------------------------------------------------

for _op_def in (Div, RealDiv, FloorDiv, TruncateDiv, DivNoNan, Xdivy, Xlogy, FloorMod,
                TruncateMod, Mod):
    binary(_op_def)


def _check_divisor(x: Any, y: Any, xp: Any) -> None:
    # Where there is nothing to divide, TF doesn't look at the divisor.
    if not (y if y.ndim == 0 else xp.all(y)) and 0 not in x.shape:
        raise errors.InvalidArgumentError(None, None, "Integer division by zero")


def _is_rounded_up(x: Any, y: Any, floor: Any) -> Any:
    """Where rounding the quotient towards zero gives one more than rounding it down."""
    return (x - floor * y != 0) & ((x < 0) != (y < 0))


RealDiv.inline("{0} / {1}")


@RealDiv.kernel()
def real_div_kernel(x, y):
    return x / y


@Div.kernel("numpy")
@TruncateDiv.kernel("numpy")
def truncate_div_numpy_kernel(x, y, *, T):
    if not T.is_integer:
        return x / y
    _check_divisor(x, y, np)
    floor = x // y
    return floor + _is_rounded_up(x, y, floor)  # a bool counts as 0 or 1 of floor's type


@Div.kernel()
@TruncateDiv.kernel()
def truncate_div_kernel(x, y, *, xp, T):
    if not T.is_integer:
        return x / y
    _check_divisor(x, y, xp)
    floor = x // y
    return xp.where(_is_rounded_up(x, y, floor), floor + 1, floor)


@FloorDiv.kernel()
def floor_div_kernel(x, y, *, xp, T):
    if T.is_integer:
        _check_divisor(x, y, xp)
        return x // y
    # Floats: floor of the rounded quotient, so that 1.0 // 0.1 is 10 as in TF (Python says 9).
    return xp.floor(x / y)


@FloorMod.kernel()
def floor_mod_kernel(x, y, *, xp, T):
    if T.is_integer:
        _check_divisor(x, y, xp)
    return xp.remainder(x, y)


@TruncateMod.kernel("numpy")
@Mod.kernel("numpy")
def truncate_mod_kernel(x, y, *, T):
    if T.is_integer:
        _check_divisor(x, y, np)
    return np.fmod(x, y)


@DivNoNan.kernel("numpy")
def div_no_nan_numpy_kernel(x, y):
    return np.where(y == 0, np.zeros_like(x), x / y)[()]


@DivNoNan.kernel()
def div_no_nan_kernel(x, y, *, xp):
    return xp.where(y == 0, xp.zeros_like(x), x / y)


@Xdivy.kernel("numpy")
def xdivy_numpy_kernel(x, y):
    return np.where(x == 0, np.zeros_like(x), x / y)[()]


@Xdivy.kernel()
def xdivy_kernel(x, y, *, xp):
    return xp.where(x == 0, xp.zeros_like(x), x / y)


@Xlogy.kernel("numpy")
def xlogy_numpy_kernel(x, y):
    return np.where(x == 0, np.zeros_like(x), x * np.log(y))[()]


@Xlogy.kernel()
def xlogy_kernel(x, y, *, xp):
    return xp.where(x == 0, xp.zeros_like(x), x * xp.log(y))


# -- gradients ------------------------------------------------------------------------------------

def _quotient_gradient(op: Any, grad: Any, quotient: Callable[[Any, Any], Any]) -> Any:
    x, y = op.inputs
    conj = exported("conj")

    def y_gradient() -> Any:
        divisor = conj(y)
        return grad * quotient(quotient(-conj(x), divisor), divisor)

    return reduced_dynamically(x, y, lambda: quotient(grad, conj(y)), y_gradient)


@RealDiv.gradient
def real_div_gradient(op: Any, grad: Any) -> Any:
    return _quotient_gradient(op, grad, realdiv)


@Div.gradient
def div_gradient(op: Any, grad: Any) -> Any:
    return _quotient_gradient(op, grad, divide)


@DivNoNan.gradient
def div_no_nan_gradient(op: Any, grad: Any) -> Any:
    return _quotient_gradient(op, grad, div_no_nan)


FloorDiv.not_differentiable("a step function: its slope is 0 or nothing")
TruncateDiv.not_differentiable("a step function: its slope is 0 or nothing")
TruncateMod.not_differentiable("TF defines no gradient for it: use tf.floormod")
Mod.not_differentiable("TF defines no gradient for it: use tf.floormod")


@FloorMod.gradient
def floor_mod_gradient(op: Any, grad: Any) -> Any:
    x, y = op.inputs
    floors: list[Any] = []

    def x_gradient() -> Any:
        floors.append(floor_div(x, y))
        return grad

    return reduced_dynamically(x, y, x_gradient, lambda: grad * exported("negative")(floors[0]))


def _nonzero(x: Tensor) -> Tensor:
    cast = exported("cast")
    return cast(exported("not_equal")(x, cast(0.0, dtype=x.dtype)), dtype=x.dtype)


@Xlogy.gradient
def xlogy_gradient(op: Any, grad: Any) -> Any:
    x, y = op.inputs
    with control_dependencies([grad]):
        return reduced_dynamically(x, y, lambda: xlogy(_nonzero(x), y) * grad,
                                   lambda: xdivy(x, y) * grad)


@Xdivy.gradient
def xdivy_gradient(op: Any, grad: Any) -> Any:
    x, y = op.inputs
    with control_dependencies([grad]):
        return reduced_dynamically(x, y, lambda: xdivy(_nonzero(x), y) * grad,
                                   lambda: xdivy(exported("negative")(x), y**2) * grad)
