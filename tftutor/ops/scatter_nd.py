"""Putting values at index vectors: ScatterNd and the tensor_scatter_* ops."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tftutor.framework.api import exported, tf_export
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_inference import ShapeError
from tftutor.framework.shape_merge import brackets_text
from tftutor.ops.array_fill import zeros_like
from tftutor.ops.gather import check_depth, check_nd_indices, gather_nd
from tftutor.ops.identity import identity
from tftutor.ops.nd_places import flat_places, kept_rows

_TYPES = ("T: type", "Tindices: {int32, int64}")
_UPDATE_INPUTS = ("tensor: T", "indices: Tindices", "updates: T")

ScatterNd = OpDef("ScatterNd", inputs=("indices: Tindices", "updates: T", "shape: Tindices"),
                  outputs=("output: T",), attrs=_TYPES)
TensorScatterUpdate = OpDef("TensorScatterUpdate", inputs=_UPDATE_INPUTS, outputs=("output: T",),
                            attrs=_TYPES)
TensorScatterAdd = OpDef("TensorScatterAdd", inputs=_UPDATE_INPUTS, outputs=("output: T",),
                         attrs=_TYPES)
TensorScatterSub = OpDef("TensorScatterSub", inputs=_UPDATE_INPUTS, outputs=("output: T",),
                         attrs=_TYPES)


@tf_export("scatter_nd", "manip.scatter_nd")
def scatter_nd(indices: Any, updates: Any, shape: Any, name: str | None = None) -> Tensor:
    """Zeros of `shape` with `updates[i]` added at `indices[i, :]`.

    Shapes: indices [n, k], updates [n, *shape[k:]] -> shape.

    Raises: ValueError when the shapes don't fit together.
    Source: TF 1.15 docs, tf.scatter_nd.
    """
    return ScatterNd(indices, updates, shape, name=name)


def _merged(c: Any, a: Any, b: Any, text: str) -> None:
    try:
        c.merge_shapes(a, b)
    except ShapeError as error:
        c.fail(f"{text}: {error}")


def _check_scatter(c: Any, indices: Any, updates: Any, out: Any) -> None:
    if out is not None and 0 in out and None not in out:
        def has_items(s: Any) -> bool:
            return s is not None and None not in s and 0 not in s

        if has_items(indices) or has_items(updates):
            c.fail("Indices and updates specified for empty output shape")
    if indices is None or updates is None:
        return
    outer = len(indices) - 1
    _merged(c, indices[:-1], updates[:outer],
            f"The outer {outer} dimensions of indices.shape={brackets_text(indices)} must match "
            f"the outer {outer} dimensions of updates.shape={brackets_text(updates)}")
    if out is not None and indices[-1] is not None:
        inner = len(out) - indices[-1]
        _merged(c, out[indices[-1]:], updates[outer:],
                f"The inner {inner} dimensions of output.shape={brackets_text(out)} must match the "
                f"inner {len(updates) - outer} dimensions of updates.shape="
                f"{brackets_text(updates)}")


@ScatterNd.shape
def scatter_nd_shape(c: Any) -> None:
    indices, updates = c.with_rank_at_least(c.input(0), 1), c.with_rank_at_least(c.input(1), 1)
    if c.input(2) is None:
        _check_scatter(c, indices, updates, None)
        c.set_output(0, None)
        return
    c.with_rank(c.input(2), 1)
    _check_scatter(c, indices, updates, None)  # what fails without the output shape, fails first
    out = c.value_as_shape(2)
    _check_scatter(c, indices, updates, out)
    c.set_output(0, out)


@ScatterNd.gradient
def scatter_nd_gradient(op: Any, grad: Any) -> Any:
    return [None, gather_nd(grad, op._inputs[0]), None]


@ScatterNd.kernel("numpy")
def scatter_nd_kernel(indices, updates, shape):
    dims = tuple(shape.tolist())
    out = np.zeros(dims, np.asarray(updates).dtype)
    if np.asarray(updates).dtype == object:
        out.fill(b"")
    _scatter(out, indices, updates, "add" if out.dtype != object else "set")
    return out


def scattered(out: Any, indices: Any, updates: Any, dims: tuple[int, ...], xp: Any, put_rows: Any
              ) -> Any:
    """`out` of shape `dims` changed at `indices` on a library that computes on a GPU.

    Args:
      out: the start, flattened to rows, with a row to spare behind; it is written.
      put_rows: the library's `put_rows(out, places, rows)`, which sets, adds or subtracts.
    """
    depth = indices.shape[-1]
    check_depth(depth, dims)
    count = math.prod(dims[:depth])
    places, inside = flat_places(indices, dims[:depth], xp)
    rows = xp.reshape(updates, (places.shape[0], math.prod(dims[depth:])))
    put_rows(out, kept_rows(places, inside, count, xp), rows)
    return xp.reshape(out[:count], dims)


def scatter_nd_kernel_with(add_rows: Any) -> Any:
    """The kernel of ScatterNd, given a library's way to add rows."""

    def kernel(indices, updates, shape, *, xp):
        dims, depth = tuple(shape.tolist()), indices.shape[-1]
        out = xp.zeros((math.prod(dims[:depth]) + 1, math.prod(dims[depth:])), dtype=updates.dtype)
        return scattered(out, indices, updates, dims, xp, add_rows)

    return kernel


def tensor_scatter_kernel_with(put_rows: Any) -> Any:
    """The kernel of a tensor_scatter_* op, given a library's way to set or add rows."""

    def kernel(tensor, indices, updates, *, xp):
        dims, depth = tuple(tensor.shape), indices.shape[-1]
        rows = xp.reshape(tensor, (math.prod(dims[:depth]), math.prod(dims[depth:])))
        out = xp.concat([rows, xp.zeros((1, rows.shape[1]), dtype=rows.dtype)], axis=0)
        return scattered(out, indices, updates, dims, xp, put_rows)

    return kernel


def _scatter(out: Any, indices: Any, updates: Any, how: str) -> None:
    check_nd_indices(indices, out.shape, "shape")
    where = tuple(np.moveaxis(indices, -1, 0))
    if how == "set":
        out[where] = updates
    elif how == "add":
        if out.dtype == bool:
            np.logical_or.at(out, where, updates)
        else:
            np.add.at(out, where, updates)
    else:
        np.subtract.at(out, where, updates)


@tf_export("tensor_scatter_nd_update", "tensor_scatter_update")
def tensor_scatter_update(tensor: Any, indices: Any, updates: Any, name: str | None = None
                          ) -> Tensor:
    """A copy of `tensor` with `updates[i]` at `indices[i, :]`.

    Source: TF 1.15 docs, tf.tensor_scatter_nd_update.
    """
    return TensorScatterUpdate(tensor, indices, updates, name=name)


@tf_export("tensor_scatter_nd_add", "tensor_scatter_add")
def tensor_scatter_add(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """A copy of `tensor` with `updates[i]` added at `indices[i, :]`.

    Source: TF 1.15 docs, tf.tensor_scatter_nd_add.
    """
    return TensorScatterAdd(tensor, indices, updates, name=name)


@tf_export("tensor_scatter_nd_sub", "tensor_scatter_sub")
def tensor_scatter_sub(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """A copy of `tensor` with `updates[i]` subtracted at `indices[i, :]`.

    Source: TF 1.15 docs, tf.tensor_scatter_nd_sub.
    """
    return TensorScatterSub(tensor, indices, updates, name=name)


def _tensor_scatter_shape(c: Any) -> None:
    out = c.with_rank_at_least(c.input(0), 1)
    indices, updates = c.with_rank_at_least(c.input(1), 1), c.with_rank_at_least(c.input(2), 1)
    _check_scatter(c, indices, updates, out)
    c.set_output(0, out)


for _op in (TensorScatterUpdate, TensorScatterAdd, TensorScatterSub):
    _op.shape(_tensor_scatter_shape)


@TensorScatterUpdate.gradient
def tensor_scatter_update_gradient(op: Any, grad: Any) -> Any:
    indices = op._inputs[1]
    updates_grad = gather_nd(grad, indices)
    zeros = zeros_like(op._inputs[2], dtype=grad.dtype)
    return [tensor_scatter_update(identity(grad), indices, zeros), None, updates_grad]


@TensorScatterAdd.gradient
def tensor_scatter_add_gradient(op: Any, grad: Any) -> Any:
    return [identity(grad), None, gather_nd(grad, op._inputs[1])]


@TensorScatterSub.gradient
def tensor_scatter_sub_gradient(op: Any, grad: Any) -> Any:
    return [identity(grad), None, exported("negative")(gather_nd(grad, op._inputs[1]))]


def _tensor_scatter_kernel(how: str) -> Any:
    def kernel(tensor, indices, updates):
        out = np.array(tensor)
        _scatter(out, indices, updates, how)
        return out

    return kernel


TensorScatterUpdate.kernel("numpy")(_tensor_scatter_kernel("set"))
TensorScatterAdd.kernel("numpy")(_tensor_scatter_kernel("add"))
TensorScatterSub.kernel("numpy")(_tensor_scatter_kernel("sub"))
