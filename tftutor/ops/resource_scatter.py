"""Rows of resource variables: gather them, and change some of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework.api import exported
from tftutor.framework.indexed_slices import IndexedSlices
from tftutor.framework.op_def import OpDef
from tftutor.framework.shape_merge import brackets_text
from tftutor.ops.gather import gather_nd_kernel, gather_v2_kernel
from tftutor.ops.resource_state import handle_shape, variable_shape
from tftutor.ops.state_scatter import (
    ROW_UFUNCS,
    add_library_kernel,
    check_scatter_nd_shapes,
    check_scatter_shapes,
    checked_coordinates,
    position_text,
    scatter_elements,
    scatter_elements_of_library,
    scatter_rows,
    scatter_rows_of_library,
)

_INDICES = "Tindices: {int32, int64}"


def _row_op(name: str, types: str) -> OpDef:
    return OpDef(name, inputs=("resource: resource", "indices: Tindices", "updates: dtype"),
                 attrs=(types, _INDICES), stateful=True)


def _element_op(name: str) -> OpDef:
    return OpDef(name, inputs=("ref: resource", "indices: Tindices", "updates: T"),
                 attrs=("T: type", _INDICES, "use_locking: bool = true"), stateful=True)


ResourceGather = OpDef(
    "ResourceGather", inputs=("resource: resource", "indices: Tindices"),
    outputs=("output: dtype",), stateful=True, doc="Rows of a resource variable.",
    attrs=("batch_dims: int = 0", "validate_indices: bool = true", "dtype: type", _INDICES))
ResourceGatherNd = OpDef(
    "ResourceGatherNd", inputs=("resource: resource", "indices: Tindices"),
    outputs=("output: dtype",), stateful=True, attrs=("dtype: type", _INDICES),
    doc="Elements or slices of a resource variable.")
ResourceScatterUpdate = _row_op("ResourceScatterUpdate", "dtype: type")
ResourceScatterAdd = _row_op("ResourceScatterAdd", "dtype: numbertype")
ResourceScatterSub = _row_op("ResourceScatterSub", "dtype: numbertype")
ResourceScatterMul = _row_op("ResourceScatterMul", "dtype: numbertype")
ResourceScatterDiv = _row_op("ResourceScatterDiv", "dtype: numbertype")
ResourceScatterMin = _row_op("ResourceScatterMin", "dtype: numbertype")
ResourceScatterMax = _row_op("ResourceScatterMax", "dtype: numbertype")
ResourceScatterNdUpdate = _element_op("ResourceScatterNdUpdate")
ResourceScatterNdAdd = _element_op("ResourceScatterNdAdd")
ResourceScatterNdSub = _element_op("ResourceScatterNdSub")


# -- gather -----------------------------------------------------------------------------------

@ResourceGather.shape
def resource_gather_shape(c: Any) -> None:
    table, indices = handle_shape(c), c.input(1)
    table = c.with_rank_at_least(table, 1)
    if table is not None and indices is not None:
        batch = c.attr("batch_dims")
        c.set_output(0, table[:batch] + indices[batch:] + table[batch + 1:])


@ResourceGather.gradient
def resource_gather_gradient(op: Any, grad: Any) -> Any:
    """The rows' gradients as IndexedSlices over the whole variable."""
    expand_dims, reshape = exported("expand_dims"), exported("reshape")
    indices = op.inputs[1]
    dense_shape = variable_shape(op.inputs[0])
    size = expand_dims(exported("size")(indices), 0)
    values_shape = exported("concat")([size, dense_shape[1:]], 0)
    return [IndexedSlices(reshape(grad, values_shape), reshape(indices, size), dense_shape), None]


@ResourceGather.kernel("numpy")
def resource_gather_kernel(resource, indices, *, batch_dims):
    table = resource.value
    rows = np.asarray(indices)
    bad = np.flatnonzero((rows.reshape(-1) < 0) | (rows.reshape(-1) >= table.shape[batch_dims]))
    if bad.size:
        raise errors.InvalidArgumentError(
            None, None, f"{position_text(rows, bad[0])} = {rows.reshape(-1)[bad[0]]} is not in "
            f"[0, {table.shape[batch_dims]})")
    if batch_dims:
        places = np.ix_(*(np.arange(n) for n in rows.shape))[:batch_dims]
        return table[(*places, rows)]
    return table[rows]


@ResourceGather.kernel()
def resource_gather_of_library_kernel(resource, indices, *, xp, batch_dims):
    return gather_v2_kernel(resource.value, indices, batch_dims, xp=xp, batch_dims=batch_dims)


@ResourceGatherNd.shape
def resource_gather_nd_shape(c: Any) -> None:
    table, indices = handle_shape(c), c.with_rank_at_least(c.input(1), 1)
    if table is None or indices is None or indices[-1] is None:
        return
    if indices[-1] > len(table):
        c.fail("indices.shape[-1] must be <= params.rank, but saw indices shape: "
               f"{brackets_text(indices)} and params shape: {brackets_text(table)}")
    c.set_output(0, indices[:-1] + table[indices[-1]:])


@ResourceGatherNd.gradient
def resource_gather_nd_gradient(op: Any, grad: Any) -> Any:
    shape = variable_shape(op.inputs[0], op.inputs[1].dtype)
    return [exported("scatter_nd")(op.inputs[1], grad, shape), None]


@ResourceGatherNd.kernel("numpy")
def resource_gather_nd_kernel(resource, indices):
    table = resource.value
    try:
        updates = np.empty(indices.shape[:-1] + table.shape[indices.shape[-1]:], np.bool_)
        places = checked_coordinates(table, indices, updates)
    except errors.InvalidArgumentError as error:
        raise errors.InvalidArgumentError(
            None, None, error.message.replace("index into shape", "index into param shape")
        ) from None
    return table[places]


@ResourceGatherNd.kernel()
def resource_gather_nd_of_library_kernel(resource, indices, *, xp):
    return gather_nd_kernel(resource.value, indices, xp=xp)


# -- updates ----------------------------------------------------------------------------------

def _row_shape(c: Any) -> None:
    check_scatter_shapes(c, handle_shape(c))


def _element_shape(c: Any) -> None:
    check_scatter_nd_shapes(c, handle_shape(c))


ROW_OPS = (ResourceScatterUpdate, ResourceScatterAdd, ResourceScatterSub, ResourceScatterMul,
           ResourceScatterDiv, ResourceScatterMin, ResourceScatterMax)
ELEMENT_OPS = (ResourceScatterNdUpdate, ResourceScatterNdAdd, ResourceScatterNdSub)


def _complete(op: OpDef, on_numpy: Any, on_library: Any, kind: str, shape_fn: Any, what: str
              ) -> None:
    op.shape(shape_fn)
    op.not_differentiable("gradients end at variables")
    op.doc = f"{kind} {what} of a resource variable."
    ufunc = ROW_UFUNCS[kind]

    def kernel(resource, indices, updates):
        on_numpy(resource, indices, updates, ufunc)

    op.kernel("numpy")(kernel)
    add_library_kernel(op, None, on_library, kind)


for _op in ROW_OPS:
    _complete(_op, scatter_rows, scatter_rows_of_library, _op.name[15:], _row_shape, "rows")
for _op in ELEMENT_OPS:
    _complete(_op, scatter_elements, scatter_elements_of_library, _op.name[17:], _element_shape,
              "elements")
