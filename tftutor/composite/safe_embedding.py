"""Embeddings of sparse ids that may be missing or invalid."""

from __future__ import annotations

from typing import Any

from tftutor.composite.embedding import _is_resource, _parts, embedding_lookup_sparse
from tftutor.composite.sparse_shapes import sparse_fill_empty_rows, sparse_reshape, sparse_retain
from tftutor.composite.sparse_tensor import SparseTensor
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Tensor
from tftutor.framework.tensor_shape import unknown_shape
from tftutor.ops.array_fill import ones_like, zeros_like
from tftutor.ops.array_join import concat, stack, tile
from tftutor.ops.array_reshape import reshape
from tftutor.ops.array_shape import shape
from tftutor.ops.array_shape import size as tf_size
from tftutor.ops.cast import cast
from tftutor.ops.comparison import greater, greater_equal
from tftutor.ops.gather import gather
from tftutor.ops.logical import logical_and
from tftutor.ops.reduction import reduce_prod
from tftutor.ops.select import where
from tftutor.ops.slicing import slice as tf_slice


@tf_export("nn.safe_embedding_lookup_sparse")
def safe_embedding_lookup_sparse(embedding_weights: Any, sparse_ids: SparseTensor,
                                 sparse_weights: SparseTensor | None = None,
                                 combiner: str = "mean", default_id: int | None = None,
                                 name: str | None = None, partition_strategy: str = "div",
                                 max_norm: float | None = None) -> Tensor:
    """As tf.nn.embedding_lookup_sparse; ids below 0 don't count, nor weights that aren't positive.

    A row without ids has the embedding of `default_id`, or zeros.

    Args:
      embedding_weights: a table, a list of its parts, or a partitioned variable.
      sparse_ids: a SparseTensor; all its dimensions but the last are kept.
      sparse_weights: weights of the ids, or None.
      combiner, partition_strategy, max_norm: as for tf.nn.embedding_lookup_sparse.

    Raises: ValueError without a table.
    Source: TF 1.15 docs, tf.nn.safe_embedding_lookup_sparse.
    """
    tables = _tables(embedding_weights,
                     sparse_weights.dtype if sparse_weights is not None else None)
    with name_scope(name, "embedding_lookup", [*tables, sparse_ids, sparse_weights]) as scope:
        outer = sparse_ids.dense_shape
        static_rank = outer.get_shape()[0].value
        rank = tf_size(outer) if static_rank is None else static_rank
        sparse_ids = sparse_reshape(sparse_ids, [
            reduce_prod(tf_slice(outer, [0], [rank - 1])), gather(outer, rank - 1)])
        if sparse_weights is not None:
            sparse_weights = SparseTensor(sparse_ids.indices, sparse_weights.values,
                                          sparse_ids.dense_shape)
        sparse_ids, sparse_weights = _without_invalid(sparse_ids, sparse_weights, combiner)
        sparse_ids, is_empty = sparse_fill_empty_rows(sparse_ids, default_id or 0)
        if sparse_weights is not None:
            sparse_weights, _ = sparse_fill_empty_rows(sparse_weights, 1.0)
        result = embedding_lookup_sparse(
            tables, sparse_ids, sparse_weights, combiner=combiner,
            partition_strategy=partition_strategy, name=None if default_id is None else scope,
            max_norm=max_norm)
        if default_id is None:
            is_empty = tile(reshape(is_empty, [-1, 1]), stack([1, shape(result)[1]]))
            result = where(is_empty, zeros_like(result), result, name=scope)
        final = reshape(result, concat([tf_slice(cast(outer, dtypes.int32), [0], [rank - 1]),
                                        tf_slice(shape(result), [1], [-1])], 0))
        kept = None if static_rank is None else static_rank - 1
        final.set_shape(unknown_shape(kept).concatenate(result.get_shape()[1:]))
        return final


def _tables(embedding_weights: Any, dtype: Any) -> list[Any]:
    """The parts of the table, as tensors of that dtype unless they are variables of it."""
    if embedding_weights is None:
        raise ValueError(f"Missing embedding_weights {embedding_weights}.")
    parts = (embedding_weights if isinstance(embedding_weights, list)
             else _parts(embedding_weights))
    if not parts:
        raise ValueError(f"Missing embedding_weights {parts}.")
    return [part if _is_resource(part) and dtype in (None, part.dtype)
            else convert_to_tensor(part, dtype=dtype) for part in parts]


def _without_invalid(ids: SparseTensor, weights: SparseTensor | None, combiner: str
                     ) -> tuple[SparseTensor, SparseTensor | None]:
    is_valid = greater_equal(ids.values, 0)
    if weights is not None:  # TF asks this of weights, too; it is always true
        is_valid = logical_and(is_valid, ones_like(weights.values, dtype=dtypes.bool))
    ids = sparse_retain(ids, is_valid)
    if weights is None:
        return ids, None
    weights = sparse_retain(weights, is_valid)
    if combiner == "sum":
        return ids, weights
    is_positive = greater(weights.values, 0)
    return sparse_retain(ids, is_positive), sparse_retain(weights, is_positive)
