"""Sparse tensors with other shapes, fewer items, filled rows, and crosses of several."""

from __future__ import annotations

import math
from typing import Any

from tftutor.composite.sparse_tensor import SparseTensor, is_sparse
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.constant_value import constant_value, constant_value_as_shape
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Tensor
from tftutor.framework.tensor_shape import Dimension
from tftutor.ops.array_reshape import reshape
from tftutor.ops.cast import cast
from tftutor.ops.constant import constant
from tftutor.ops.gather import gather
from tftutor.ops.identity import identity
from tftutor.ops.select import where_v2
from tftutor.ops.sparse_cross import SparseCross
from tftutor.ops.sparse_rows import SparseFillEmptyRows, SparseReshape

_DEFAULT_HASH_KEY = 956888297470


def _as_sparse(value: Any) -> SparseTensor:
    if isinstance(value, SparseTensor):
        return value
    if not is_sparse(value):
        raise TypeError("Input must be a SparseTensor.")
    return SparseTensor.from_value(value)


@tf_export("sparse.reshape", "sparse_reshape")
def sparse_reshape(sp_input: Any, shape: Any, name: str | None = None) -> SparseTensor:
    """The same items in a sparse tensor of another shape, in which one size may be -1.

    Raises: TypeError for something else than a SparseTensor; ValueError for a shape that doesn't
    fit.
    Source: TF 1.15 docs, tf.sparse.reshape.
    """
    sp_input = _as_sparse(sp_input)
    shape = cast(shape, dtype=dtypes.int64)
    with name_scope(name, "SparseReshape", [sp_input]) as scope:
        indices, new_shape = SparseReshape(sp_input.indices, sp_input.dense_shape, shape,
                                           name=scope)
        static = _static_shape(sp_input, shape)
        if static is not None:
            new_shape = constant(static, dtype=dtypes.int64)
        return SparseTensor(indices, identity(sp_input.values), new_shape)


def _static_shape(sp_input: SparseTensor, shape: Tensor) -> list[int] | None:
    """The new shape where the old one and the wanted one are known."""
    wanted = _known_sizes(shape)
    if wanted is None or not sp_input.shape.is_fully_defined():
        return None
    given = constant_value(shape)
    if given is not None and list(given).count(-1) > 1:
        raise ValueError(f"At most one dimension can be inferred (-1). Found: {given}")
    count = math.prod(size or 0 for size in sp_input.shape.as_list())
    known = [size for size in wanted if size is not None]
    if len(wanted) - len(known) > 1:
        return None
    missing = count // (math.prod(known) or 1)
    found = [missing if size is None else size for size in wanted]
    if math.prod(found) != count:
        raise ValueError(f"Cannot reshape a tensor with {count} elements to shape {list(wanted)} "
                         f"({math.prod(found)} elements).")
    return found


def _known_sizes(shape: Tensor) -> Any:
    """The sizes that are constants themselves: TF computes none here, unlike shape functions."""
    if shape.op.type != "Pack":
        return constant_value_as_shape(shape)
    sizes = [constant_value(size) for size in shape.op.inputs]
    return tuple(None if size is None or size < 0 else int(size) for size in sizes)


@tf_export("sparse.retain", "sparse_retain")
def sparse_retain(sp_input: Any, to_retain: Any) -> SparseTensor:
    """The items for which a vector of bools says True.

    Source: TF 1.15 docs, tf.sparse.retain.
    """
    sp_input = _as_sparse(sp_input)
    to_retain = convert_to_tensor(to_retain)
    kept = to_retain.get_shape()
    kept.assert_has_rank(1)
    Dimension(sp_input.values.get_shape()[0]).merge_with(kept[0])
    places = reshape(where_v2(to_retain), [-1])
    return SparseTensor(gather(sp_input.indices, places), gather(sp_input.values, places),
                        identity(sp_input.dense_shape))


@tf_export("sparse.fill_empty_rows", "sparse_fill_empty_rows")
def sparse_fill_empty_rows(sp_input: Any, default_value: Any, name: str | None = None
                           ) -> tuple[SparseTensor, Tensor]:
    """Put one item into each empty row of a sparse matrix, in the first column.

    Returns: (the SparseTensor, a vector that says which rows were empty).
    Raises: TypeError for something else than a SparseTensor.
    Source: TF 1.15 docs, tf.sparse.fill_empty_rows.
    """
    sp_input = _as_sparse(sp_input)
    with name_scope(name, "SparseFillEmptyRows", [sp_input]):
        default = convert_to_tensor(default_value, dtype=sp_input.values.dtype)
        indices, values, is_empty, _ = SparseFillEmptyRows(
            sp_input.indices, sp_input.values, sp_input.dense_shape, default)
        return SparseTensor(indices, values, sp_input.dense_shape), is_empty


@tf_export("sparse.cross")
def sparse_cross(inputs: Any, name: str | None = None) -> SparseTensor:
    """All combinations of the values of several columns, row by row, as "a_X_b".

    Raises: TypeError unless `inputs` is a list of tensors and SparseTensors.
    Source: TF 1.15 docs, tf.sparse.cross.
    """
    return _cross(inputs, False, 0, None, name)


@tf_export("sparse.cross_hashed")
def sparse_cross_hashed(inputs: Any, num_buckets: int = 0, hash_key: int | None = None,
                        name: str | None = None) -> SparseTensor:
    """The buckets of all combinations of the values of several columns, row by row.

    Args:
      num_buckets: 0 gives the hash itself.
      hash_key: another one gives other buckets.

    Raises: TypeError unless `inputs` is a list of tensors and SparseTensors.
    Source: TF 1.15 docs, tf.sparse.cross_hashed.
    """
    return _cross(inputs, True, num_buckets, hash_key, name)


def _cross(inputs: Any, hashed_output: bool, num_buckets: int, hash_key: int | None,
           name: str | None) -> SparseTensor:
    if not isinstance(inputs, list):
        raise TypeError("Inputs must be a list")
    if not all(isinstance(each, SparseTensor | Tensor) for each in inputs):
        raise TypeError("All inputs must be SparseTensors")
    sparse = [each for each in inputs if isinstance(each, SparseTensor)]
    values = [_text_or_int64(each.values) for each in sparse]
    dense = [_text_or_int64(each) for each in inputs if not isinstance(each, SparseTensor)]
    is_text = all(each.dtype == dtypes.string for each in values + dense)
    return SparseTensor(*SparseCross(
        [each.indices for each in sparse], values, [each.dense_shape for each in sparse], dense,
        hashed_output=hashed_output, num_buckets=num_buckets,
        hash_key=hash_key or _DEFAULT_HASH_KEY,
        out_type=dtypes.int64 if hashed_output else dtypes.string,
        internal_type=dtypes.string if is_text else dtypes.int64, name=name))


def _text_or_int64(value: Tensor) -> Tensor:
    return value if value.dtype == dtypes.string else cast(value, dtypes.int64)
