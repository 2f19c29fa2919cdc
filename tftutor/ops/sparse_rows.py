"""Sparse tensors of another shape, and rows without items filled: SparseReshape and
SparseFillEmptyRows.

The public functions on SparseTensor objects are in composite/sparse_shapes.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.host_arrays import as_array, dims_text
from tftutor.framework.op_def import OpDef

SparseReshape = OpDef(
    "SparseReshape", inputs=("input_indices: int64", "input_shape: int64", "new_shape: int64"),
    outputs=("output_indices: int64", "output_shape: int64"),
    doc="The indices of the same items in a tensor of another shape.")
SparseFillEmptyRows = OpDef(
    "SparseFillEmptyRows",
    inputs=("indices: int64", "values: T", "dense_shape: int64", "default_value: T"),
    outputs=("output_indices: int64", "output_values: T", "empty_row_indicator: bool",
             "reverse_index_map: int64"), attrs=("T: type",),
    doc="Put an item with the default value into each row of a sparse tensor that has none.")
SparseFillEmptyRowsGrad = OpDef(
    "SparseFillEmptyRowsGrad", inputs=("reverse_index_map: int64", "grad_values: T"),
    outputs=("d_values: T", "d_default_value: T"), attrs=("T: type",),
    doc="The gradient of SparseFillEmptyRows: of the items, and of the default value.")


def _refuse(text: str) -> Any:
    raise errors.InvalidArgumentError(None, None, text)


# -- SparseReshape --------------------------------------------------------------------------------

@SparseReshape.shape
def sparse_reshape_shape(c: Any) -> None:
    indices = c.with_rank(c.input(0), 2)
    c.with_rank(c.input(1), 1)
    target = c.with_rank(c.input(2), 1)
    c.set_outputs((indices[0], target[0]), target)


SparseReshape.not_differentiable("indices have no derivative")


@SparseReshape.kernel("numpy")
def sparse_reshape_kernel(input_indices, input_shape, new_shape):
    indices, dims, wanted = map(np.asarray, (input_indices, input_shape, new_shape))
    for what, value, rank, kind in (("Input indices", indices, 2, "matrix"),
                                    ("Input shape", dims, 1, "vector"),
                                    ("Target shape", wanted, 1, "vector")):
        if value.ndim != rank:
            _refuse(f"{what} should be a {kind} but received shape {dims_text(value.shape)}")
    target = _complete_shape(dims, wanted)
    if not len(indices):
        return np.zeros((0, len(target)), np.int64), target
    places = np.ravel_multi_index(tuple(indices.T), tuple(dims.tolist()))
    found = np.unravel_index(places, tuple(target.tolist()))
    return np.stack(found, axis=1).astype(np.int64), target


def _complete_shape(dims: Any, wanted: Any) -> Any:
    """The new shape, with the size instead of -1."""
    unknown = np.flatnonzero(wanted == -1)
    if len(unknown) > 1:
        _refuse(f"only one output dimension may be -1, not both {unknown[0]} and {unknown[1]}")
    for place, size in enumerate(wanted.tolist()):
        if size < -1:
            _refuse(f"size {place} must be non-negative, not {size}")
    target, count = wanted.astype(np.int64), int(np.prod(dims))
    if len(unknown):
        known = int(np.prod(np.delete(target, unknown[0])))
        if known <= 0:
            _refuse("reshape cannot infer the missing input size for an empty tensor unless all "
                    "specified input sizes are non-zero")
        target[unknown[0]] = count // known
        if count % known:
            _refuse(f"Input to reshape is a SparseTensor with {count} dense values, but the "
                    f"requested shape requires a multiple of {known}. input_shape="
                    f"{dims_text(dims)} output_shape={dims_text(target)}")
    if int(np.prod(target)) != count:
        _refuse(f"Input to reshape is a tensor with {count} dense values, but the requested shape "
                f"has {int(np.prod(target))}. input_shape={dims_text(dims)} output_shape="
                f"{dims_text(target)}")
    return target


# -- SparseFillEmptyRows --------------------------------------------------------------------------

@SparseFillEmptyRows.shape
def sparse_fill_empty_rows_shape(c: Any) -> None:
    indices, values = c.with_rank(c.input(0), 2), c.with_rank(c.input(1), 1)
    dims = c.with_rank(c.input(2), 1)
    c.with_rank(c.input(3), 0)
    count = c.merge(indices[0], values[0])
    c.merge(indices[1], dims[0])
    dense = c.value_as_shape(2)
    c.set_outputs((None, dims[0]), (None,), (dense[0] if dense else None,), (count,))


@SparseFillEmptyRows.gradient
def sparse_fill_empty_rows_gradient(op: Any, indices_grad: Any, values_grad: Any,
                                    is_empty_grad: Any, places_grad: Any) -> Any:
    items, default = SparseFillEmptyRowsGrad(op.outputs[3], values_grad)
    return [None, items, None, default]


@SparseFillEmptyRows.kernel("numpy")
def sparse_fill_empty_rows_kernel(indices, values, dense_shape, default_value):
    indices, values, dims = map(np.asarray, (indices, values, dense_shape))
    for what, value, rank, kind in (("dense_shape", dims, 1, "vector"),
                                    ("indices", indices, 2, "matrix"),
                                    ("values", values, 1, "vector")):
        if value.ndim != rank:
            _refuse(f"{what} must be a {kind}, saw: {dims_text(value.shape)}")
    if np.ndim(default_value):
        _refuse(f"default_value must be a scalar, saw: {dims_text(np.shape(default_value))}")
    rows, count = indices[:, 0], int(dims[0])
    if count == 0 and len(rows):
        _refuse("Received SparseTensor with dense_shape[0] = 0 but indices.shape[0] = "
                f"{len(rows)}")
    for place in np.flatnonzero((rows < 0) | (rows >= count)):
        _refuse(f"indices({place}, 0) is invalid: {rows[place]} >= {count}")
    is_empty = np.bincount(rows, minlength=count) == 0
    missing = np.flatnonzero(is_empty)
    order = np.argsort(np.concatenate([rows, missing]), kind="stable")
    filler = np.zeros((len(missing), indices.shape[1]), np.int64)
    filler[:, 0] = missing
    defaults = np.empty(len(missing), values.dtype)
    defaults[...] = as_array(default_value)
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return (np.concatenate([indices, filler])[order], np.concatenate([values, defaults])[order],
            is_empty, places[:len(rows)])


@SparseFillEmptyRowsGrad.shape
def sparse_fill_empty_rows_grad_shape(c: Any) -> None:
    places = c.with_rank(c.input(0), 1)
    c.with_rank(c.input(1), 1)
    c.set_outputs(places, ())


SparseFillEmptyRowsGrad.not_differentiable("TensorFlow has no gradient for it")


@SparseFillEmptyRowsGrad.kernel("numpy")
def sparse_fill_empty_rows_grad_kernel(reverse_index_map, grad_values):
    places, count = np.asarray(reverse_index_map), len(grad_values)
    for place in places[(places < 0) | (places >= count)]:
        _refuse(f"Elements in reverse index must be in [0, {count}) but got {place}")
    rest = np.ones(count, bool)
    rest[places] = False
    return grad_values[places], grad_values[rest].sum(dtype=grad_values.dtype)
