"""Sorting items into parts and back: DynamicPartition, DynamicStitch, Unique, ListDiff."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.host_arrays import as_array, dims_text
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.ops.array_reshape import reshape
from tftutor.ops.array_shape import shape
from tftutor.ops.nd_places import taken_rows

_OUT_IDX = "out_idx: {int32, int64} = DT_INT32"

DynamicPartition = OpDef("DynamicPartition", inputs=("data: T", "partitions: int32"),
                         outputs=("outputs: num_partitions * T",),
                         attrs=("num_partitions: int >= 1", "T: type"))
DynamicStitch = OpDef("DynamicStitch", inputs=("indices: N * int32", "data: N * T"),
                      outputs=("merged: T",), attrs=("N: int >= 1", "T: type"))
Unique = OpDef("Unique", inputs=("x: T",), outputs=("y: T", "idx: out_idx"),
               attrs=("T: type", _OUT_IDX))
UniqueWithCounts = OpDef("UniqueWithCounts", inputs=("x: T",),
                         outputs=("y: T", "idx: out_idx", "count: out_idx"),
                         attrs=("T: type", _OUT_IDX))
ListDiff = OpDef("ListDiff", inputs=("x: T", "y: T"), outputs=("out: T", "idx: out_idx"),
                 attrs=("T: type", _OUT_IDX))


@tf_export("dynamic_partition")
def dynamic_partition(data: Any, partitions: Any, num_partitions: int, name: str | None = None
                      ) -> list[Tensor]:
    """Deal the items of `data` into lists: item i goes to list `partitions[i]`.

    Raises: ValueError when the shape of `partitions` isn't how that of `data` begins.
    Source: TF 1.15 docs, tf.dynamic_partition.
    """
    return DynamicPartition(data, partitions, num_partitions=num_partitions, name=name)


@DynamicPartition.shape
def dynamic_partition_shape(c: Any) -> None:
    data, partitions = c.input(0), c.input(1)
    if data is None or partitions is None:
        return
    rank = len(partitions)
    c.with_rank_at_least(data, rank)
    for a, b in zip(data[:rank], partitions, strict=True):
        c.merge(a, b)
    for index in range(c.num_outputs):
        c.set_output(index, (None, *data[rank:]))


@DynamicPartition.gradient
def dynamic_partition_gradient(op: Any, *grads: Any) -> Any:
    data, partitions = op._inputs
    total = exported("reduce_prod")(shape(partitions))
    numbers = reshape(exported("range")(total), shape(partitions))
    places = dynamic_partition(numbers, partitions, op._attrs["num_partitions"])
    merged = dynamic_stitch(places, list(grads))
    return [reshape(merged, shape(data)), None]


def _check_partition_shapes(data: Any, partitions: Any) -> None:
    if data.shape[:partitions.ndim] != partitions.shape:
        raise errors.InvalidArgumentError(
            None, None, "data.shape must start with partitions.shape, got data.shape = "
            f"{dims_text(data.shape)}, partitions.shape = {dims_text(partitions.shape)}")


@DynamicPartition.kernel()
def dynamic_partition_kernel(data, partitions, *, xp, num_partitions):
    _check_partition_shapes(data, partitions)
    numbers = xp.reshape(partitions, (-1,))
    rows = xp.reshape(data, (*numbers.shape, *data.shape[partitions.ndim:]))
    # An item with a bad number is in none of the lists, as on TF's GPUs.
    return [xp.take(rows, xp.nonzero(numbers == number)[0], axis=0)
            for number in range(num_partitions)]


@DynamicPartition.kernel("numpy")
def dynamic_partition_numpy_kernel(data, partitions, *, num_partitions):
    array, parts = as_array(data), np.asarray(partitions)
    _check_partition_shapes(array, parts)
    bad = np.argwhere((parts < 0) | (parts >= num_partitions))
    if len(bad):
        where = tuple(bad[0])
        text = f"[{','.join(map(str, where))}]" if where else ""
        raise errors.InvalidArgumentError(
            None, None, f"partitions{text} = {int(parts[where])} is not in [0, {num_partitions})")
    return [array[parts == number] for number in range(num_partitions)]


@tf_export("dynamic_stitch")
def dynamic_stitch(indices: Any, data: Any, name: str | None = None) -> Tensor:
    """Merge lists: item j of list m goes to place `indices[m][j]`; later lists win.

    Source: TF 1.15 docs, tf.dynamic_stitch.
    """
    return DynamicStitch(indices, data, name=name)


@DynamicStitch.shape
def dynamic_stitch_shape(c: Any) -> None:
    count = c.attr("N")
    extra: Any = None
    for index in range(count):
        where, data = c.input(index), c.input(count + index)
        if where is not None and data is not None:
            for a, b in zip(data, where, strict=False):
                c.merge(a, b)
            extra = c.merge_shapes(extra, data[len(where):])
    places = [c.value(index) for index in range(count)]
    largest: int | None = -1
    for value in places:
        if value is None:
            largest = None
            break
        if value.size:
            largest = max(largest, int(value.max()))  # type: ignore[type-var]
    c.set_output(0, None if extra is None
                 else (None if largest is None else largest + 1, *extra))


@DynamicStitch.gradient
def dynamic_stitch_gradient(op: Any, grad: Any) -> Any:
    count = op._attrs["N"]
    places = [exported("cast")(t, dtypes.int32) for t in op._inputs[:count]]
    if isinstance(grad, exported("IndexedSlices")):
        grad = exported("convert_to_tensor")(grad)
    return [None] * count + [exported("gather")(grad, place) for place in places]


def _stitched_shape(indices: list[Any], data: list[Any]) -> tuple[int, ...]:
    largest, extra = -1, ()
    for number, (where, items) in enumerate(zip(indices, data, strict=True)):
        places, shape = np.asarray(where), tuple(as_array(items).shape)
        if shape[:places.ndim] != places.shape:
            raise errors.InvalidArgumentError(
                None, None, f"data[{number}].shape = {dims_text(shape)} does not start with "
                f"indices[{number}].shape = {dims_text(places.shape)}")
        extra = shape[places.ndim:]
        largest = max(largest, int(places.max()) if places.size else -1)
    return (largest + 1, *extra)


@DynamicStitch.kernel()
def dynamic_stitch_kernel(indices, data, *, xp):
    shape = _stitched_shape(indices, data)
    places = np.concatenate([np.reshape(where, -1) for where in indices])  # in the host's memory
    source = np.full(shape[0], -1)
    source[places] = np.arange(len(places))  # the last item with an index wins
    rows = xp.concat([xp.reshape(items, (int(np.size(where)), math.prod(shape[1:])))
                      for where, items in zip(indices, data, strict=True)], axis=0)
    merged = taken_rows(rows, xp.asarray(source), xp.asarray(source >= 0), xp)
    return xp.reshape(merged, shape)


@DynamicStitch.kernel("numpy")
def dynamic_stitch_numpy_kernel(indices, data):
    out = np.zeros(_stitched_shape(indices, data), as_array(data[-1]).dtype)
    for where, items in zip(indices, data, strict=True):
        out[where] = items
    return out


# -- unique ---------------------------------------------------------------------------------------

@tf_export("unique")
def unique(x: Any, out_idx: Any = dtypes.int32, name: str | None = None) -> Any:
    """The distinct items of a vector in order of first appearance.

    Returns: (y, idx) with `x[i] == y[idx[i]]`.
    Source: TF 1.15 docs, tf.unique.
    """
    return Unique(x, out_idx=out_idx, name=name)


@tf_export("unique_with_counts")
def unique_with_counts(x: Any, out_idx: Any = dtypes.int32, name: str | None = None) -> Any:
    """The distinct items of a vector, where each item is among them, how often each comes.

    Returns: (y, idx, count). Source: TF 1.15 docs, tf.unique_with_counts.
    """
    return UniqueWithCounts(x, out_idx=out_idx, name=name)


@Unique.shape
def unique_shape(c: Any) -> None:
    c.with_rank(c.input(0), 1)
    c.set_outputs((None,), c.input(0))


@UniqueWithCounts.shape
def unique_with_counts_shape(c: Any) -> None:
    c.set_outputs((None,), c.input(0), (None,))  # the rank is checked in the run


Unique.not_differentiable("TensorFlow defines no gradient for it")
UniqueWithCounts.not_differentiable("TensorFlow defines no gradient for it")


def _unique(x: Any, out_idx: Any) -> tuple[Any, Any, Any]:
    if x.ndim != 1:
        raise errors.InvalidArgumentError(None, None, "unique expects a 1D vector.")
    kind = out_idx.as_numpy_dtype
    _, first, inverse, counts = np.unique(x, return_index=True, return_inverse=True,
                                          return_counts=True)
    order = np.argsort(first, kind="stable")  # NumPy sorts by value, TF by first appearance
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return x[first[order]], place[inverse.reshape(-1)].astype(kind), counts[order].astype(kind)


@Unique.kernel("numpy")
def unique_kernel(x, *, out_idx):
    return _unique(x, out_idx)[:2]


@UniqueWithCounts.kernel("numpy")
def unique_with_counts_kernel(x, *, out_idx):
    return _unique(x, out_idx)


@tf_export("setdiff1d")
def setdiff1d(x: Any, y: Any, index_dtype: Any = dtypes.int32, name: str | None = None) -> Any:
    """The items of the vector x that aren't in y, in order.

    Returns: (out, idx) with `out[i] == x[idx[i]]`.
    Source: TF 1.15 docs, tf.setdiff1d.
    """
    return ListDiff(x, y, out_idx=index_dtype, name=name)


@tf_export("listdiff")
def listdiff(x: Any, y: Any, out_idx: Any = dtypes.int32, name: str | None = None) -> Any:
    """`tf.setdiff1d` before TensorFlow 1.0. Source: TF 0.12 docs, tf.listdiff."""
    return ListDiff(x, y, out_idx=out_idx, name=name)


@ListDiff.shape
def list_diff_shape(c: Any) -> None:
    c.with_rank(c.input(0), 1)
    c.with_rank(c.input(1), 1)
    c.set_outputs((None,), (None,))


ListDiff.not_differentiable("TensorFlow defines no gradient for it")


@ListDiff.kernel("numpy")
def list_diff_kernel(x, y, *, out_idx):
    kept = np.flatnonzero(~np.isin(x, y))
    return x[kept], kept.astype(out_idx.as_numpy_dtype)

