"""Tensors full of one value: Fill, zeros, ones and their *_like forms.

Small tensors of known shape are constants, as in TF; larger ones are Fill nodes.
"""

from __future__ import annotations

import operator
from functools import reduce
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.host_arrays import shape_of
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.constant_value import constant_evaluator, evaluate_static
from tftutor.framework.conversion import convert
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_inference import unchanged_shape
from tftutor.framework.shape_merge import is_fully_defined
from tftutor.framework.tensor_shape import TensorShape
from tftutor.ops.array_reshape import reshape
from tftutor.ops.array_shape import shape_internal
from tftutor.ops.constant import constant

Fill = OpDef("Fill", inputs=("dims: index_type", "value: T"), outputs=("output: T",),
             attrs=("T: type", "index_type: {int32, int64} = DT_INT32"))
ZerosLike = OpDef("ZerosLike", inputs=("x: T",), outputs=("y: T",), attrs=("T: type",),
                  doc="Zeros of the shape and dtype of x.")
OnesLike = OpDef("OnesLike", inputs=("x: T",), outputs=("y: T",), attrs=(
    "T: {bfloat16, half, float, double, int8, uint8, int16, uint16, int32, int64, complex64, "
    "complex128, bool}",), doc="Ones of the shape and dtype of x.")

_CONSTANT_BELOW = 1000  # elements: TF makes a Const below, a Fill from there on


@tf_export("fill")
def fill(dims: Any, value: Any, name: str | None = None) -> Tensor:
    """Return a tensor of shape `dims` (an integer vector) filled with the scalar `value`.

    Raises: ValueError when `value` is no scalar or a dimension is negative.
    Source: TF 1.15 docs, tf.fill.
    """
    return Fill(dims, value, name=name)


@Fill.shape
def fill_shape(c: Any) -> None:
    c.with_rank(c.input(0), 1)
    c.with_rank(c.input(1), 0)
    out = c.value_as_shape(0)
    dims = c.value(0)
    if dims is not None and any(d < 0 for d in dims.reshape(-1)):
        c.fail("Fill dimensions must be >= 0")
    c.set_output(0, out)


@Fill.gradient
def fill_gradient(op: Any, grad: Any) -> Any:
    return [None, exported("reduce_sum")(grad)]


def _checked_dims(dims: Any) -> tuple[int, ...]:
    shape = tuple(dims.tolist())
    if shape and min(shape) < 0:
        raise errors.InvalidArgumentError(
            None, None, f"Dimension {min(shape)} must be >= 0")
    return shape


@Fill.kernel()
def fill_kernel(dims, value, *, xp):
    return xp.asarray(xp.broadcast_to(value, _checked_dims(dims)), copy=True)


@Fill.kernel("numpy")
def fill_numpy_kernel(dims, value):
    shape = _checked_dims(dims)
    if isinstance(value, bytes):
        out = np.empty(shape, dtype=object)
        out.fill(value)
        return out[()]
    return np.full(shape, value, dtype=value.dtype)[()]


@constant_evaluator("Fill")
def evaluate_fill(op: Any, partial: bool) -> np.ndarray | None:
    shape = op.outputs[0]._shape
    value = evaluate_static(op._inputs[1])
    if value is None or not is_fully_defined(shape):
        return None
    return np.full(shape, value[()], value.dtype)


def _is_small(shape: Any) -> bool:
    """Whether a shape given in Python has few elements; False when it can't be known.

    TF multiplies the sizes and compares before it looks what they are: a list that holds tensors
    leaves `mul` and `Less` nodes behind, which later names and op seeds depend on.
    """
    try:
        if isinstance(shape, TensorShape):
            shape = shape.as_list() if shape.rank is not None else None
        sizes: Any = shape
        if isinstance(shape, list | tuple):
            sizes = [getattr(d, "value", d) for d in shape]
            if any(isinstance(d, Tensor) for d in sizes):
                return bool(reduce(operator.mul, sizes) < _CONSTANT_BELOW)
        return bool(np.prod(sizes) < _CONSTANT_BELOW)
    except TypeError:
        return False


def _filled(what: str, shape: Any, dtype: Any, name: str | None) -> Tensor:
    """The body of `zeros` and `ones`."""
    dtype = dtypes.as_dtype(dtype).base_dtype
    with name_scope(name, what, [shape]) as scope:
        value: Any = 0 if what == "zeros" else 1
        if dtype == dtypes.bool:
            value = bool(value)
        elif dtype == dtypes.string and what == "zeros":
            value = ""
        if not isinstance(shape, Tensor):
            try:
                if _is_small(shape):
                    return constant(value, shape=shape, dtype=dtype, name=scope)
                shape = convert(TensorShape(shape))
            except (TypeError, ValueError):
                shape = convert(shape, dtype=dtypes.int32)
        if not shape._shape:
            shape = reshape(shape, [-1])  # a scalar stands for a vector of one item
        return fill(shape, constant(value, dtype=dtype), name=scope)


@tf_export("zeros")
def zeros(shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Tensor:
    """Return a tensor of zeros (False, "") of the given shape. Source: TF 1.15 docs, tf.zeros."""
    return _filled("zeros", shape, dtype, name)


@tf_export("ones")
def ones(shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Tensor:
    """Return a tensor of ones (True) of the given shape. Source: TF 1.15 docs, tf.ones."""
    return _filled("ones", shape, dtype, name)


@tf_export("zeros_like")
def zeros_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True
               ) -> Tensor:
    """Return zeros of the shape (and dtype, unless another is given) of `tensor`.

    Source: TF 1.15 docs, tf.zeros_like.
    """
    with name_scope(name, "zeros_like", [tensor]) as scope:
        tensor = convert(tensor, name="tensor")
        if optimize and is_fully_defined(tensor._shape) and tensor.dtype != dtypes.variant:
            return zeros(tensor.shape, dtype=dtype or tensor.dtype, name=scope)
        if dtype is not None and dtype != tensor.dtype and dtype != dtypes.variant:
            return zeros(shape_internal(tensor, optimize=optimize), dtype=dtype, name=scope)
        return ZerosLike(tensor, name=scope)


ZerosLike.shape(unchanged_shape)
ZerosLike.not_differentiable("it doesn't depend on the values")


@ZerosLike.kernel()
def zeros_like_kernel(x, *, xp, T):  # noqa: N803 - TF's attr
    if T == dtypes.int32:  # on a GPU, TF keeps int32 results in the host's memory
        return np.zeros(tuple(x.shape), np.int32)
    return xp.zeros_like(x)


@ZerosLike.kernel("numpy")
def zeros_like_numpy_kernel(x):
    if isinstance(x, bytes) or x.dtype == object:
        out = np.empty(shape_of(x), dtype=object)
        out.fill(b"")
        return out[()]
    return np.zeros(x.shape, dtype=x.dtype)[()]


@tf_export("ones_like")
def ones_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True
              ) -> Tensor:
    """Return ones of the shape (and dtype, unless another is given) of `tensor`.

    Source: TF 1.15 docs, tf.ones_like.
    """
    with name_scope(name, "ones_like", [tensor]) as scope:
        tensor = convert(tensor, name="tensor")
        ones_shape = shape_internal(tensor, optimize=optimize)
        result = ones(ones_shape, dtype=tensor.dtype if dtype is None else dtype, name=scope)
        result.set_shape(tensor.get_shape())
        return result


OnesLike.shape(unchanged_shape)
OnesLike.not_differentiable("it doesn't depend on the values")


@OnesLike.kernel()
def ones_like_kernel(x, *, xp, T):  # noqa: N803 - TF's attr
    return np.ones(tuple(x.shape), np.int32) if T == dtypes.int32 else xp.ones_like(x)


@OnesLike.kernel("numpy")
def ones_like_numpy_kernel(x):
    return np.ones(x.shape, dtype=x.dtype)[()]
