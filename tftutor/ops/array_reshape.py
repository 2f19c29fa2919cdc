"""The same elements in another shape: Reshape, ExpandDims, Squeeze, BroadcastTo."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.host_arrays import as_array, dims_text
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.constant_folding import evaluate_constant
from tftutor.framework.late_notes import explained
from tftutor.framework.op_def import OpDef, get_op_def
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_checks import divide, known_product
from tftutor.framework.shape_merge import brackets_text
from tftutor.ops.array_shape import shape as tf_shape
from tftutor.platform.renamed_arguments import renamed_argument

Reshape = OpDef("Reshape", inputs=("tensor: T", "shape: Tshape"), outputs=("output: T",),
                attrs=("T: type", "Tshape: {int32, int64} = DT_INT32"))
ExpandDims = OpDef("ExpandDims", inputs=("input: T", "dim: Tdim"), outputs=("output: T",),
                   attrs=("T: type", "Tdim: {int32, int64} = DT_INT32"))
Squeeze = OpDef("Squeeze", inputs=("input: T",), outputs=("output: T",),
                attrs=("T: type", "squeeze_dims: list(int) >= 0 = []"))
BroadcastTo = OpDef("BroadcastTo", inputs=("input: T", "shape: Tidx"), outputs=("output: T",),
                    attrs=("T: type", "Tidx: {int32, int64} = DT_INT32"))


@tf_export("reshape", "manip.reshape")
def reshape(tensor: Any, shape: Any, name: str | None = None) -> Tensor:
    """Return the elements of `tensor`, in order, in another shape.

    One item of `shape` may be -1: it follows from the number of elements; [-1] flattens.

    Raises: ValueError when the static shapes show that the element counts differ;
    InvalidArgumentError when that turns out in the run.
    Source: TF 1.15 docs, tf.reshape.
    """
    return Reshape(tensor, shape, name=name)


@Reshape.shape
def reshape_shape(c: Any) -> None:
    out = c.value_as_shape(1)
    given = c.input(0)
    if out is None or given is None:
        c.set_output(0, out)
        return
    holes_out, holes_in = out.count(None), given.count(None)
    size_out, size_in = known_product(out), known_product(given)
    if 0 in out:
        holes_out = 0
    if 0 in given:
        holes_in = 0
    if holes_out == holes_in == 0:
        if size_in != size_out:
            c.fail(f"Cannot reshape a tensor with {size_in} elements to shape "
                   f"{brackets_text(out)} ({size_out} elements)")
    elif (holes_in, holes_out) == (0, 1) and size_out > 0:
        out = _fill_hole(out, divide(c, size_in, size_out))
    elif (holes_in, holes_out) == (1, 0) and size_in:
        divide(c, size_out, size_in)
    elif (holes_in, holes_out) == (1, 1) and size_in == size_out:
        out = _fill_hole(out, None)
    c.set_output(0, out)


def _fill_hole(shape: tuple[Any, ...], dim: Any) -> tuple[Any, ...]:
    return tuple(dim if d is None else d for d in shape)


@Reshape.gradient
def reshape_gradient(op: Any, grad: Any) -> Any:
    return [_reshape_to_input(op, grad), None]


def _reshape_to_input(op: Any, grad: Any) -> Tensor:
    return reshape(grad, tf_shape(op._inputs[0]))


@Reshape.kernel()
def reshape_kernel(tensor, shape, *, xp):
    wanted = tuple(shape.tolist())
    try:
        return xp.reshape(tensor, wanted)
    except (ValueError, RuntimeError):
        raise _reshape_error(tensor, wanted) from None


@Reshape.kernel("numpy")
def reshape_numpy_kernel(tensor, shape):
    if not shape.size and isinstance(tensor, np.generic):
        return tensor  # as gradients of broadcasts ask for where nothing was broadcast
    wanted = tuple(shape.tolist())
    try:
        return as_array(tensor).reshape(wanted)[()]
    except ValueError:
        raise _reshape_error(tensor, wanted) from None


def _reshape_error(tensor: Any, wanted: tuple[int, ...]) -> errors.OpError:
    values = math.prod(as_array(tensor).shape)
    negative = [i for i, d in enumerate(wanted) if d == -1]
    product = math.prod(d for d in wanted if d != -1)
    bad = next((i for i, d in enumerate(wanted) if d < -1), None)
    if bad is not None:
        text = f"Size {bad} must be non-negative, not {wanted[bad]}"
    elif len(negative) > 1:
        text = f"Only one input size may be -1, not both {negative[0]} and {negative[1]}"
    elif not negative:
        text = (f"Input to reshape is a tensor with {values} values, but the requested shape has "
                f"{product}")
    elif product == 0:
        text = ("reshape cannot infer the missing input size for an empty tensor unless all "
                "specified input sizes are non-zero")
    else:
        text = (f"Input to reshape is a tensor with {values} values, but the requested shape "
                f"requires a multiple of {product}")
    return errors.InvalidArgumentError(None, None, text)


@Reshape.bind
def reshape_binder(op: Any, xp: Any) -> Any:
    """With a constant shape a step is one method call."""
    known = evaluate_constant(op._inputs[1])
    if known is None or op._inputs[0].dtype == dtypes.string or known.ndim != 1 or not known.size:
        return None
    wanted = tuple(known.tolist())

    def run(tensor, shape):
        try:
            return tensor.reshape(wanted)
        except (ValueError, RuntimeError):
            raise _reshape_error(tensor, wanted) from None

    return run


@tf_export("expand_dims")
def expand_dims(input: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """Insert a dimension of size 1 at `axis` (-1: behind the last).

    Raises: ValueError without an axis, or for one out of [-rank - 1, rank].
    Source: TF 1.15 docs, tf.expand_dims.
    """
    axis = renamed_argument("tf.expand_dims", "axis", axis, "dim", dim)
    if axis is None:
        raise explained(ValueError("Must specify an axis argument to tf.expand_dims()"))
    return ExpandDims(input, axis, name=name)


@ExpandDims.shape
def expand_dims_shape(c: Any) -> None:
    value = c.value(1)
    given = c.input(0)
    if value is not None and value.size != 1:
        c.fail("'dim' input must be a tensor with a single value")
    if value is None or given is None:
        c.set_output(0, None)
        return
    axis, rank = int(value.reshape(())), len(given)
    if not -rank - 1 <= axis <= rank:
        c.fail(f"dim {axis} not in the interval [{-rank - 1}, {rank}].")
    if axis < 0:
        axis += rank + 1
    c.set_output(0, given[:axis] + (1,) + given[axis:])


@ExpandDims.gradient
def expand_dims_gradient(op: Any, grad: Any) -> Any:
    return [_reshape_to_input(op, grad), None]


def _new_axis_index(axis: int) -> tuple[Any, ...]:
    """The index that inserts a dimension at `axis`."""
    if axis >= 0:
        return (slice(None),) * axis + (None,)
    return (Ellipsis, None) + (slice(None),) * (-axis - 1)


def _checked_new_axis(dim: Any, rank: int) -> int:
    axis = int(dim.reshape(()))
    if not -rank - 1 <= axis <= rank:
        raise errors.InvalidArgumentError(
            None, None, f"Tried to expand dim index {axis} for tensor with {rank} dimensions.")
    return axis


@ExpandDims.kernel()
def expand_dims_kernel(input, dim, *, xp):
    return xp.expand_dims(input, axis=_checked_new_axis(dim, input.ndim))


@ExpandDims.kernel("numpy")
def expand_dims_numpy_kernel(input, dim):
    array = as_array(input)
    return array[_new_axis_index(_checked_new_axis(dim, array.ndim))]


@ExpandDims.bind
def expand_dims_binder(op: Any, xp: Any) -> Any:
    value = evaluate_constant(op._inputs[1])
    if value is None or op._inputs[0]._shape is None or op._inputs[0].dtype == dtypes.string:
        return None
    index = _new_axis_index(int(value.reshape(())))
    return lambda input, dim: input[index]


@tf_export("squeeze")
def squeeze(input: Any, axis: Any = None, name: str | None = None, squeeze_dims: Any = None
            ) -> Tensor:
    """Remove dimensions of size 1: all of them, or those in `axis`.

    Raises: ValueError when a dimension in `axis` is known not to be 1.
    Source: TF 1.15 docs, tf.squeeze.
    """
    axis = renamed_argument("tf.squeeze", "axis", axis, "squeeze_dims", squeeze_dims)
    if np.isscalar(axis):
        axis = [axis]
    return Squeeze(input, squeeze_dims=axis, name=name)


@Squeeze.shape
def squeeze_shape(c: Any) -> None:
    given = c.input(0)
    if given is None:
        return
    axes: list[int] = []
    rank = len(given)
    for position, axis in enumerate(c.attr("squeeze_dims")):
        if not -rank <= axis < rank:
            c.fail(f"squeeze_dims[{position}] not in [{-rank},{rank}).")
        axes.append(axis + rank if axis < 0 else axis)
    if not axes:
        if None not in given:
            c.set_output(0, tuple(d for d in given if d != 1))
        return
    for axis in sorted(axes):
        if given[axis] not in (None, 1):
            c.fail(f"Can not squeeze dim[{axis}], expected a dimension of 1, got {given[axis]}")
    c.set_output(0, tuple(d for i, d in enumerate(given) if i not in axes))


@Squeeze.gradient
def squeeze_gradient(op: Any, grad: Any) -> Any:
    return _reshape_to_input(op, grad)


@Squeeze.kernel()
def squeeze_kernel(input, *, xp, squeeze_dims):
    return xp.reshape(input, _squeezed_shape(tuple(input.shape), squeeze_dims))


@Squeeze.kernel("numpy")
def squeeze_numpy_kernel(input, *, squeeze_dims):
    array = as_array(input)
    return array.reshape(_squeezed_shape(array.shape, squeeze_dims))[()]


def _squeezed_shape(shape: tuple[int, ...], squeeze_dims: list[int]) -> tuple[int, ...]:
    if not squeeze_dims:
        return tuple(d for d in shape if d != 1)
    rank = len(shape)
    axes = set()
    for axis in squeeze_dims:
        if not -rank <= axis < rank:
            raise errors.InvalidArgumentError(
                None, None, f"Tried to squeeze dim index {axis} for tensor with {rank} dimensions.")
        axes.add(axis % rank)
    for axis in sorted(axes):
        if shape[axis] != 1:
            raise errors.InvalidArgumentError(
                None, None, f"Can not squeeze dim[{axis}], expected a dimension of 1, got "
                f"{shape[axis]}")
    return tuple(d for i, d in enumerate(shape) if i not in axes)


@tf_export("broadcast_to")
def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """Repeat `input` along its dimensions of size 1 (and new leading ones) to fill `shape`.

    Raises: ValueError when the shapes don't broadcast.
    Source: TF 1.15 docs, tf.broadcast_to.
    """
    return BroadcastTo(input, shape, name=name)


@BroadcastTo.shape
def broadcast_to_shape(c: Any) -> None:
    given, out = c.input(0), c.with_rank(c.input(1), 1)
    out = c.value_as_shape(1)
    if given is None or out is None:
        c.set_output(0, out)
        return
    c._asked_shapes.clear()  # the rank check fails before TF has evaluated the shape
    c.with_rank_at_most(given, len(out))
    c.value_as_shape(1)
    dims = []
    padded = (1,) * (len(out) - len(given)) + tuple(given)
    for have, want in zip(padded, out, strict=True):
        if have is None or want is None or have == 1:
            dims.append(want)
        elif want == 1 or have == want:
            dims.append(have)
        else:
            c.fail(f"Dimensions must be equal, but are {have} and {want}")
    c.set_output(0, tuple(out))


@BroadcastTo.gradient
def broadcast_to_gradient(op: Any, grad: Any) -> Any:
    from tftutor.framework.api import exported

    input_shape = tf_shape(op._inputs[0])
    _, axes = get_op_def("BroadcastGradientArgs")(op._inputs[1], input_shape)
    summed = exported("reduce_sum")(grad, axis=axes, keepdims=True)
    return [reshape(summed, input_shape), None]


@BroadcastTo.kernel()
def broadcast_to_kernel(input, shape, *, xp):
    wanted = tuple(shape.tolist())
    try:
        return xp.broadcast_to(input, wanted)
    except (ValueError, RuntimeError):
        raise errors.InvalidArgumentError(
            None, None, f"Incompatible shapes: {dims_text(input.shape)} vs. {dims_text(wanted)}"
        ) from None


@BroadcastTo.kernel("numpy")
def broadcast_to_numpy_kernel(input, shape):
    return broadcast_to_kernel(as_array(input), shape, xp=np)[()]
