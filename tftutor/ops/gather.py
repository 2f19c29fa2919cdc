"""Picking rows and items: Gather, GatherV2, GatherNd, boolean_mask."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.host_arrays import as_array, dims_text
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.constant_folding import evaluate_constant
from tftutor.framework.constant_value import constant_value
from tftutor.framework.conversion import convert
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef, get_op_def
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_merge import brackets_text, num_elements
from tftutor.ops.array_join import concat
from tftutor.ops.array_reshape import expand_dims, reshape, squeeze
from tftutor.ops.array_shape import shape, size
from tftutor.ops.nd_places import flat_places, taken_rows
from tftutor.platform.tf_logging import warn_deprecated_once

_TYPES = ("Tparams: type", "Tindices: {int32, int64}")

Gather = OpDef("Gather", inputs=("params: Tparams", "indices: Tindices"),
               outputs=("output: Tparams",), attrs=("validate_indices: bool = true", *_TYPES),
               doc="Rows of params along the first dimension (GatherV2 replaced it).")
GatherV2 = OpDef("GatherV2", inputs=("params: Tparams", "indices: Tindices", "axis: Taxis"),
                 outputs=("output: Tparams",),
                 attrs=("batch_dims: int = 0", *_TYPES, "Taxis: {int32, int64}"))
GatherNd = OpDef("GatherNd", inputs=("params: Tparams", "indices: Tindices"),
                 outputs=("output: Tparams",), attrs=_TYPES)


@tf_export("gather")
def gather(params: Any, indices: Any, validate_indices: Any = None, name: str | None = None,
           axis: Any = None, batch_dims: int = 0) -> Tensor:
    """Pick slices of `params` along `axis` (default `batch_dims`) by their numbers.

    Shapes: params [a, b, c], indices [i, j], axis 1 -> [a, i, j, c].

    Raises: ValueError for an axis out of range; InvalidArgumentError for an index out of range.
    Source: TF 1.15 docs, tf.gather.
    """
    if axis is None:
        axis = batch_dims
    if constant_value(axis) != 0:
        return GatherV2(params, indices, axis, batch_dims=batch_dims, name=name)
    sparse_read = getattr(params, "sparse_read", None)  # variables read only the rows they need
    if sparse_read is not None:
        return sparse_read(indices, name=name)
    return GatherV2(params, indices, axis, name=name)


@GatherV2.shape
def gather_v2_shape(c: Any) -> None:
    params = c.with_rank_at_least(c.input(0), 1)
    indices = c.input(1)
    c.with_rank(c.input(2), 0)
    axis = c.value(2)
    batch = c.attr("batch_dims")
    if batch < 0 and indices is not None:
        batch += len(indices)
    if axis is None:
        known = params is not None and indices is not None
        c.set_output(0, (None,) * (len(params) + len(indices) - 1 - batch) if known else None)
        return
    axis = int(axis)
    c.with_rank_at_least(params, axis + 1 if axis >= 0 else -axis)
    if params is None or indices is None:
        c.set_output(0, None)
        return
    axis = axis % len(params)
    c.set_output(0, (*params[:axis], *indices[batch:], *params[axis + 1:]))


@Gather.shape
def gather_v1_shape(c: Any) -> None:
    params, indices = c.with_rank_at_least(c.input(0), 1), c.input(1)
    known = params is not None and indices is not None
    c.set_output(0, (*indices, *params[1:]) if known else None)


def _unsigned(indices: Any) -> Any:
    """int32 indices as uint32: a negative one becomes far too large, so NumPy refuses it."""
    return indices.view(np.uint32) if indices.dtype == np.int32 else indices


def _take(params: Any, indices: Any, axis: int) -> Any:
    """`params` at `indices` along `axis`; every index must be in range."""
    limit = params.shape[axis]
    if indices.dtype != np.int32 and indices.size and indices.min() < 0:
        raise _bad_index(indices, limit)
    try:
        return params.take(_unsigned(indices), axis)
    except IndexError:
        raise _bad_index(indices, limit) from None


def _take_or_zeros(params: Any, indices: Any, axis: int, xp: Any) -> Any:
    """`params` at `indices` along `axis`; zeros for an index out of range."""
    limit = params.shape[axis]
    shape = (*params.shape[:axis], *indices.shape, *params.shape[axis + 1:])
    if not limit:
        return xp.zeros(shape, dtype=params.dtype)
    flat = xp.reshape(indices, (-1,))
    safe = xp.clip(flat, 0, limit - 1)
    taken = xp.take(params, safe, axis=axis)
    inside = xp.reshape(safe == flat, (-1,) + (1,) * (params.ndim - axis - 1))
    return xp.reshape(xp.where(inside, taken, xp.zeros((), dtype=params.dtype)), shape)


def _bad_index(indices: Any, limit: int) -> errors.OpError:
    array = np.asarray(indices)
    where = np.argwhere((array < 0) | (array >= limit))[0]
    place = "indices" if not array.ndim else f"indices[{','.join(map(str, where))}]"
    return errors.InvalidArgumentError(
        None, None, f"{place} = {int(array[tuple(where)])} is not in [0, {limit})")


def checked_axis(params: Any, axis: Any) -> int:
    """The axis from the front. Raises: tf.errors.InvalidArgumentError when it is no such."""
    position = int(axis)
    if not -params.ndim <= position < params.ndim:
        raise errors.InvalidArgumentError(
            None, None, f"Expected axis in the range [{-params.ndim}, {params.ndim}), but got "
            f"{position}")
    return position % params.ndim


@GatherV2.kernel()
def gather_v2_kernel(params, indices, axis, *, xp, batch_dims):
    position = checked_axis(params, axis)
    if not batch_dims:
        return _take_or_zeros(params, indices, position, xp)
    return _batched_take_or_zeros(params, indices, position, batch_dims % indices.ndim, xp)


@GatherV2.kernel("numpy")
def gather_v2_numpy_kernel(params, indices, axis, *, batch_dims):
    position = checked_axis(params, axis)
    if not batch_dims:
        return _take(params, indices, position)
    return _batched_take(params, indices, position, batch_dims % indices.ndim)


def _check_batch(params: Any, indices: Any, batch: int) -> None:
    if params.shape[:batch] != indices.shape[:batch]:
        raise errors.InvalidArgumentError(
            None, None, f"params.shape[0]: {params.shape[0]} should be equal to indices.shape[0]: "
            f"{indices.shape[0]}")


def _batched_take_or_zeros(params: Any, indices: Any, axis: int, batch: int, xp: Any) -> Any:
    """`_batched_take` as one gather of rows: [batches * items, all behind the axis]."""
    _check_batch(params, indices, batch)
    shape, limit = tuple(params.shape), params.shape[axis]
    batches = math.prod(shape[:batch])
    before, behind = shape[batch:axis], shape[axis + 1:]
    inner = tuple(indices.shape[batch:])
    rows = xp.reshape(xp.moveaxis(params, axis, batch),
                      (batches * limit, math.prod(before + behind)))
    wanted = xp.astype(xp.reshape(indices, (batches, math.prod(inner))), xp.int64)
    places = wanted + limit * xp.expand_dims(xp.arange(batches, dtype=xp.int64), axis=1)
    inside = xp.reshape((wanted >= 0) & (wanted < limit), (-1,))
    picked = xp.reshape(taken_rows(rows, xp.reshape(places, (-1,)), inside, xp),
                        (batches, math.prod(inner), math.prod(before), math.prod(behind)))
    return xp.reshape(xp.permute_dims(picked, (0, 2, 1, 3)),
                      (*shape[:batch], *before, *inner, *behind))


def _batched_take(params: Any, indices: Any, axis: int, batch: int) -> Any:
    """Every entry of the leading `batch` dimensions has indices of its own."""
    limit = params.shape[axis]
    if indices.size and (indices.min() < 0 or indices.max() >= limit):
        raise _bad_index(indices, limit)
    _check_batch(params, indices, batch)
    moved = np.moveaxis(params, axis, batch)
    grid = np.ogrid[tuple(slice(0, d) for d in params.shape[:batch])]
    extra = (1,) * (indices.ndim - batch)
    lead = tuple(g.reshape(g.shape + extra) for g in grid)
    picked = moved[(*lead, indices)]
    order = list(range(picked.ndim))
    inner = indices.ndim - batch  # the picked dimensions go back to where the axis was
    chosen = order[batch:batch + inner]
    rest = order[batch + inner:]
    before = rest[:axis - batch]
    return picked.transpose(order[:batch] + before + chosen + rest[axis - batch:])


@GatherV2.bind
def gather_v2_binder(op: Any, xp: Any) -> Any:
    axis = evaluate_constant(op._inputs[2])
    known = op._inputs[0]._shape
    if axis is None or op._attrs["batch_dims"] or known is None:
        return None
    position = int(axis) % len(known)
    return lambda params, indices, axis: _take(params, indices, position)


@Gather.kernel()
def gather_v1_kernel(params, indices, *, xp):
    return _take_or_zeros(params, indices, 0, xp)


@Gather.kernel("numpy")
def gather_v1_numpy_kernel(params, indices):
    return _take(params, indices, 0)


def _params_shape(params: Any) -> Tensor:
    """The shape of `params` as int32, computed where the parameters are."""
    with get_default_graph().colocate_with(params.op):
        return exported("cast")(shape(params, out_type=dtypes.int64), dtypes.int32)


@Gather.gradient
def gather_v1_gradient(op: Any, grad: Any) -> Any:
    params_shape = _params_shape(op._inputs[0])
    indices = op._inputs[1]
    count = expand_dims(size(indices), 0)
    values = reshape(grad, concat([count, params_shape[1:]], 0))
    return [exported("IndexedSlices")(values, reshape(indices, count), params_shape), None]


@GatherV2.gradient
def gather_v2_gradient(op: Any, grad: Any) -> Any:
    from tftutor.ops.gather_gradient import along_axis

    params_shape = _params_shape(op._inputs[0])
    indices, axis = op._inputs[1], op._inputs[2]
    count = expand_dims(size(indices), 0)
    if constant_value(axis) == 0 and not op._attrs["batch_dims"]:
        tail = params_shape[1:]
        values = reshape(grad, concat([count, tail], 0))
        params_grad = exported("IndexedSlices")(values, reshape(indices, count), params_shape)
    else:
        params_grad = along_axis(op, grad, params_shape)
    return [params_grad, None, None]


@tf_export("gather_nd", "manip.gather_nd")
def gather_nd(params: Any, indices: Any, name: str | None = None, batch_dims: Any = 0) -> Tensor:
    """Pick items or slices of `params` by index vectors: `output[i] = params[indices[i, :]]`.

    Shapes: params [a, b, c], indices [n, 2] -> [n, c].

    Raises: ValueError when an index vector is longer than the rank of `params`.
    Source: TF 1.15 docs, tf.gather_nd.
    """
    static = constant_value(batch_dims)
    if static is not None:
        batch_dims = int(static)
    if batch_dims == 0:
        own = getattr(params, "gather_nd", None)
        return own(indices, name=name) if own is not None else GatherNd(params, indices, name=name)
    from tftutor.ops.gather_gradient import batch_gather_nd

    return batch_gather_nd(params, indices, batch_dims, name)


@GatherNd.shape
def gather_nd_shape(c: Any) -> None:
    params, indices = c.input(0), c.with_rank_at_least(c.input(1), 1)
    if params is None or indices is None or indices[-1] is None:
        c.set_output(0, None)
        return
    depth = indices[-1]
    if depth > len(params):
        c.fail("indices.shape[-1] must be <= params.rank, but saw indices shape: "
               f"{brackets_text(indices)} and params shape: {brackets_text(params)}")
    c.set_output(0, (*indices[:-1], *params[depth:]))


@GatherNd.gradient
def gather_nd_gradient(op: Any, grad: Any) -> Any:
    params, indices = op._inputs
    params_shape = shape(params, out_type=indices.dtype)
    known = indices._shape
    if known is not None and len(known) == 2 and known[-1] == 1:
        return [exported("IndexedSlices")(grad, squeeze(indices, axis=-1), params_shape), None]
    return [exported("scatter_nd")(indices, grad, params_shape), None]


@GatherNd.kernel()
def gather_nd_kernel(params, indices, *, xp):
    depth, shape = indices.shape[-1], tuple(params.shape)
    check_depth(depth, shape)
    places, inside = flat_places(indices, shape[:depth], xp)
    rows = xp.reshape(params, (math.prod(shape[:depth]), math.prod(shape[depth:])))
    return xp.reshape(taken_rows(rows, places, inside, xp), (*indices.shape[:-1], *shape[depth:]))


@GatherNd.kernel("numpy")
def gather_nd_numpy_kernel(params, indices):
    array = as_array(params)
    check_nd_indices(indices, array.shape)
    if not indices.shape[-1]:  # empty vectors: each means the whole tensor
        return np.broadcast_to(array, (*indices.shape[:-1], *array.shape))
    return array[tuple(np.moveaxis(indices, -1, 0))]


def check_depth(depth: int, dims: tuple[int, ...]) -> None:
    """Raise TF's InvalidArgumentError for index vectors longer than the shape they index."""
    if depth > len(dims):
        raise errors.InvalidArgumentError(
            None, None, "index innermost dimension length must be <= params rank; saw: "
            f"{depth} vs. {len(dims)}")


def check_nd_indices(indices: Any, dims: tuple[int, ...], what: str = "param shape") -> None:
    """Raise TF's InvalidArgumentError for an index vector out of range."""
    depth = indices.shape[-1]
    check_depth(depth, dims)
    bad = ((indices < 0) | (indices >= np.array(dims[:depth], np.int64))).any(axis=-1)
    if bad.any():
        # TF's kernels remember the last one when they gather, the first when they scatter.
        where = np.argwhere(bad)[-1 if what == "param shape" else 0]
        place = f"indices[{','.join(map(str, where))}]" if len(where) else "indices[0]"
        vector = ", ".join(str(int(i)) for i in indices[tuple(where)])
        raise errors.InvalidArgumentError(
            None, None, f"{place} = [{vector}] does not index into {what} {dims_text(dims)}")


# -- masks ----------------------------------------------------------------------------------------

@tf_export("boolean_mask")
def boolean_mask(tensor: Any, mask: Any, name: str = "boolean_mask", axis: int | None = None
                 ) -> Tensor:
    """Keep the items of `tensor` where `mask` is True.

    Shapes: tensor [a, b, c], mask [a, b] -> [number of True, c].

    Raises: ValueError for a scalar mask, one of unknown rank, or one of another shape.
    Source: TF 1.15 docs, tf.boolean_mask.
    """
    with name_scope(name, values=[tensor, mask]):
        tensor, mask = convert(tensor, name="tensor"), convert(mask, name="mask")
        if mask._shape == ():
            raise explained(ValueError("mask cannot be scalar."))
        if mask._shape is None:
            raise ValueError("Number of mask dimensions must be specified, even if some dimensions "
                             "are None.  E.g. shape=[None] is ok, but shape=None is not.")
        ndims = len(mask._shape)
        axis = 0 if axis is None else axis
        static = tensor.get_shape()
        static[axis:axis + ndims].assert_is_compatible_with(mask.get_shape())
        masked = shape(tensor)[axis:axis + ndims]
        leading = get_op_def("Prod")(masked, [0])
        before = shape(tensor)[:axis]
        after = shape(tensor)[axis + ndims:]
        tensor = reshape(tensor, concat([before, [leading], after], 0))
        _set_flat_shape(tensor, static.as_tuple(), axis, ndims)
        indices = squeeze(exported("where")(reshape(mask, [-1])), axis=[1])
        return gather(tensor, indices, axis=axis)


def _set_flat_shape(tensor: Tensor, known: Any, axis: int, ndims: int) -> None:
    """The masked dimensions became one."""
    if known is None:
        return
    first = num_elements(known[axis:axis + ndims])
    tensor.set_shape((*known[:axis], first, *known[axis + ndims:]))


@tf_export("batch_gather")
def batch_gather(params: Any, indices: Any, name: str | None = None) -> Tensor:
    """`tf.gather` along the last dimension of `indices`, each leading entry for itself.

    Raises: ValueError for indices of unknown rank.
    Source: TF 1.15 docs, tf.batch_gather.
    """
    from tftutor.ops.gather_gradient import batch_gather_nodes

    warn_deprecated_once("tf.batch_gather", "use tf.gather with batch_dims=-1")
    with name_scope(name, "BatchGather", [params, indices]):
        indices, params = convert(indices, name="indices"), convert(params, name="params")
        if indices._shape is None:
            raise ValueError("batch_gather does not allow indices with unknown shape.")
        return batch_gather_nodes(params, indices, len(indices._shape) - 1)
