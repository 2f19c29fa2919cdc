"""Joining tensors: Concat, Pack (stack), ParallelConcat and Tile."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.host_arrays import as_array, dims_text, shape_of
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.constant_folding import evaluate_constant
from tftutor.framework.constant_value import (
    constant_evaluator,
    constant_value_as_shape,
    evaluate_static,
    shape_reader,
)
from tftutor.framework.conversion import convert
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_inference import ShapeError, partial_shape
from tftutor.framework.tensor_shape import TensorShape
from tftutor.ops.array_reshape import expand_dims, reshape
from tftutor.ops.identity import identity
from tftutor.platform.tf_logging import warn_deprecated_once

Concat = OpDef("Concat", inputs=("concat_dim: int32", "values: N * T"), outputs=("output: T",),
               attrs=("N: int >= 2", "T: type"), doc="ConcatV2 with the axis first.")
ConcatV2 = OpDef("ConcatV2", inputs=("values: N * T", "axis: Tidx"), outputs=("output: T",),
                 attrs=("N: int >= 2", "T: type", "Tidx: {int32, int64} = DT_INT32"))
ConcatOffset = OpDef("ConcatOffset", inputs=("concat_dim: int32", "shape: N * int32"),
                     outputs=("offset: N * int32",), attrs=("N: int >= 2",),
                     doc="Where each part of a concatenation begins, for its gradient.")
Pack = OpDef("Pack", inputs=("values: N * T",), outputs=("output: T",),
             attrs=("N: int >= 1", "T: type", "axis: int = 0"))
ParallelConcat = OpDef("ParallelConcat", inputs=("values: N * T",), outputs=("output: T",),
                       attrs=("N: int >= 1", "T: type", "shape: shape"))
Tile = OpDef("Tile", inputs=("input: T", "multiples: Tmultiples"), outputs=("output: T",),
             attrs=("T: type", "Tmultiples: {int32, int64} = DT_INT32"))


# -- concatenation --------------------------------------------------------------------------------

def _is_pre_1_0_order(values: Any, axis: Any) -> bool:
    """True for `tf.concat(axis, values)`, the argument order before TensorFlow 1.0."""
    if isinstance(values, bool) or not isinstance(values, int | np.integer):
        return False
    return isinstance(axis, list | tuple) or (isinstance(axis, Tensor) and axis._shape != ())


@tf_export("concat")
def concat(values: Any, axis: Any, name: str = "concat") -> Tensor:
    """Join tensors along an existing dimension.

    Args:
      values: list of tensors that agree in every dimension but `axis`.
      axis: scalar, from -rank to rank - 1.

    Raises: ValueError when the other dimensions differ; TypeError for mixed dtypes.
    Source: TF 1.15 docs, tf.concat.
    """
    if _is_pre_1_0_order(values, axis):
        warn_deprecated_once("tf.concat(axis, values)", "give the values first, then the axis")
        values, axis = axis, values
    if not isinstance(values, list | tuple):
        values = [values]
    if len(values) == 1:
        with name_scope(name):
            convert(axis, name="concat_dim", dtype=dtypes.int32).get_shape().assert_has_rank(0)
            return identity(values[0], name=name)
    return ConcatV2(values, axis, name=name)


@ConcatV2.shape
def concat_v2_shape(c: Any) -> None:
    _concat_shape(c, c.num_inputs - 1, range(c.num_inputs - 1))


@Concat.shape
def concat_v1_shape(c: Any) -> None:
    _concat_shape(c, 0, range(1, c.num_inputs))


def _concat_shape(c: Any, axis_index: int, parts: range) -> None:
    c.with_rank(c.input(axis_index), 0)
    axis_value = c.value(axis_index)
    if axis_value is None:
        c._asked_values.clear()
        rank = next((c.rank(i) for i in parts if c.rank(i) is not None), None)
        _concat_checked_ranks(c, parts, rank)
        c.set_output(0, None if rank is None else (None,) * rank)
        return
    axis = int(axis_value)
    c._asked_values.clear()  # TF checks ranks before it has evaluated the axis
    known = [i for i in parts if c.input(i) is not None]
    if known:
        _concat_checked_ranks(c, parts, c.rank(known[0]))
    c.value(axis_index)
    least = axis + 1 if axis >= 0 else -axis
    for index in parts:
        c.with_rank_at_least(c.input(index), least)
    if not known:
        c.set_output(0, None)
        return
    c.set_output(0, _concatenated(c, parts, axis % len(c.input(known[0]))))


def _concat_checked_ranks(c: Any, parts: range, rank: int | None) -> None:
    if rank is None:
        return
    if rank == 0:
        c.fail("Can't concatenate scalars (use tf.stack instead)")
    for index in parts:
        if c.input(index) is not None:
            c.with_rank(c.input(index), rank)


def _concatenated(c: Any, parts: range, axis: int) -> Any:
    before: Any = None
    after: Any = None
    total: Any = 0
    for index in parts:
        shape = c.input(index)
        if shape is None:
            total = None
            continue
        before = c.merge_shapes(before, shape[:axis])
        after = c.merge_shapes(after, shape[axis + 1:])
        total = None if total is None or shape[axis] is None else total + shape[axis]
    return (*before, total, *after)


@ConcatV2.kernel()
def concat_v2_kernel(values, axis, *, xp):
    try:
        return xp.concat(values, axis=int(axis))
    except (ValueError, TypeError, RuntimeError, IndexError):
        raise _concat_error(values, int(axis)) from None


@ConcatV2.bind
def concat_v2_binder(op: Any, xp: Any) -> Any:
    axis = evaluate_constant(op._inputs[-1])
    if axis is None or op._inputs[0].dtype == dtypes.string:
        return None
    position, concatenate = int(axis), xp.concat

    def run(values, axis):
        try:
            return concatenate(values, axis=position)
        except (ValueError, TypeError, RuntimeError, IndexError):
            raise _concat_error(values, position) from None

    return run


def _concat_error(values: list[Any], axis: int) -> errors.OpError:
    shapes = [shape_of(v) for v in values]
    first = shapes[0]
    if not -len(first) <= axis < len(first):
        return errors.InvalidArgumentError(
            None, None, f"ConcatOp : Expected concatenating dimensions in the range "
            f"[{-len(first)}, {len(first)}), but got {axis}")
    for index, shape in enumerate(shapes):
        if len(shape) != len(first):
            return errors.InvalidArgumentError(
                None, None, "ConcatOp : Ranks of all input tensors should match: shape[0] = "
                f"{dims_text(first)} vs. shape[{index}] = {dims_text(shape)}")
        if any(a != b for i, (a, b) in enumerate(zip(shape, first, strict=True))
               if i != axis % len(first)):
            return errors.InvalidArgumentError(
                None, None, "ConcatOp : Dimensions of inputs should match: shape[0] = "
                f"{dims_text(first)} vs. shape[{index}] = {dims_text(shape)}")
    return errors.InvalidArgumentError(None, None, "ConcatOp : inputs don't fit together")


@Concat.kernel()
def concat_v1_kernel(concat_dim, values, *, xp):
    return concat_v2_kernel(values, concat_dim, xp=xp)


@constant_evaluator("ConcatV2", "Concat")
def evaluate_concat(op: Any, partial: bool) -> np.ndarray | None:
    is_v1 = op.output.op.type == "Concat"
    axis = evaluate_static(op._inputs[0 if is_v1 else -1])
    parts = [evaluate_static(t) for t in (op._inputs[1:] if is_v1 else op._inputs[:-1])]
    known = [part for part in parts if part is not None]
    if axis is None or len(known) < len(parts):
        return None
    return np.concatenate(known, axis=int(axis))


@shape_reader("ConcatV2")
def read_concat_v2(op: Any) -> Any:
    return _read_parts(op._inputs[:-1])


@shape_reader("Concat")
def read_concat(op: Any) -> Any:
    return _read_parts(op._inputs[1:])


def _read_parts(parts: list[Tensor]) -> Any:
    dims: tuple[Any, ...] = ()
    for part in parts:
        shape = partial_shape(part)
        if shape is None and part._shape is not None and part._shape[0] is not None:
            shape = constant_value_as_shape(part)
        if shape is None:
            return None
        dims += shape
    return dims


@ConcatV2.gradient
def concat_v2_gradient(op: Any, grad: Any) -> Any:
    from tftutor.ops.array_join_gradient import concat_gradients

    return [*concat_gradients(op._inputs[:-1], op._inputs[-1], grad), None]


@Concat.gradient
def concat_v1_gradient(op: Any, grad: Any) -> Any:
    from tftutor.ops.array_join_gradient import concat_gradients

    return [None, *concat_gradients(op._inputs[1:], op._inputs[0], grad)]


@ConcatOffset.shape
def concat_offset_shape(c: Any) -> None:
    for index in range(1, c.num_inputs):
        c.set_output(index - 1, c.with_rank(c.input(index), 1))


ConcatOffset.not_differentiable("offsets are integers")


@ConcatOffset.kernel()
def concat_offset_kernel(concat_dim, shape):
    axis = int(concat_dim) % len(shape[0])
    offsets, position = [], 0
    for dims in shape:
        offset = np.zeros(len(dims), np.int32)
        offset[axis] = position
        offsets.append(offset)
        position += int(dims[axis])
    return offsets


# -- stacking -------------------------------------------------------------------------------------

@tf_export("stack")
def stack(values: Any, axis: int = 0, name: str = "stack") -> Tensor:
    """Stack tensors of one shape along a new dimension.

    Shapes: N tensors [a, b] -> [N, a, b] for axis 0, [a, N, b] for axis 1.

    Raises: ValueError when shapes differ or the axis is out of [-(rank + 1), rank + 1).
    Source: TF 1.15 docs, tf.stack.
    """
    if axis == 0:
        try:  # a list of plain values is one constant
            return convert(values, name=name)
        except (TypeError, ValueError):
            pass
    shape = convert(values[0], name=name)._shape
    if shape is not None:
        rank = len(shape) + 1
        if not -rank <= axis < rank:
            raise explained(ValueError(f"axis = {axis} not in [{-rank}, {rank})"))
    return Pack(values, axis=axis, name=name)


@tf_export("pack")
def pack(values: Any, axis: int = 0, name: str = "pack") -> Tensor:
    """`tf.stack` before TensorFlow 1.0. Source: TF 0.12 docs, tf.pack."""
    warn_deprecated_once("tf.pack", "use tf.stack")
    return stack(values, axis=axis, name=name)


@Pack.shape
def pack_shape(c: Any) -> None:
    last = c.num_inputs - 1
    merged = c.input(last)
    for index in range(last - 1, -1, -1):
        try:
            merged = c.merge_shapes(c.input(index), merged)
        except ShapeError as error:
            c.fail(f"{error}\n\tFrom merging shape {index} with other shapes.")
    if merged is None:
        c.set_output(0, None)
        return
    rank, axis = len(merged), c.attr("axis")
    if not -rank - 1 <= axis <= rank:
        c.fail(f"Invalid axis: {axis}; must be in [{-rank - 1},{rank + 1})")
    if axis < 0:
        axis += rank + 1
    c.set_output(0, (*merged[:axis], c.num_inputs, *merged[axis:]))


@Pack.gradient
def pack_gradient(op: Any, grad: Any) -> Any:
    return exported("unstack")(grad, num=op._attrs["N"], axis=op._attrs["axis"])


@Pack.kernel()
def pack_kernel(values, *, xp, axis):
    arrays = [as_array(v) for v in values]
    first = arrays[0].shape
    for index, array in enumerate(arrays):
        if array.shape != first:
            raise errors.InvalidArgumentError(
                None, None, f"Shapes of all inputs must match: values[0].shape = "
                f"{dims_text(first)} != values[{index}].shape = {dims_text(array.shape)}")
    rank = len(first) + 1
    if not -rank <= axis < rank:
        raise errors.InvalidArgumentError(
            None, None, f"axis = {axis} not in [{-rank}, {rank})")
    return xp.stack(arrays, axis=axis)


@Pack.bind
def pack_binder(op: Any, xp: Any) -> Any:
    """Scalars (the parts of a shape, mostly) are packed without making arrays of them first."""
    dtype = op._attrs["T"]
    if xp is not np or dtype == dtypes.string or any(t._shape != () for t in op._inputs):
        return None
    kind, array = np.dtype(dtype.as_numpy_dtype), np.array
    return lambda values: array(values, kind)


@constant_evaluator("Pack")
def evaluate_pack(op: Any, partial: bool) -> np.ndarray | None:
    if op._attrs["axis"] != 0:
        return None
    values = [evaluate_static(t, partial) for t in op._inputs]
    if any(v is None for v in values):
        if not partial:
            return None
        return _with_unknown(values)
    return np.array(values)


def _with_unknown(values: list[Any]) -> np.ndarray:
    """An object array in which unknown items are None."""
    return np.array([None if v is None else v.tolist() for v in values], dtype=object)


@shape_reader("Pack")
def read_pack(op: Any) -> Any:
    dims = []
    for tensor in op._inputs:
        value = evaluate_constant(tensor)
        dims.append(None if value is None or value < 0 else int(value))
    return tuple(dims)


@tf_export("parallel_stack")
def parallel_stack(values: Any, name: str = "parallel_stack") -> Tensor:
    """Stack tensors of one known shape along a new first dimension, without a gradient.

    Source: TF 1.15 docs, tf.parallel_stack.
    """
    with name_scope(name):
        shape = TensorShape([len(values)]).concatenate(convert(values[0]).get_shape())
        return ParallelConcat([expand_dims(value, 0) for value in values], shape=shape)


@ParallelConcat.shape
def parallel_concat_shape(c: Any) -> None:
    shape = c.op._attrs["shape"].shape
    if shape is None or None in shape:
        c.fail("shape attr must be fully defined.")
    if shape[0] != c.num_inputs:
        c.fail("shape attr must have its first dimension equal to the number of inputs")
    c.set_output(0, shape)


ParallelConcat.not_differentiable("TensorFlow defines none: use tf.stack")


@ParallelConcat.kernel()
def parallel_concat_kernel(values, *, xp):
    return xp.concat(values, axis=0)


# -- tiling ---------------------------------------------------------------------------------------

@tf_export("tile", "manip.tile")
def tile(input: Any, multiples: Any, name: str | None = None) -> Tensor:
    """Repeat `input` `multiples[i]` times along dimension i.

    Raises: ValueError unless `multiples` has one item a dimension.
    Source: TF 1.15 docs, tf.tile.
    """
    return Tile(input, multiples, name=name)


@Tile.shape
def tile_shape(c: Any) -> None:
    given = c.input(0)
    multiples_shape = c.with_rank(c.input(1), 1)
    if given is not None and multiples_shape[0] is not None:
        if len(given) != multiples_shape[0]:
            c.fail(f"Shape must be rank {len(given)} but is rank {multiples_shape[0]}")
    multiples = c.value_as_shape(1)
    if given is None:
        c.set_output(0, None if multiples is None else (None,) * len(multiples))
        return
    if multiples is None:
        c.set_output(0, (None,) * len(given))
        return
    c.set_output(0, tuple(None if d is None or m is None else d * m
                          for d, m in zip(given, multiples, strict=True)))


@Tile.gradient
def tile_gradient(op: Any, grad: Any) -> Any:
    from tftutor.ops.array_join_gradient import tile_gradient_node

    return [tile_gradient_node(op, grad), None]


def _checked_multiples(input: Any, multiples: Any) -> tuple[int, ...]:
    counts = tuple(multiples.tolist())
    if len(counts) != np.ndim(input):
        raise errors.InvalidArgumentError(
            None, None, "Expected multiples argument to be a vector of length "
                        f"{np.ndim(input)} but got length {len(counts)}")
    if counts and min(counts) < 0:
        bad = next(i for i, m in enumerate(counts) if m < 0)
        raise errors.InvalidArgumentError(
            None, None, f"Expected multiples[{bad}] >= 0, but got {counts[bad]}")
    return counts


@Tile.kernel()
def tile_kernel(input, multiples, *, xp):
    return xp.tile(input, _checked_multiples(input, multiples))


@Tile.kernel("numpy")
def tile_numpy_kernel(input, multiples):
    counts = _checked_multiples(input, multiples)
    if not counts:
        return input
    array = as_array(input)
    if isinstance(array, np.ndarray) and array.ndim == len(counts) > 0 \
            and all(n == 1 or d == 1 for n, d in zip(counts, array.shape, strict=True)):
        # Copies of single elements, as gradients of sums have them: assigning is quicker.
        result = np.empty([n * d for n, d in zip(counts, array.shape, strict=True)], array.dtype)
        result[...] = array
        return result
    return np.tile(array, counts)[()]


# -- grids ----------------------------------------------------------------------------------------

@tf_export("meshgrid")
def meshgrid(*args: Any, **kwargs: Any) -> list[Tensor]:
    """Coordinate tensors of an N-dimensional grid from N coordinate vectors.

    Args:
      indexing: "xy" (Cartesian, the first two dimensions swapped) or "ij" (matrix).
      name: name scope.

    Raises: ValueError for another indexing, TypeError for other keywords.
    Source: TF 1.15 docs, tf.meshgrid.
    """
    indexing = kwargs.pop("indexing", "xy")
    name = kwargs.pop("name", "meshgrid")
    if kwargs:
        raise TypeError(f"'{next(iter(kwargs))}' is an invalid keyword argument for this function")
    if indexing not in ("xy", "ij"):
        raise ValueError("indexing parameter must be either 'xy' or 'ij'")
    with name_scope(name, "meshgrid", args):
        count = len(args)
        outputs = [reshape(stack(x), (1,) * i + (-1,) + (1,) * (count - i - 1))
                   for i, x in enumerate(args)]
        sizes = [exported("size")(x) for x in args]
        dtype = convert(args[0]).dtype.base_dtype
        if indexing == "xy" and count > 1:
            outputs[0] = reshape(outputs[0], (1, -1) + (1,) * (count - 2))
            outputs[1] = reshape(outputs[1], (-1, 1) + (1,) * (count - 2))
            sizes[0], sizes[1] = sizes[1], sizes[0]
        factor = exported("ones")(sizes, dtype)
        return [x * factor for x in outputs]

