"""Columns of combinations of categories."""

from __future__ import annotations

from typing import Any, NamedTuple

from tftutor.composite.example_parsing import VarLenFeature
from tftutor.composite.sparse_shapes import sparse_cross_hashed
from tftutor.estimator.columns.base import CategoricalColumn, FeatureCache, FeatureColumn
from tftutor.estimator.columns.categorical import HashedCategoricalColumn
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export


class _Crossed(NamedTuple):
    keys: Any
    hash_bucket_size: Any
    hash_key: Any


class CrossedColumn(_Crossed, CategoricalColumn):  # type: ignore[misc]
    """Combinations of categories. `tf.feature_column.crossed_column` makes it."""

    @property
    def _leaves(self) -> list[Any]:
        """The features' names and columns, also of columns that are crossed themselves."""
        found: list[Any] = []
        for key in self.keys:
            found += key._leaves if isinstance(key, CrossedColumn) else [key]
        return found

    @property
    def name(self) -> str:
        """The names of all, in order, joined by "_X_"."""
        return "_X_".join(sorted(key.name if isinstance(key, FeatureColumn) else key
                                 for key in self._leaves))

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """Those of all."""
        spec: dict[str, Any] = {}
        for key in self.keys:
            spec.update(key.parse_example_spec if isinstance(key, FeatureColumn)
                        else {key: VarLenFeature(dtypes.string)})
        return spec

    @property
    def num_buckets(self) -> int:
        """The number of buckets."""
        return self.hash_bucket_size

    def transform(self, cache: FeatureCache) -> Any:
        tensors = []
        for key in self._leaves:
            if isinstance(key, str):
                tensors.append(cache.get(key))
                continue
            ids, weights = key.sparse_tensors(cache)
            if weights is not None:
                raise ValueError("crossed_column does not support weight_tensor, but the given "
                                 f"column populates weight_tensor. Given column: {key.name}")
            tensors.append(ids)
        return sparse_cross_hashed(tensors, num_buckets=self.hash_bucket_size,
                                   hash_key=self.hash_key)


@tf_export("feature_column.crossed_column")
def crossed_column(keys: Any, hash_bucket_size: int, hash_key: int | None = None) -> CrossedColumn:
    """Combinations of the values of several features, by their hash.

    Args:
      keys: names of features, and categorical columns that aren't hashed.

    Raises: ValueError for fewer than two keys, other ones, or a number of buckets below 1.
    Source: TF 1.15 docs, tf.feature_column.crossed_column.
    """
    if not hash_bucket_size or hash_bucket_size < 1:
        raise ValueError("hash_bucket_size must be > 1. hash_bucket_size: "
                         f"{hash_bucket_size}")
    if not keys or len(keys) < 2:
        raise ValueError(f"keys must be a list with length > 1. Given: {keys}")
    for key in keys:
        if not isinstance(key, str | CategoricalColumn):
            raise ValueError("Unsupported key type. All keys must be either string, or categorical "
                             f"column except HashedCategoricalColumn. Given: {key}")
        if isinstance(key, HashedCategoricalColumn):
            raise ValueError(
                "categorical_column_with_hash_bucket is not supported for crossing. Hashing before "
                "crossing will increase probability of collision. Instead, use the feature name as "
                f"a string. Given: {key}")
    return CrossedColumn(tuple(keys), hash_bucket_size, hash_key)
