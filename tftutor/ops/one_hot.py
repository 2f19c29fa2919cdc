"""Numbers and lengths as rows of flags: OneHot, sequence_mask; tf.repeat built on them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef, get_op_def
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_checks import dim_from_input
from tftutor.ops.array_join import concat, stack, tile
from tftutor.ops.array_reshape import broadcast_to, expand_dims, reshape
from tftutor.ops.array_shape import rank, shape
from tftutor.ops.constant import constant

OneHot = OpDef("OneHot", inputs=("indices: TI", "depth: int32", "on_value: T", "off_value: T"),
               outputs=("output: T",),
               attrs=("axis: int = -1", "T: type", "TI: {uint8, int32, int64} = DT_INT64"))


@tf_export("one_hot")
def one_hot(indices: Any, depth: Any, on_value: Any = None, off_value: Any = None,
            axis: int | None = None, dtype: Any = None, name: str | None = None) -> Tensor:
    """A row of `depth` items for each index: `on_value` at the index, `off_value` elsewhere.

    Shapes: indices [a, b] -> [a, b, depth] (axis -1, the default), [depth, a, b] (axis 0).
    An index outside [0, depth) gives a row without `on_value`.

    Raises: TypeError when the dtypes of the values and `dtype` differ.
    Source: TF 1.15 docs, tf.one_hot.
    """
    with name_scope(name, "one_hot", [indices, depth, on_value, off_value, axis, dtype]) as scope:
        on_dtype = None if on_value is None else convert(on_value).dtype.base_dtype
        off_dtype = None if off_value is None else convert(off_value).dtype.base_dtype
        if on_dtype is None and off_dtype is None:
            dtype = dtypes.float32 if dtype is None else dtype
        elif dtype is None:
            dtype = on_dtype or off_dtype
        else:
            for what, kind in (("on_value", on_dtype), ("off_value", off_dtype)):
                if kind is not None and kind != dtype:
                    raise explained(TypeError(
                        f"dtype {kind} of {what} does not match dtype parameter {dtype}"))
        if on_dtype is None:
            on_value, on_dtype = convert(1, dtype, name="on_value"), dtype
        if off_dtype is None:
            off_value, off_dtype = convert(0, dtype, name="off_value"), dtype
        if on_dtype != off_dtype:
            raise explained(TypeError(
                f"dtype {on_dtype} of on_value does not match dtype {off_dtype} of off_value"))
        return OneHot(indices, depth, on_value, off_value, axis=axis, name=scope)


@OneHot.shape
def one_hot_shape(c: Any) -> None:
    axis = c.attr("axis")
    if axis < -1:
        c.fail("axis must be >= -1")
    depth = dim_from_input(c, 1)
    given = c.input(0)
    if given is None:
        c.set_output(0, None)
        return
    position = len(given) if axis == -1 else min(axis, len(given))
    c.set_output(0, (*given[:position], depth, *given[position:]))


OneHot.not_differentiable("it doesn't vary with the values in between indices")


@OneHot.kernel()
def one_hot_kernel(indices, depth, on_value, off_value, *, xp, axis):
    size = int(depth)
    position = indices.ndim if axis == -1 else axis
    if not 0 <= position <= indices.ndim:
        raise errors.InvalidArgumentError(
            None, None, f"Expected axis to be -1 or between [0, {indices.ndim + 1}).  But "
                        f"received: {axis}")
    line = xp.arange(size)[(slice(None),) + (None,) * (indices.ndim - position)]
    flags = xp.expand_dims(indices, axis=position) == line
    return xp.where(flags, on_value, off_value)


def _all_dimensions(tensor: Tensor) -> Tensor:
    if tensor._shape is not None:
        return constant(np.arange(len(tensor._shape)), dtype=dtypes.int32)
    return get_op_def("Range")(0, rank(tensor), 1)


@tf_export("sequence_mask")
def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = dtypes.bool,
                  name: str | None = None) -> Tensor:
    """For each length n a row of `maxlen` items (default: the largest n), the first n True.

    Shapes: lengths [a, b] -> [a, b, maxlen].

    Raises: ValueError when `maxlen` is no scalar.
    Source: TF 1.15 docs, tf.sequence_mask.
    """
    cast = get_op_def("Cast")
    with name_scope(name, "SequenceMask", [lengths, maxlen]):
        lengths = convert(lengths)
        if maxlen is None:
            maxlen = get_op_def("Max")(lengths, _all_dimensions(lengths))
            maxlen = get_op_def("Maximum")(constant(0, maxlen.dtype), maxlen)
        else:
            maxlen = convert(maxlen)
        if maxlen._shape is not None and len(maxlen._shape):
            raise explained(ValueError("maxlen must be scalar for sequence_mask"))
        row = get_op_def("Range")(constant(0, maxlen.dtype), maxlen, constant(1, maxlen.dtype))
        matrix = cast(expand_dims(lengths, -1), DstT=maxlen.dtype)
        result = row < matrix
        if dtype is None or result.dtype.base_dtype == dtypes.as_dtype(dtype).base_dtype:
            return result
        return cast(result, DstT=dtype)


# -- repeating ------------------------------------------------------------------------------------

@tf_export("repeat")
def repeat(input: Any, repeats: Any, axis: int | None = None, name: str | None = None) -> Tensor:
    """Repeat each item along `axis` (default: of the flattened tensor) `repeats` times.

    Raises: ValueError for an axis out of range, TypeError for float repeats.
    Source: TF 1.15 docs, tf.repeat.
    """
    if axis is None:
        input, axis = reshape(input, [-1]), 0
    if not isinstance(axis, int):
        raise explained(TypeError(f"axis must be an int; got {type(axis).__name__}"))
    with name_scope(name, "Repeat", [input, repeats]):
        data = convert(input, name="data")
        repeats = convert(repeats, name="repeats", preferred_dtype=dtypes.int32)
        if not repeats.dtype.is_integer:
            raise explained(TypeError(f"repeats must be an integer tensor; dtype={repeats.dtype}"))
        repeats = get_op_def("Cast")(repeats, DstT=dtypes.int32)
        if data._shape == ():
            data = stack([data])
        data_shape = shape(data)
        axis = _positive_axis(axis, data._shape)
        if repeats._shape == ():
            expanded = expand_dims(data, axis + 1)
            tiled = _tile_one(expanded, axis + 1, repeats)
            return reshape(tiled, _joined(data_shape, axis))
        return _repeat_each(data, data_shape, repeats, axis)


def _repeat_each(data: Tensor, data_shape: Any, repeats: Tensor, axis: int) -> Tensor:
    if repeats._shape is None or len(repeats._shape) != axis + 1:
        repeats_shape, missing = shape(repeats), axis + 1 - rank(repeats)
        wanted = concat([data_shape[:missing], repeats_shape], axis=0)
        repeats = broadcast_to(repeats, wanted)
        repeats.set_shape([None] * (axis + 1))
    largest = get_op_def("Maximum")(0, get_op_def("Max")(repeats, _all_dimensions(repeats)))
    mask = sequence_mask(repeats, largest)
    tiled = _tile_one(expand_dims(data, axis + 1), axis + 1, largest)
    result = exported("boolean_mask")(tiled, mask)
    if axis:
        result = reshape(result, _joined(data_shape, axis))
    if data._shape is not None:
        none_left = repeats._shape is not None and repeats._shape[0] == 0
        result.set_shape((*data._shape[:axis], 0 if none_left else None, *data._shape[axis + 1:]))
    return result


def _joined(data_shape: Any, axis: int) -> Tensor:
    """The shape with -1 at `axis`."""
    return concat([data_shape[:axis], [-1], data_shape[axis + 1:]], axis=0)


def _tile_one(data: Tensor, axis: int, multiple: Any) -> Tensor:
    if data._shape is not None:
        multiples: Any = [1] * len(data._shape)
        multiples[axis] = multiple
        return tile(data, multiples)
    ones = exported("ones")(rank(data), dtypes.int32)
    return tile(data, concat([ones[:axis], [multiple], ones[axis + 1:]], axis=0))


def _positive_axis(axis: int, known: Any) -> int:
    if known is None:
        if axis < 0:
            raise explained(ValueError("axis may only be negative if ndims is statically known."))
        return axis
    if not -len(known) <= axis < len(known):
        raise explained(ValueError(
            f"axis={axis} out of bounds: expected {-len(known)}<=axis<{len(known)}"))
    return axis % len(known)
