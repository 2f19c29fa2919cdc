"""Categories as numbers: a one for each that is there, or an embedding that is learnt."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from tftutor.composite.safe_embedding import safe_embedding_lookup_sparse
from tftutor.composite.sparse_tensor import sparse_tensor_to_dense
from tftutor.errors import UnsupportedError
from tftutor.estimator.columns.base import DenseColumn, FeatureCache, Variables
from tftutor.framework.api import exported, tf_export
from tftutor.framework.tensor_shape import TensorShape
from tftutor.ops.init_ops import TruncatedNormal
from tftutor.ops.one_hot import one_hot
from tftutor.ops.reduction import reduce_sum


class _Indicator(NamedTuple):
    categorical_column: Any


class IndicatorColumn(_Indicator, DenseColumn):  # type: ignore[misc]
    """How often each category is there. `tf.feature_column.indicator_column` makes it."""

    @property
    def name(self) -> str:
        """The source's name and "_indicator"."""
        return f"{self.categorical_column.name}_indicator"

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """The source's."""
        return self.categorical_column.parse_example_spec

    @property
    def variable_shape(self) -> TensorShape:
        """A number for each category."""
        return TensorShape([1, self.categorical_column.num_buckets])

    def transform(self, cache: FeatureCache) -> Any:
        ids, weights = self.categorical_column.sparse_tensors(cache)
        if weights is not None:
            raise UnsupportedError("tf.feature_column.indicator_column of a weighted column",
                                   "use tf.feature_column.embedding_column")
        dense = sparse_tensor_to_dense(ids, default_value=-1)
        ones = one_hot(dense, depth=self.variable_shape[-1], on_value=1.0, off_value=0.0)
        return reduce_sum(ones, axis=[-2])

    def dense_tensor(self, cache: FeatureCache, variables: Variables) -> Any:
        return cache.get(self)


@tf_export("feature_column.indicator_column")
def indicator_column(categorical_column: Any) -> IndicatorColumn:
    """A number for each category: how often it is there.

    Source: TF 1.15 docs, tf.feature_column.indicator_column.
    """
    return IndicatorColumn(categorical_column)


class _Embedding(NamedTuple):
    categorical_column: Any
    dimension: Any
    combiner: Any
    initializer: Any
    ckpt_to_load_from: Any
    tensor_name_in_ckpt: Any
    max_norm: Any
    trainable: Any


class EmbeddingColumn(_Embedding, DenseColumn):  # type: ignore[misc]
    """An embedding of categories. `tf.feature_column.embedding_column` makes it."""

    @property
    def name(self) -> str:
        """The source's name and "_embedding"."""
        return f"{self.categorical_column.name}_embedding"

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """The source's."""
        return self.categorical_column.parse_example_spec

    @property
    def variable_shape(self) -> TensorShape:
        """The numbers of the embedding."""
        return TensorShape([self.dimension])

    def _weights(self, variables: Variables) -> Any:
        shape = (self.categorical_column.num_buckets, self.dimension)
        return variables(self, "embedding_weights", shape, self.initializer, self.trainable)

    def create_state(self, variables: Variables) -> None:
        self._weights(variables)

    def dense_tensor(self, cache: FeatureCache, variables: Variables) -> Any:
        ids, id_weights = self.categorical_column.sparse_tensors(cache)
        weights = self._weights(variables)
        if self.ckpt_to_load_from is not None:
            exported("train.init_from_checkpoint")(self.ckpt_to_load_from,
                                                   {self.tensor_name_in_ckpt: weights})
        return safe_embedding_lookup_sparse(
            weights, ids, sparse_weights=id_weights, combiner=self.combiner,
            name=f"{self.name}_weights", max_norm=self.max_norm)


@tf_export("feature_column.embedding_column")
def embedding_column(categorical_column: Any, dimension: int, combiner: str = "mean",
                     initializer: Any = None, ckpt_to_load_from: Any = None,
                     tensor_name_in_ckpt: Any = None, max_norm: float | None = None,
                     trainable: bool = True) -> EmbeddingColumn:
    """A vector for each category, learnt with the model.

    Args:
      dimension: the length of the vectors.
      combiner: of several categories of one example: "mean", "sqrtn" or "sum".
      initializer: by default a truncated normal distribution with deviation 1/sqrt(dimension).
      ckpt_to_load_from, tensor_name_in_ckpt: where the vectors start from.
      max_norm: longer vectors are scaled down.

    Raises: ValueError for a dimension below 1, an initializer that can't be called, or half of a
    checkpoint.
    Source: TF 1.15 docs, tf.feature_column.embedding_column.
    """
    if dimension is None or dimension < 1:
        raise ValueError(f"Invalid dimension {dimension}.")
    if (ckpt_to_load_from is None) != (tensor_name_in_ckpt is None):
        raise ValueError("Must specify both `ckpt_to_load_from` and `tensor_name_in_ckpt` or none "
                         "of them.")
    if initializer is not None and not callable(initializer):
        raise ValueError("initializer must be callable if specified. Embedding of column_name: "
                         f"{categorical_column.name}")
    if initializer is None:
        initializer = TruncatedNormal(mean=0.0, stddev=1 / math.sqrt(dimension))
    return EmbeddingColumn(categorical_column, dimension, combiner, initializer, ckpt_to_load_from,
                           tensor_name_in_ckpt, max_norm, trainable)
