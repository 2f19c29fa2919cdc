"""Values passed on with a twist: IdentityN, GuaranteeConst, EnsureShape, Bitcast."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.array_library import library_dtype
from tftutor.backends.host_arrays import shape_of
from tftutor.framework.api import tf_export
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_inference import unchanged_shape
from tftutor.framework.shape_merge import brackets_text
from tftutor.framework.tensor_shape import TensorShape

_BITS = ("{bfloat16, half, float, double, int64, int32, uint8, uint16, uint32, uint64, int8, "
         "int16, complex64, complex128, qint8, quint8, qint16, quint16, qint32}")

IdentityN = OpDef("IdentityN", inputs=("input: T",), outputs=("output: T",),
                  attrs=("T: list(type) >= 1",))
GuaranteeConst = OpDef("GuaranteeConst", inputs=("input: T",), outputs=("output: T",),
                       attrs=("T: type",), stateful=True)
EnsureShape = OpDef("EnsureShape", inputs=("input: T",), outputs=("output: T",),
                    attrs=("shape: shape", "T: type"))
Bitcast = OpDef("Bitcast", inputs=("input: T",), outputs=("output: type",),
                attrs=(f"T: {_BITS}", f"type: {_BITS}"))


@tf_export("identity_n")
def identity_n(input: Any, name: str | None = None) -> list[Tensor]:
    """Pass a list of tensors on as one operation. Source: TF 1.15 docs, tf.identity_n."""
    return IdentityN(input, name=name)


@IdentityN.shape
def identity_n_shape(c: Any) -> None:
    for index in range(c.num_inputs):
        c.set_output(index, c.input(index))


@IdentityN.gradient
def identity_n_gradient(op: Any, *grads: Any) -> Any:
    return list(grads)


@IdentityN.kernel()
def identity_n_kernel(input):
    return input


@tf_export("guarantee_const")
def guarantee_const(input: Any, name: str | None = None) -> Tensor:
    """Promise that `input` never changes. Source: TF 1.15 docs, tf.guarantee_const."""
    return GuaranteeConst(input, name=name)


GuaranteeConst.shape(unchanged_shape)
GuaranteeConst.not_differentiable("a constant depends on nothing")


@GuaranteeConst.kernel()
def guarantee_const_kernel(input):
    return input


@tf_export("ensure_shape")
def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Tensor:
    """Pass `x` on, checking in each run that its shape fits `shape` (None: any size).

    Raises: ValueError when the static shape contradicts; InvalidArgumentError in the run.
    Source: TF 1.15 docs, tf.ensure_shape.
    """
    return EnsureShape(x, shape=TensorShape(shape), name=name)


@EnsureShape.shape
def ensure_shape_shape(c: Any) -> None:
    c.set_output(0, c.merge_shapes(c.op._attrs["shape"].shape, c.input(0)))


@EnsureShape.gradient
def ensure_shape_gradient(op: Any, grad: Any) -> Any:
    return grad


@EnsureShape.kernel()
def ensure_shape_kernel(input, *, shape, ctx):
    have = shape_of(input)
    if shape is not None and (len(have) != len(shape) or any(
            want is not None and want != dim for dim, want in zip(have, shape, strict=True))):
        raise errors.InvalidArgumentError(
            None, None, f"Shape of tensor {_run_name(ctx.op._inputs[0].op)} {brackets_text(have)} "
            f"is not compatible with expected shape {brackets_text(shape)}.")
    return input


def _run_name(op: Any) -> str:
    """The name a running node has in TF: that of a fed placeholder is one given to the feed."""
    return f"_arg_{op.name}_0_0" if op.type == "Placeholder" else op.name


@tf_export("bitcast")
def bitcast(input: Any, type: Any, name: str | None = None) -> Tensor:
    """Read the bytes of `input` as another dtype, without converting values.

    A smaller dtype adds a last dimension, a larger one takes it away.

    Raises: ValueError when the last dimension doesn't hold one item of the new dtype.
    Source: TF 1.15 docs, tf.bitcast.
    """
    return Bitcast(input, type=type, name=name)


@Bitcast.shape
def bitcast_shape(c: Any) -> None:
    given = c.input(0)
    old, new = (np.dtype(c.op._attrs[key].as_numpy_dtype).itemsize for key in ("T", "type"))
    if given is None or old == new:
        c.set_output(0, given)
        return
    if old > new:
        c.set_output(0, (*given, old // new))
        return
    ratio = new // old
    last = c.with_rank_at_least(given, 1)[-1]
    if last is not None and last != ratio:
        c.fail(f"Cannot bitcast due to shape. {last} does not match {ratio}")
    c.set_output(0, given[:-1])


Bitcast.not_differentiable("bytes read as another dtype have no derivative")


def _check_last(shape: tuple[int, ...], T: Any, type: Any) -> None:  # noqa: N803 - TF's attr
    ratio = type.size // T.size
    if ratio > 1 and (not shape or shape[-1] != ratio):
        raise errors.InvalidArgumentError(
            None, None, f"Cannot bitcast from {T.name} to {type.name}: shape "
            f"{brackets_text(shape)}")


def bitcast_view(array: Any, T: Any, type: Any, xp: Any) -> Any:  # noqa: N803 - TF's attr
    """The bytes of a contiguous array of torch or CuPy, whose `view` knows sizes as NumPy's."""
    _check_last(tuple(array.shape), T, type)
    if T.size > type.size:
        array = array[..., None]
    viewed = array.view(library_dtype(xp, type))
    return viewed[..., 0] if T.size < type.size else viewed


@Bitcast.kernel("numpy")
def bitcast_kernel(input, *, T, type):
    array = np.ascontiguousarray(input)
    new = np.dtype(type.as_numpy_dtype)
    old = array.dtype.itemsize
    if old == new.itemsize:
        return array.view(new).reshape(np.shape(input))[()]
    if old > new.itemsize:
        return array.view(np.uint8).view(new).reshape((*np.shape(input), old // new.itemsize))
    _check_last(np.shape(input), T, type)
    return array.view(new).reshape(np.shape(input)[:-1])[()]
