"""Ops on the three parts of sparse tensors: SparseToDense, SparseTensorDenseMatMul, SparseReorder.

The public functions on SparseTensor objects are in composite/sparse_tensor.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.host_arrays import as_array, dims_text
from tftutor.framework.api import exported
from tftutor.framework.op_def import OpDef
from tftutor.framework.shape_inference import ShapeError
from tftutor.ops.nd_places import flat_places, kept_rows, taken_rows

SparseToDense = OpDef(
    "SparseToDense", inputs=("sparse_indices: Tindices", "output_shape: Tindices",
                             "sparse_values: T", "default_value: T"), outputs=("dense: T",),
    attrs=("validate_indices: bool = true", "T: type", "Tindices: {int32, int64}"),
    doc="A dense tensor full of the default value, with the given values at the given indices.")
SparseTensorDenseMatMul = OpDef(
    "SparseTensorDenseMatMul",
    inputs=("a_indices: Tindices", "a_values: T", "a_shape: int64", "b: T"),
    outputs=("product: T",),
    attrs=("T: type", "Tindices: {int32, int64} = DT_INT64", "adjoint_a: bool = false",
           "adjoint_b: bool = false"), doc="A sparse matrix times a dense one.")
SparseReorder = OpDef(
    "SparseReorder", inputs=("input_indices: int64", "input_values: T", "input_shape: int64"),
    outputs=("output_indices: int64", "output_values: T"), attrs=("T: type",),
    doc="Sort the items of a sparse tensor in row-major order.")
EditDistance = OpDef(
    "EditDistance", inputs=("hypothesis_indices: int64", "hypothesis_values: T",
                            "hypothesis_shape: int64", "truth_indices: int64", "truth_values: T",
                            "truth_shape: int64"), outputs=("output: float",),
    attrs=("normalize: bool = true", "T: type"),
    doc="Levenshtein distances between rows of two sparse tensors.")


@SparseToDense.shape
def sparse_to_dense_shape(c: Any) -> None:
    c.set_output(0, c.value_as_shape(1))


@SparseToDense.gradient
def sparse_to_dense_gradient(op: Any, grad: Any) -> Any:
    indices, shape = op._inputs[:2]
    values = exported("gather_nd")(grad, indices)
    default = exported("reduce_sum")(grad) - exported("reduce_sum")(values)
    return [None, None, values, default]


@SparseToDense.kernel("numpy")
def sparse_to_dense_kernel(sparse_indices, output_shape, sparse_values, default_value, *,
                           validate_indices):
    dims = tuple(output_shape.tolist())
    out = np.empty(dims, dtype=as_array(default_value).dtype)
    out.fill(default_value)
    indices = np.asarray(sparse_indices)
    if indices.ndim < 2:  # a scalar or a vector of places in a vector
        indices = indices.reshape(-1, 1)
    if len(indices):
        _check_in_range(indices, dims)
        if validate_indices:
            _check_order(indices)
    out[tuple(indices.T)] = sparse_values
    return out


def _check_in_range(indices: Any, dims: tuple[int, ...]) -> None:
    bad = np.flatnonzero(((indices < 0) | (indices >= np.array(dims))).any(axis=1))
    if len(bad):
        raise errors.InvalidArgumentError(
            None, None, f"indices[{bad[0]}] = {_row(indices[bad[0]])} is out of bounds: need 0 <= "
            f"index < {dims_text(dims)}")


def _check_order(indices: Any) -> None:
    order = np.lexsort(indices.T[::-1])
    if not np.array_equal(order, np.arange(len(order))):
        row = int(np.flatnonzero(order != np.arange(len(order)))[0]) + 1
        raise errors.InvalidArgumentError(
            None, None, f"indices[{row}] = {_row(indices[row])} is out of order. Many sparse ops "
            "require sorted indices.\n    Use `tf.sparse.reorder` to create a correctly ordered "
            "copy.\n\n")
    same = (indices[1:] == indices[:-1]).all(axis=1)
    if same.any():
        row = int(np.flatnonzero(same)[0]) + 1
        raise errors.InvalidArgumentError(
            None, None, f"indices[{row}] = {_row(indices[row])} is repeated")


def _row(row: Any) -> str:
    return "[" + ",".join(str(int(i)) for i in row) + "]"


@SparseTensorDenseMatMul.shape
def sparse_matmul_shape(c: Any) -> None:
    c.with_rank(c.input(0), 2)
    c.with_rank(c.input(1), 1)
    a = c.value_as_shape(2)
    a = c.with_rank(a, 2)
    b = c.with_rank(c.input(3), 2)
    rows, inner = a[::-1] if c.attr("adjoint_a") else a
    b_inner, columns = b[::-1] if c.attr("adjoint_b") else b
    try:
        c.merge(inner, b_inner)
    except ShapeError as error:
        c.fail(str(error))
    c.set_output(0, (rows, columns))


@SparseTensorDenseMatMul.gradient
def sparse_matmul_gradient(op: Any, grad: Any) -> Any:
    indices, values, shape, b = op._inputs
    adjoint_a, adjoint_b = op._attrs["adjoint_a"], op._attrs["adjoint_b"]
    gather, transpose = exported("gather"), exported("matrix_transpose")
    b_grad = SparseTensorDenseMatMul(indices, values, shape, grad, adjoint_a=not adjoint_a)
    if adjoint_b:
        b_grad = transpose(b_grad)
    rows, columns = indices[:, 0], indices[:, 1]
    parts_a = gather(grad, rows if not adjoint_a else columns)
    parts_b = gather(b if not adjoint_b else transpose(b), columns if not adjoint_a else rows)
    return [None, exported("reduce_sum")(parts_a * parts_b, axis=1), None, b_grad]


@SparseTensorDenseMatMul.kernel("numpy")
def sparse_matmul_kernel(a_indices, a_values, a_shape, b, *, adjoint_a, adjoint_b):
    rows, columns = a_indices[:, 0], a_indices[:, 1]
    count, values = int(a_shape[0]), a_values
    if adjoint_a:
        rows, columns, count = columns, rows, int(a_shape[1])
        values = np.conj(values)
    right = np.conj(b.T) if adjoint_b else b
    out = np.zeros((count, right.shape[1]), b.dtype)
    np.add.at(out, rows, values[:, None] * right[columns])
    return out


def sparse_matmul_kernel_with(add_rows: Any) -> Any:
    """The kernel of SparseTensorDenseMatMul, given a library's way to add rows."""

    def kernel(a_indices, a_values, a_shape, b, *, xp, adjoint_a, adjoint_b):
        count, inner = (int(d) for d in (a_shape[::-1] if adjoint_a else a_shape))
        values, right = a_values, b
        if xp.isdtype(b.dtype, "complex floating"):
            values = xp.conj(values) if adjoint_a else values
            right = xp.conj(right) if adjoint_b else right
        right = xp.permute_dims(right, (1, 0)) if adjoint_b else right
        _, inside = flat_places(a_indices, (count, inner)[::-1 if adjoint_a else 1], xp)
        rows, columns = a_indices[:, 0], a_indices[:, 1]
        rows, columns = (columns, rows) if adjoint_a else (rows, columns)
        parts = xp.expand_dims(values, axis=1) * taken_rows(right, columns, inside, xp)
        out = xp.zeros((count + 1, right.shape[1]), dtype=b.dtype)
        add_rows(out, kept_rows(rows, inside, count, xp), parts)
        return out[:count]

    return kernel


@SparseReorder.shape
def sparse_reorder_shape(c: Any) -> None:
    indices = c.with_rank(c.input(0), 2)
    values = c.with_rank(c.input(1), 1)
    c.with_rank(c.input(2), 1)
    c.set_outputs(indices, values)


@SparseReorder.gradient
def sparse_reorder_gradient(op: Any, indices_grad: Any, values_grad: Any) -> Any:
    places = exported("range")(exported("shape")(op._inputs[1])[0])
    _, order = SparseReorder(op._inputs[0], places, op._inputs[2])
    return [None, exported("gather")(values_grad, exported("invert_permutation")(order)), None]


@SparseReorder.kernel("numpy")
def sparse_reorder_kernel(input_indices, input_values, input_shape):
    order = np.lexsort(input_indices.T[::-1])
    return input_indices[order], input_values[order]


@EditDistance.shape
def edit_distance_shape(c: Any) -> None:
    a, b = c.value(2), c.value(5)
    if a is None or b is None:
        c.set_output(0, None)
        return
    c.set_output(0, tuple(max(int(x), int(y)) for x, y in zip(a[:-1], b[:-1], strict=True)))


EditDistance.not_differentiable("a count of edits is a whole number")


@EditDistance.kernel("numpy")
def edit_distance_kernel(hypothesis_indices, hypothesis_values, hypothesis_shape, truth_indices,
                         truth_values, truth_shape, *, normalize):
    out = np.zeros(np.maximum(hypothesis_shape, truth_shape)[:-1], np.float32)
    left, right = _rows(hypothesis_indices, hypothesis_values), _rows(truth_indices, truth_values)
    for place in {*left, *right}:
        guess, truth = left.get(place, []), right.get(place, [])
        distance = np.float32(_levenshtein(guess, truth))
        if normalize:
            distance = distance / len(truth) if truth else np.float32(np.inf)
        out[place] = distance
    return out[()]


def _rows(indices: Any, values: Any) -> dict[tuple[int, ...], list[Any]]:
    rows: dict[tuple[int, ...], list[Any]] = {}
    for index, value in zip(indices.tolist(), values.tolist(), strict=True):
        rows.setdefault(tuple(index[:-1]), []).append(value)
    return rows


def _levenshtein(a: list[Any], b: list[Any]) -> int:
    line = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, line[0] = line[0], i
        for j, y in enumerate(b, 1):
            previous, line[j] = line[j], min(previous + (x != y), line[j] + 1, line[j - 1] + 1)
    return line[-1]


# -- sums -----------------------------------------------------------------------------------------

SparseReduceSum = OpDef(
    "SparseReduceSum", inputs=("input_indices: int64", "input_values: T", "input_shape: int64",
                               "reduction_axes: int32"), outputs=("output: T",),
    attrs=("keep_dims: bool = false",
           "T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, "
           "bfloat16, uint16, complex128, half, uint32, uint64}"),
    doc="The dense sums of a sparse tensor along dimensions.")


@SparseReduceSum.shape
def sparse_reduce_sum_shape(c: Any) -> None:
    shape, axes = c.value(2), c.value(3)
    if shape is None or axes is None:
        c.set_output(0, None)
        return
    gone = {int(a) % len(shape) for a in axes.reshape(-1)}
    keep = c.attr("keep_dims")
    c.set_output(0, tuple(1 if i in gone else int(d) for i, d in enumerate(shape)
                          if keep or i not in gone))


@SparseReduceSum.gradient
def sparse_reduce_sum_gradient(op: Any, grad: Any) -> Any:
    indices, _, dims, axes = op._inputs
    kept = _shape_with_ones(dims, axes)
    scale = dims // kept  # 1 where a dimension stays, its size where it was summed
    grad = exported("reshape")(grad, kept)
    return [None, exported("gather_nd")(grad, indices // scale), None, None]


def _shape_with_ones(dims: Any, axes: Any) -> Any:
    """`dims` with 1 at the summed dimensions."""
    rank = exported("size")(dims)
    places = (exported("reshape")(axes, [-1]) + rank) % rank
    ones = exported("ones_like")(places, dtype=dims.dtype)
    return exported("dynamic_stitch")([exported("range")(rank), places], [dims, ones])


@SparseReduceSum.kernel("numpy")
def sparse_reduce_sum_kernel(input_indices, input_values, input_shape, reduction_axes, *,
                             keep_dims):
    dense = np.zeros(tuple(input_shape.tolist()), input_values.dtype)
    np.add.at(dense, tuple(input_indices.T), input_values)
    axes = tuple(np.atleast_1d(reduction_axes).tolist())
    return dense.sum(axis=axes, keepdims=keep_dims, dtype=dense.dtype) if axes else dense
