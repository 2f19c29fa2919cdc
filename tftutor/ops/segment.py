"""Segment reductions: rows that share a segment id are summed, multiplied, ...

    segment_sum([1, 2, 3], [0, 0, 1])  ->  [3, 3]

`segment_*` wants sorted ids and makes as many segments as they say; `unsorted_segment_*` is told
how many, and drops rows with negative ids.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor


def _sorted_op(name: str, numbers: str) -> OpDef:
    return OpDef(name, inputs=("data: T", "segment_ids: Tindices"), outputs=("output: T",),
                 attrs=(f"T: {numbers}", "Tindices: {int32, int64}"))


def _unsorted_op(name: str, numbers: str) -> OpDef:
    return OpDef(name, inputs=("data: T", "segment_ids: Tindices", "num_segments: Tnumsegments"),
                 outputs=("output: T",),
                 attrs=(f"T: {numbers}", "Tindices: {int32, int64}",
                        "Tnumsegments: {int32, int64} = DT_INT32"))


SegmentSum, SegmentMean = (_sorted_op(n, "numbertype") for n in ("SegmentSum", "SegmentMean"))
SegmentProd = _sorted_op("SegmentProd", "numbertype")
SegmentMax, SegmentMin = (_sorted_op(n, "realnumbertype") for n in ("SegmentMax", "SegmentMin"))
UnsortedSegmentSum = _unsorted_op("UnsortedSegmentSum", "numbertype")
UnsortedSegmentProd = _unsorted_op("UnsortedSegmentProd", "numbertype")
UnsortedSegmentMax = _unsorted_op("UnsortedSegmentMax", "realnumbertype")
UnsortedSegmentMin = _unsorted_op("UnsortedSegmentMin", "realnumbertype")


# -- public functions -----------------------------------------------------------------------------

@tf_export("segment_sum", "math.segment_sum")
def segment_sum(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """Sum rows of one segment; ids sorted. Source: TF 1.15 docs, tf.math.segment_sum."""
    return SegmentSum(data, segment_ids, name=name)


@tf_export("segment_mean", "math.segment_mean")
def segment_mean(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """Mean of the rows of one segment. Source: TF 1.15 docs, tf.math.segment_mean."""
    return SegmentMean(data, segment_ids, name=name)


@tf_export("segment_prod", "math.segment_prod")
def segment_prod(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """Product of the rows of one segment. Source: TF 1.15 docs, tf.math.segment_prod."""
    return SegmentProd(data, segment_ids, name=name)


@tf_export("segment_max", "math.segment_max")
def segment_max(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """Maximum of the rows of one segment. Source: TF 1.15 docs, tf.math.segment_max."""
    return SegmentMax(data, segment_ids, name=name)


@tf_export("segment_min", "math.segment_min")
def segment_min(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """Minimum of the rows of one segment. Source: TF 1.15 docs, tf.math.segment_min."""
    return SegmentMin(data, segment_ids, name=name)


@tf_export("unsorted_segment_sum", "math.unsorted_segment_sum")
def unsorted_segment_sum(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
                         ) -> Tensor:
    """Sum items of one segment: data [ids..., rest...] -> [num_segments, rest...].

    Source: TF 1.15 docs, tf.math.unsorted_segment_sum.
    """
    return UnsortedSegmentSum(data, segment_ids, num_segments, name=name)


@tf_export("unsorted_segment_prod", "math.unsorted_segment_prod")
def unsorted_segment_prod(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
                          ) -> Tensor:
    """Product of each segment, 1 for none. Source: TF 1.15, tf.math.unsorted_segment_prod."""
    return UnsortedSegmentProd(data, segment_ids, num_segments, name=name)


@tf_export("unsorted_segment_max", "math.unsorted_segment_max")
def unsorted_segment_max(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
                         ) -> Tensor:
    """Maximum of each segment, the dtype's smallest number for none.

    Source: TF 1.15 docs, tf.math.unsorted_segment_max.
    """
    return UnsortedSegmentMax(data, segment_ids, num_segments, name=name)


@tf_export("unsorted_segment_min", "math.unsorted_segment_min")
def unsorted_segment_min(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
                         ) -> Tensor:
    """Minimum of each segment, the dtype's largest number for none.

    Source: TF 1.15 docs, tf.math.unsorted_segment_min.
    """
    return UnsortedSegmentMin(data, segment_ids, num_segments, name=name)


def _segment_counts(data: Tensor, segment_ids: Tensor, num_segments: Any) -> Tensor:
    """The number of items in each segment (at least 1), shaped to divide the sums."""
    ones = exported("ones")(exported("shape")(segment_ids), dtype=data.dtype)
    counts = UnsortedSegmentSum(ones, segment_ids, num_segments)
    extra: int = data.shape.ndims - segment_ids.shape.ndims  # type: ignore[operator]
    counts = exported("reshape")(counts, [num_segments] + [1] * extra)
    return exported("maximum")(counts, 1)


@tf_export("unsorted_segment_mean", "math.unsorted_segment_mean")
def unsorted_segment_mean(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
                          ) -> Tensor:
    """Mean of each segment, 0 for none. Source: TF 1.15 docs, tf.math.unsorted_segment_mean."""
    with name_scope(name, "UnsortedSegmentMean"):
        data, segment_ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
        counts = _segment_counts(data, segment_ids, num_segments)
        return UnsortedSegmentSum(data, segment_ids, num_segments) / counts


@tf_export("unsorted_segment_sqrt_n", "math.unsorted_segment_sqrt_n")
def unsorted_segment_sqrt_n(data: Any, segment_ids: Any, num_segments: Any,
                            name: str | None = None) -> Tensor:
    """Sum of each segment divided by the square root of its size.

    Source: TF 1.15 docs, tf.math.unsorted_segment_sqrt_n.
    """
    with name_scope(name, "UnsortedSegmentSqrtN"):
        data, segment_ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
        counts = _segment_counts(data, segment_ids, num_segments)
        summed = UnsortedSegmentSum(data, segment_ids, num_segments)
        return summed / exported("sqrt")(counts)


# -- shapes ---------------------------------------------------------------------------------------

def sorted_shape(c: Any) -> None:
    """Rows become segments; how many is known only when it runs."""
    data = c.with_rank_at_least(c.input(0), 1)
    c.with_rank(c.input(1), 1)
    c.set_output(0, None if data is None else (None, *data[1:]))


def unsorted_shape(c: Any) -> None:
    """The leading dimensions, which the ids share, become num_segments."""
    data, ids = c.input(0), c.input(1)
    c.with_rank(c.input(2), 0)
    if ids is None:
        return
    if data is not None:
        c.with_rank_at_least(data, len(ids))
        for a, b in zip(data, ids, strict=False):
            c.merge(a, b)
    count = c.scalar(2)
    if count is not None and count < 0:
        c.fail(f"Dimension size, given by scalar input 2, must be non-negative but is {count}")
    c.set_output(0, None if data is None else (count, *data[len(ids):]))


for _op_def in (SegmentSum, SegmentMean, SegmentProd, SegmentMax, SegmentMin):
    _op_def.shape(sorted_shape)
for _op_def in (UnsortedSegmentSum, UnsortedSegmentProd, UnsortedSegmentMax, UnsortedSegmentMin):
    _op_def.shape(unsorted_shape)


# -- kernels for NumPy; for other libraries: segment_joins.py -------------------------------------

def _limits(dtype: Any) -> Any:
    return np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)


def check_sorted(data: Any, ids: Any, xp: Any) -> None:
    if ids.shape[0] != data.shape[0]:
        raise errors.InvalidArgumentError(
            None, None, "segment_ids should be the same size as dimension 0 of input.")
    if ids.shape[0] == 0:
        return
    if xp.any(ids[1:] < ids[:-1]):
        raise errors.InvalidArgumentError(None, None, "segment ids are not increasing")
    if ids[0] < 0:
        raise errors.InvalidArgumentError(None, None, "segment ids must be >= 0")


def _sorted(data: Any, ids: Any, reduce: Any) -> Any:
    """`reduce.reduceat` over runs of equal ids; segments without rows stay 0."""
    check_sorted(data, ids, np)
    if len(ids) == 0:
        return np.zeros((0, *data.shape[1:]), data.dtype)
    starts = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]]))
    out = np.zeros((int(ids[-1]) + 1, *data.shape[1:]), data.dtype)
    if reduce is np.multiply:
        out[...] = 1
    out[ids[starts]] = reduce.reduceat(data, starts, axis=0, dtype=data.dtype)
    return out


@SegmentSum.kernel("numpy")
def segment_sum_kernel(data, segment_ids):
    return _sorted(data, segment_ids, np.add)


@SegmentProd.kernel("numpy")
def segment_prod_kernel(data, segment_ids):
    return _sorted(data, segment_ids, np.multiply)


@SegmentMax.kernel("numpy")
def segment_max_kernel(data, segment_ids):
    return _sorted(data, segment_ids, np.maximum)


@SegmentMin.kernel("numpy")
def segment_min_kernel(data, segment_ids):
    return _sorted(data, segment_ids, np.minimum)


@SegmentMean.kernel("numpy")
def segment_mean_kernel(data, segment_ids):
    total = _sorted(data, segment_ids, np.add)
    counts = np.maximum(np.bincount(segment_ids, minlength=len(total)), 1)
    counts = counts.reshape((-1,) + (1,) * (data.ndim - 1)).astype(data.dtype)
    if data.dtype.kind in "iu":  # towards zero, as integers are divided in C++
        return np.sign(total) * (np.abs(total) // counts)
    return total / counts


def check_unsorted(data: Any, ids: Any, count: int, xp: Any) -> None:
    if tuple(data.shape[:ids.ndim]) != tuple(ids.shape):
        raise errors.InvalidArgumentError(
            None, None, f"data.shape = {list(data.shape)} does not start with segment_ids.shape = "
                        f"{list(ids.shape)}")
    outside = ids >= count
    if outside.any() if xp is np else xp.any(outside):
        flat = xp.reshape(outside, (-1,))
        first = int(xp.argmax(xp.asarray(flat, dtype=xp.int32)))
        position = np.unravel_index(first, tuple(ids.shape)) if ids.ndim else ()
        text = ",".join(str(int(p)) for p in position)
        found = int(xp.reshape(ids, (-1,))[first])
        raise errors.InvalidArgumentError(
            None, None, f"segment_ids[{text}] = {found} is out of range [0, {count})")


def _unsorted(data: Any, ids: Any, count: Any, reduce: Any, start: Any) -> Any:
    check_unsorted(data, ids, int(count), np)
    flat = np.reshape(ids, -1)
    rest = data.shape[ids.ndim:]
    rows = np.reshape(data, (flat.size, *rest))
    out = np.full((int(count), *rest), start, data.dtype)
    keep = flat >= 0
    if not keep.all():
        flat, rows = flat[keep], rows[keep]
    reduce.at(out, flat, rows)
    return out


@UnsortedSegmentSum.kernel("numpy")
def unsorted_segment_sum_kernel(data, segment_ids, num_segments):
    return _unsorted(data, segment_ids, num_segments, np.add, 0)


@UnsortedSegmentProd.kernel("numpy")
def unsorted_segment_prod_kernel(data, segment_ids, num_segments):
    return _unsorted(data, segment_ids, num_segments, np.multiply, 1)


@UnsortedSegmentMax.kernel("numpy")
def unsorted_segment_max_kernel(data, segment_ids, num_segments):
    return _unsorted(data, segment_ids, num_segments, np.maximum, _limits(data.dtype).min)


@UnsortedSegmentMin.kernel("numpy")
def unsorted_segment_min_kernel(data, segment_ids, num_segments):
    return _unsorted(data, segment_ids, num_segments, np.minimum, _limits(data.dtype).max)


# -- gradients ------------------------------------------------------------------------------------

@SegmentSum.gradient
def segment_sum_gradient(op: Any, grad: Any) -> Any:
    return exported("gather")(grad, op.inputs[1]), None


@SegmentMean.gradient
def segment_mean_gradient(op: Any, grad: Any) -> Any:
    fill, shape = exported("fill"), exported("shape")
    rank = exported("rank")(op.inputs[0])
    ones_shape = exported("concat")([
        shape(op.inputs[1]), fill(exported("expand_dims")(rank - 1, 0), 1)], 0)
    ones = fill(ones_shape, exported("constant")(1, dtype=grad.dtype))
    scaled = exported("divide")(grad, segment_sum(ones, op.inputs[1]))
    return exported("gather")(scaled, op.inputs[1]), None


SegmentProd.not_differentiable("TF defines no gradient for it")


@SegmentMax.gradient
@SegmentMin.gradient
def segment_extreme_gradient(op: Any, grad: Any) -> Any:
    gather = exported("gather")
    data, ids = op.inputs
    zeros = exported("zeros_like")(data, dtype=data.dtype)
    chosen = exported("equal")(data, gather(op.outputs[0], ids))
    count = segment_sum(exported("cast")(chosen, grad.dtype), ids)
    weighted = exported("divide")(grad, count)
    return exported("where")(chosen, gather(weighted, ids), zeros), None


def _gather_dropping_negatives(params: Any, ids: Any, clipped: Any = None, positive: Any = None
                               ) -> tuple[Any, Any, Any]:
    """params[ids], with zeros for negative ids; the clipped ids and the mask to use again."""
    zeros_like = exported("zeros_like")
    if clipped is None:
        clipped = exported("maximum")(ids, zeros_like(ids))
    gathered = exported("gather")(params, clipped)
    if positive is None:
        positive = exported("greater_equal")(ids, 0)
        for _ in range((gathered._rank() or 0) - (positive._rank() or 0)):
            positive = exported("expand_dims")(positive, -1)
        positive = positive & exported("ones_like")(gathered, dtype=dtypes.bool)
    zeros = zeros_like(gathered)
    return exported("where")(positive, gathered, zeros), clipped, positive


@UnsortedSegmentSum.gradient
def unsorted_segment_sum_gradient(op: Any, grad: Any) -> Any:
    return _gather_dropping_negatives(grad, op.inputs[1])[0], None, None


@UnsortedSegmentMax.gradient
@UnsortedSegmentMin.gradient
def unsorted_segment_extreme_gradient(op: Any, grad: Any) -> Any:
    data, ids, count = op.inputs
    gathered, clipped, positive = _gather_dropping_negatives(op.outputs[0], ids)
    chosen = exported("logical_and")(exported("equal")(data, gathered), positive)
    number = unsorted_segment_sum(exported("cast")(chosen, grad.dtype), ids, count)
    weighted = exported("divide")(grad, number)
    spread, _, _ = _gather_dropping_negatives(weighted, None, clipped, positive)
    zeros = exported("zeros_like")(spread)
    return exported("where")(chosen, spread, zeros), None, None


@UnsortedSegmentProd.gradient
def unsorted_segment_prod_gradient(op: Any, grad: Any) -> Any:
    """The product of the others: by division, except where a segment holds one zero or more."""
    where, gather, zeros_like = exported("where"), exported("gather"), exported("zeros_like")
    data, ids, count = op.inputs
    is_zero = exported("equal")(data, 0)
    zeros_in = UnsortedSegmentSum(exported("cast")(is_zero, dtype=dtypes.int32), ids, count)
    grad = where(exported("greater")(zeros_in, 1), zeros_like(grad), grad)
    nonzero = where(is_zero, exported("ones_like")(data), data)
    nonzero_prod = UnsortedSegmentProd(nonzero, ids, count)
    clipped = exported("maximum")(ids, zeros_like(ids))
    gathered_prod = gather(op.outputs[0], clipped)
    gathered_nonzero = gather(nonzero_prod, clipped)
    partial = where(is_zero, gathered_nonzero, gathered_prod / data)
    return _gather_dropping_negatives(grad, ids, clipped)[0] * partial, None, None
