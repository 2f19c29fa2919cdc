"""Casts: to another dtype, with C's truncation, or saturating."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.array_library import library_dtype
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.constant_value import (
    constant_evaluator,
    constant_value,
)
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.indexed_slices import IndexedSlices
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_inference import unchanged_shape
from tftutor.ops.operators import is_sparse
from tftutor.platform import tf_logging

Cast = OpDef("Cast", inputs=("x: SrcT",), outputs=("y: DstT",),
             attrs=("SrcT: type", "DstT: type", "Truncate: bool = false"))

_CASTABLE_GRADIENTS = (dtypes.float16, dtypes.float32, dtypes.float64, dtypes.bfloat16,
                       dtypes.complex64, dtypes.complex128)


@tf_export("cast", "dtypes.cast")
def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """Cast a Tensor, SparseTensor or IndexedSlices to another dtype.

    Floats lose their fraction on the way to integers, complex numbers their imaginary part.
    A tensor or resource variable that has the dtype already is returned as it is.

    Raises: TypeError when `x` can't become a tensor. Source: TF 1.15 docs, tf.cast.
    """
    base = dtypes.as_dtype(dtype).base_dtype
    if (isinstance(x, Tensor) or hasattr(x, "_handle")) and x.dtype == base:
        return x
    with name_scope(name, "Cast", [x]) as scope:
        if isinstance(x, IndexedSlices):
            x = IndexedSlices(cast(x.values, base, name=scope), x.indices, x.dense_shape)
        elif is_sparse(x):
            x = type(x)(x.indices, cast(x.values, base, name=scope), x.dense_shape)
        else:
            x = convert_to_tensor(x, name="x")
            source = x.dtype.base_dtype
            if source is not base:
                x = Cast(x, DstT=base, name=scope)
            if source.is_complex and base.is_floating:
                tf_logging.warn("Casting complex to real discards imaginary part.")
        return x


@tf_export("saturate_cast", "dtypes.saturate_cast")
def saturate_cast(value: Any, dtype: Any, name: str | None = None) -> Tensor:
    """Cast to `dtype`; what doesn't fit becomes its smallest or largest value.

    Source: TF 1.15 docs, tf.dtypes.saturate_cast.
    """
    with name_scope(name, "saturate_cast", [value]) as scope:
        value = convert_to_tensor(value, name="value")
        kind = dtypes.as_dtype(dtype).base_dtype
        if value.dtype.min < kind.min:
            value = exported("maximum")(
                value, convert_to_tensor(kind.min, dtype=value.dtype, name="min"))
        if value.dtype.max > kind.max:
            value = exported("minimum")(
                value, convert_to_tensor(kind.max, dtype=value.dtype, name="max"))
        return cast(value, kind, name=scope)


@tf_export("to_float")
def to_float(x: Any, name: str = "ToFloat") -> Any:
    """Cast to float32. Source: TF 1.15 docs, tf.to_float (deprecated: use tf.cast)."""
    return cast(x, dtypes.float32, name=name)


@tf_export("to_double")
def to_double(x: Any, name: str = "ToDouble") -> Any:
    """Cast to float64. Source: TF 1.15 docs, tf.to_double (deprecated: use tf.cast)."""
    return cast(x, dtypes.float64, name=name)


@tf_export("to_int32")
def to_int32(x: Any, name: str = "ToInt32") -> Any:
    """Cast to int32. Source: TF 1.15 docs, tf.to_int32 (deprecated: use tf.cast)."""
    return cast(x, dtypes.int32, name=name)


@tf_export("to_int64")
def to_int64(x: Any, name: str = "ToInt64") -> Any:
    """Cast to int64. Source: TF 1.15 docs, tf.to_int64 (deprecated: use tf.cast)."""
    return cast(x, dtypes.int64, name=name)


@tf_export("to_bfloat16")
def to_bfloat16(x: Any, name: str = "ToBFloat16") -> Any:
    """Cast to bfloat16. Source: TF 1.15 docs, tf.to_bfloat16 (deprecated: use tf.cast)."""
    return cast(x, dtypes.bfloat16, name=name)


@tf_export("to_complex64")
def to_complex64(x: Any, name: str = "ToComplex64") -> Any:
    """Cast to complex64. Source: TF 1.15 docs, tf.to_complex64 (deprecated: use tf.cast)."""
    return cast(x, dtypes.complex64, name=name)


@tf_export("to_complex128")
def to_complex128(x: Any, name: str = "ToComplex128") -> Any:
    """Cast to complex128. Source: TF 1.15 docs, tf.to_complex128 (deprecated: use tf.cast)."""
    return cast(x, dtypes.complex128, name=name)


Cast.shape(unchanged_shape)


@Cast.gradient
def cast_gradient(op: Any, grad: Any) -> Any:
    source, target = op.inputs[0].dtype.base_dtype, grad.dtype.base_dtype
    if source in _CASTABLE_GRADIENTS and target in _CASTABLE_GRADIENTS:
        return cast(grad, source)
    return None


@Cast.kernel("numpy")
def cast_numpy_kernel(x, *, SrcT, DstT):  # noqa: N803 - attribute names
    if SrcT is DstT:
        return x
    if dtypes.string in (SrcT, DstT):
        raise errors.UnimplementedError(
            None, None, f"Cast {_c_name(SrcT)} to {_c_name(DstT)} is not supported")
    if _loses_imaginary(SrcT, DstT):
        x = np.real(x)
    if _keeps_low_bits(SrcT, DstT):
        x = x.astype(np.int64)
    return x.astype(DstT.as_numpy_dtype)


@Cast.kernel()
def cast_kernel(x, *, xp, SrcT, DstT):  # noqa: N803 - attribute names
    if SrcT is DstT:
        return x
    if _loses_imaginary(SrcT, DstT):
        x = xp.real(x)
    if _keeps_low_bits(SrcT, DstT):
        x = xp.astype(x, xp.int64)
    return xp.astype(x, library_dtype(xp, DstT))


def _loses_imaginary(source: dtypes.DType, target: dtypes.DType) -> bool:
    return source.is_complex and not target.is_complex and target is not dtypes.bool


def _keeps_low_bits(source: dtypes.DType, target: dtypes.DType) -> bool:
    """True for small integers: of a float out of their range C++ takes the low bits here."""
    return source.is_floating and target.is_integer and target.size < 4


def _c_name(dtype: dtypes.DType) -> str:
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)


@constant_evaluator("Cast")
def evaluate_cast(op: Any, partial: bool) -> Any:
    value = constant_value(op._inputs[0])
    if value is None:
        return None
    return np.asarray(value).astype(op._attrs["DstT"].as_numpy_dtype)
