"""Nodes behind gathers with batch dimensions, and the gradient of gathers along other axes."""

from __future__ import annotations

from typing import Any

from tftutor.framework import dtypes
from tftutor.framework.api import exported
from tftutor.framework.conversion import convert
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import get_op_def
from tftutor.framework.operation import Tensor
from tftutor.ops.array_fill import ones, zeros
from tftutor.ops.array_join import concat, meshgrid, stack, tile
from tftutor.ops.array_reshape import expand_dims, reshape
from tftutor.ops.array_shape import rank, shape, size


def along_axis(op: Any, grad: Any, params_shape: Any) -> Tensor:
    """Gradient of GatherV2 along an axis other than 0: a segment sum, the axis moved to front."""
    transpose, range_ = exported("transpose"), exported("range")
    indices, axis = op._inputs[1], op._inputs[2]
    batch = int(op._attrs["batch_dims"])
    if batch < 0:
        batch += len(indices._shape)
    outer, inner = params_shape[:axis], params_shape[axis:][1:]
    values_shape = concat([outer, [-1], inner], 0)
    values_dims, axis_dims = size(values_shape), size(outer)
    batches = range_(batch)
    before = range_(batch, axis_dims)
    after = range_(axis_dims + 1, values_dims)
    values = reshape(grad, values_shape)
    moved = transpose(values, concat([batches, [axis_dims], before, after], 0))
    summed = _segment_sums(params_shape, moved, indices, batch, params_shape[axis])
    return transpose(summed, concat([batches, before + 1, [batch], after], 0))


def _segment_sums(params_shape: Any, values: Any, indices: Any, batch: int, rows: Any) -> Tensor:
    """Add up `values` by index; with batch dimensions each has rows of its own."""
    count = expand_dims(size(indices), 0)
    flat_shape: Any = None
    outer: Any = None
    if batch:
        values_shape = shape(values)
        outer = values_shape[:batch]
        inner = values_shape[batch:][1:]
        batch_size = get_op_def("Prod")(outer, [0], keep_dims=False)
        flat_shape = concat([[-1], inner], 0)
        rows *= batch_size
        indices = batch_indices(params_shape, indices, batch)
        values = reshape(values, flat_shape)
    indices = reshape(indices, count)
    result = exported("unsorted_segment_sum")(values, indices, rows)
    if batch:
        result = reshape(result, concat([outer, flat_shape], 0))
    return result


def batch_indices(params_shape: Any, indices: Any, batch: int) -> Any:
    """Indices into the flattened batch: each entry's indices are moved behind the ones before."""
    dtype = indices.dtype.base_dtype
    ndims = len(indices._shape)
    stride: Any = ones((), dtype=dtype)
    dims = get_op_def("Cast")(params_shape, DstT=dtype)
    for dim in range(batch, 0, -1):
        length = dims[dim - 1]
        stride *= dims[dim]
        offsets = get_op_def("Range")(zeros((), dtype=dtype), length, ones((), dtype=dtype))
        offsets *= stride
        spread = stack([1] * (dim - 1) + [length] + [1] * (ndims - dim), axis=0)
        indices += reshape(offsets, spread)
    return indices


def batch_gather_nodes(params: Any, indices: Any, batch: int) -> Tensor:
    """Gather with `batch` leading dimensions in common, by flattening them.

    Raises: ValueError when the ranks are too small.
    """
    indices, params = convert(indices, name="indices"), convert(params, name="params")
    ndims = len(indices._shape)
    if params._shape is not None and batch >= len(params._shape):
        raise ValueError(f"batch_dims = {batch} must be less than rank(params) = "
                         f"{len(params._shape)}")
    indices_shape, params_shape = shape(indices), shape(params)
    flat_indices = reshape(batch_indices(params_shape, indices, batch), [-1])
    outer = params_shape[batch + 1:]
    flat = get_op_def("Prod")(params_shape[:batch + 1], [0], keep_dims=False)
    flat_params = reshape(params, concat([[flat], outer], axis=0))
    picked = exported("gather")(flat_params, flat_indices)
    result = reshape(picked, concat([indices_shape, outer], axis=0))
    head = indices.get_shape()[:batch].merge_with(params.get_shape()[:batch])
    result.set_shape(head.concatenate(indices.get_shape()[batch:ndims])
                     .concatenate(params.get_shape()[batch + 1:]))
    return result


def batch_gather_nd(params: Any, indices: Any, batch: Any, name: str | None) -> Tensor:
    """`tf.gather_nd` with leading dimensions in common: their coordinates join the indices.

    Raises: ValueError, TypeError for batch_dims that don't fit.
    """
    with name_scope(name, "BatchGatherND", [params, indices]):
        indices, params = convert(indices, name="indices"), convert(params, name="params")
        if not isinstance(batch, int):
            raise TypeError(f"batch_dims must be an int; got {batch!r}")
        if batch < 0:
            raise ValueError("tf.gather_nd does not allow negative batch_dims.")
        for what, tensor in (("indices", indices), ("params", params)):
            if tensor._shape is not None and batch >= len(tensor._shape):
                raise ValueError(f"batch_dims = {batch} must be less than rank({what}) = "
                                 f"{len(tensor._shape)}")
        params_shape, indices_shape = shape(params), shape(indices)
        batch_shape = params_shape[:batch]
        batch_size = get_op_def("Prod")(batch_shape, [0])
        inner_dims = rank(indices) - batch - 1
        inner_shape = indices_shape[batch:-1]
        ranges = [get_op_def("Cast")(get_op_def("Range")(0, n, 1), DstT=indices.dtype)
                  for n in exported("unstack")(batch_shape, axis=0)]
        flat = [reshape(g, shape=(-1,)) for g in meshgrid(*ranges, indexing="ij")]
        grid = exported("transpose")(stack(flat, axis=0))
        grid_shape = shape(grid)
        grid = reshape(grid, concat([grid_shape[:1],
                                     ones(inner_dims, dtype=dtypes.int32),
                                     grid_shape[1:]], axis=0))
        grid = tile(grid, multiples=concat(((1,), inner_shape, (1,)), axis=0))
        flat_shape = concat(([batch_size], indices_shape[batch:]), axis=0)
        full = concat((grid, reshape(indices, shape=flat_shape)), axis=-1)
        out = get_op_def("GatherNd")(params, full)
        out_shape = shape(out)
        return reshape(out, shape=concat((batch_shape, out_shape[1:]), axis=0))
