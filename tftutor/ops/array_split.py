"""Cutting tensors into parts: Split, SplitV and Unpack (unstack)."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.host_arrays import dims_text
from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert
from tftutor.framework.late_notes import explained
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_checks import axis_from_input
from tftutor.framework.tensor_shape import Dimension
from tftutor.platform.tf_logging import warn_deprecated_once

Split = OpDef("Split", inputs=("split_dim: int32", "value: T"), outputs=("output: num_split * T",),
              attrs=("num_split: int >= 1", "T: type"))
SplitV = OpDef("SplitV", inputs=("value: T", "size_splits: Tlen", "split_dim: int32"),
               outputs=("output: num_split * T",),
               attrs=("num_split: int >= 1", "T: type", "Tlen: {int32, int64} = DT_INT64"))
Unpack = OpDef("Unpack", inputs=("value: T",), outputs=("output: num * T",),
               attrs=("num: int >= 0", "T: type", "axis: int = 0"))


def _is_pre_1_0_order(value: Any, count: Any, axis: Any) -> bool:
    """True for `tf.split(axis, n, value)`, the argument order before TensorFlow 1.0."""
    return (isinstance(value, int | np.integer) and not isinstance(value, bool)
            and isinstance(count, int | np.integer)
            and (isinstance(axis, Tensor | np.ndarray | list | tuple)
                 or hasattr(axis, "_as_graph_element")) and _rank_of(axis) != 0)


def _rank_of(value: Any) -> int | None:
    if isinstance(value, list | tuple | np.ndarray):
        return np.ndim(value) if not isinstance(value, list | tuple) else 1
    return value.get_shape().ndims


@tf_export("split")
def split(value: Any, num_or_size_splits: Any, axis: Any = 0, num: int | None = None,
          name: str = "split") -> list[Tensor]:
    """Cut `value` along `axis` into a number of equal parts, or into parts of given sizes.

    Args:
      num_or_size_splits: an integer, or a vector of sizes (one may be -1: the rest).
      num: number of parts when it can't be read from the sizes' static shape.

    Raises: ValueError when the parts don't make up the whole.
    Source: TF 1.15 docs, tf.split.
    """
    if _is_pre_1_0_order(value, num_or_size_splits, axis):
        warn_deprecated_once("tf.split(axis, n, value)", "give the value first, the axis last")
        value, axis = axis, value
    sizes = convert(num_or_size_splits)
    if isinstance(num_or_size_splits, int | Dimension):
        return Split(axis, value, num_split=num_or_size_splits, name=name)
    if sizes._shape == ():
        raise ValueError("Rank-0 tensors are not supported as the num_or_size_splits argument to "
                         f"split. Argument provided: {num_or_size_splits}")
    if num is None:
        if sizes._shape:
            num = sizes._shape[0]
        if num is None:
            raise explained(ValueError(f"Cannot infer num from shape {num_or_size_splits}"))
    return SplitV(value, sizes, axis, num_split=num, name=name)


@Split.shape
def split_shape(c: Any) -> None:
    given, count = c.input(1), c.attr("num_split")
    axis = axis_from_input(c, 0, None if given is None else len(given))
    if given is None or axis is None:
        parts = None if given is None else (None,) * len(given)
        if parts is None and axis is not None:
            c.with_rank_at_least(given, axis + 1)
    else:
        size = given[axis]
        if size is not None and size % count:
            c.fail(f"Dimension size must be evenly divisible by {count} but is {size}\n"
                   "\tNumber of ways to split should evenly divide the split dimension")
        parts = (*given[:axis], None if size is None else size // count, *given[axis + 1:])
    for index in range(c.num_outputs):
        c.set_output(index, parts)


@Split.gradient
def split_gradient(op: Any, *grads: Any) -> Any:
    return [None, exported("concat")(list(grads), op._inputs[0])]


@Split.kernel()
def split_kernel(split_dim, value, *, num_split):
    axis = _checked_axis(int(split_dim), value)
    size = value.shape[axis]
    if size % num_split:
        raise errors.InvalidArgumentError(
            None, None, "Number of ways to split should evenly divide the split dimension, but got "
            f"split_dim {axis} (size = {size}) and num_split {num_split}")
    return _parts(value, axis, [size // num_split] * num_split)


def _checked_axis(axis: int, value: Any) -> int:
    rank = value.ndim
    if not -rank <= axis < rank:
        raise errors.InvalidArgumentError(
            None, None, f"-input rank({-rank}) <= split_dim < input rank ({rank}), but got {axis}")
    return axis % rank


def _parts(value: Any, axis: int, sizes: list[int]) -> list[Any]:
    """Views of consecutive parts along `axis`."""
    lead = (slice(None),) * axis
    result, start = [], 0
    for size in sizes:
        result.append(value[lead + (slice(start, start + size),)])
        start += size
    return result


@SplitV.shape
def split_v_shape(c: Any) -> None:
    given = c.input(0)
    sizes_shape = c.input(1)
    if sizes_shape is not None and len(sizes_shape) == 1 and given is not None:
        c.merge(c.num_outputs, sizes_shape[0])
    if given == ():
        c.fail("Can't split scalars")
    sizes = c.value(1)
    axis = axis_from_input(c, 2, None if given is None else len(given))
    if given is None:
        return
    if axis is None or sizes is None:
        parts = (None,) * len(given) if axis is None \
            else (*given[:axis], None, *given[axis + 1:])
        for index in range(c.num_outputs):
            c.set_output(index, parts)
        return
    lengths = _static_sizes(c, given[axis], [int(s) for s in sizes])
    for index, length in enumerate(lengths):
        c.set_output(index, (*given[:axis], length, *given[axis + 1:]))


def _static_sizes(c: Any, total: int | None, sizes: list[int]) -> list[int | None]:
    if sizes.count(-1) > 1:
        c.fail("size_splits can only have one -1")
    known = sum(s for s in sizes if s != -1)
    if total is None:
        return [None if s == -1 else s for s in sizes]
    wrong = known > total if -1 in sizes else known != total
    if wrong or min(sizes) < -1:
        c.fail(f"can't split axis of size {total} into pieces of size {dims_text(sizes)}")
    return [total - known if s == -1 else s for s in sizes]


@SplitV.gradient
def split_v_gradient(op: Any, *grads: Any) -> Any:
    return [exported("concat")(list(grads), op._inputs[2]), None, None]


@SplitV.kernel()
def split_v_kernel(value, size_splits, split_dim):
    axis = _checked_axis(int(split_dim), value)
    sizes = size_splits.tolist()
    total, known = value.shape[axis], sum(s for s in sizes if s != -1)
    if -1 in sizes:
        if known > total or sizes.count(-1) > 1:
            raise errors.InvalidArgumentError(
                None, None, "Determined shape must either match input shape along split_dim "
                "exactly if fully specified, or be less than the size of the input along "
                f"split_dim if not fully specified.  Got: {known}")
        sizes[sizes.index(-1)] = total - known
    elif known != total:
        raise errors.InvalidArgumentError(
            None, None, "Determined shape must either match input shape along split_dim exactly "
            "if fully specified, or be less than the size of the input along split_dim if not "
            f"fully specified.  Got: {known}")
    return _parts(value, axis, sizes)


@tf_export("unstack")
def unstack(value: Any, num: int | None = None, axis: int = 0, name: str = "unstack"
            ) -> list[Tensor]:
    """Cut `value` along `axis` into tensors of one rank less.

    Raises: ValueError when neither `num` nor the static shape tells how many there are.
    Source: TF 1.15 docs, tf.unstack.
    """
    if num is None:
        value = convert(value)
        shape = value.get_shape()
        rank = shape.ndims
        if rank is not None:
            if not -rank <= axis < rank:
                raise explained(ValueError(f"axis = {axis} not in [{-rank}, {rank})"))
            num = value._shape[axis]
        if num is None:
            raise explained(ValueError(f"Cannot infer num from shape {shape}"))
    return Unpack(value, num=num, axis=axis, name=name)


@tf_export("unpack")
def unpack(value: Any, num: int | None = None, axis: int = 0, name: str = "unpack"
           ) -> list[Tensor]:
    """`tf.unstack` before TensorFlow 1.0. Source: TF 0.12 docs, tf.unpack."""
    warn_deprecated_once("tf.unpack", "use tf.unstack")
    return unstack(value, num, axis, name)


@Unpack.shape
def unpack_shape(c: Any) -> None:
    given = c.input(0)
    if given is None:
        return
    rank, axis = len(given), c.attr("axis")
    if not -rank <= axis < rank:
        c.fail(f"Invalid axis: {axis}; must be in [{-rank},{rank})")
    axis %= rank
    c.with_value(given[axis], c.num_outputs)
    part = given[:axis] + given[axis + 1:]
    for index in range(c.num_outputs):
        c.set_output(index, part)


@Unpack.gradient
def unpack_gradient(op: Any, *grads: Any) -> Any:
    return exported("stack")(grads, axis=op._attrs["axis"])


@Unpack.kernel()
def unpack_kernel(value, *, num, axis):
    rank = value.ndim
    if not -rank <= axis < rank:
        raise errors.InvalidArgumentError(None, None, f"axis = {axis} not in [{-rank}, {rank})")
    size = value.shape[axis]
    if size != num:
        raise errors.InvalidArgumentError(
            None, None, f"Input shape axis {axis % rank} must equal {num}, got shape "
            f"{dims_text(value.shape)}")
    if axis % rank == 0:
        return list(value)
    lead = (slice(None),) * (axis % rank)
    return [value[(*lead, index)] for index in range(num)]

