"""Columns of categories: by hash, from a list of words, or numbered already."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tftutor.composite.check_ops import assert_greater_equal, assert_less
from tftutor.composite.example_parsing import VarLenFeature
from tftutor.composite.lookup_table_files import index_table_from_file
from tftutor.composite.lookup_tables import index_table_from_tensor
from tftutor.composite.sparse_tensor import SparseTensor
from tftutor.estimator.columns.base import (
    CategoricalColumn,
    FeatureCache,
    IdWeightPair,
    as_tensor_or_sparse,
    check_key,
    check_text_or_integer,
    to_sparse,
)
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.graph_functions import control_dependencies
from tftutor.ops.array_fill import fill
from tftutor.ops.array_shape import shape
from tftutor.ops.cast import cast
from tftutor.ops.identity import identity
from tftutor.ops.logical import logical_or
from tftutor.ops.select import where_v2
from tftutor.ops.string_hash import string_to_hash_bucket_fast
from tftutor.platform import tf_logging
from tftutor.platform.file_io import file_exists


class _Keyed(CategoricalColumn):
    """A column of one feature, whose name it bears."""

    key: Any
    dtype: Any

    @property
    def name(self) -> str:
        """The feature's name."""
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """{name: VarLenFeature}."""
        return {self.key: VarLenFeature(self.dtype)}

    def _check_compatible(self, tensor: Any) -> None:
        if self.dtype.is_integer != tensor.dtype.is_integer:
            raise ValueError(
                "Column dtype and SparseTensors dtype must be compatible. key: "
                f"{self.key}, column dtype: {self.dtype}, tensor dtype: {tensor.dtype}")


class _Hashed(NamedTuple):
    key: Any
    hash_bucket_size: Any
    dtype: Any


class HashedCategoricalColumn(_Hashed, _Keyed):  # type: ignore[misc]
    """Categories by a hash. `categorical_column_with_hash_bucket` makes it."""

    @property
    def num_buckets(self) -> int:
        """The number of buckets."""
        return self.hash_bucket_size

    def transform(self, cache: FeatureCache) -> SparseTensor:
        tensor = to_sparse(cache.get(self.key))
        check_text_or_integer(tensor.dtype, f"column_name: {self.key} input_tensor")
        self._check_compatible(tensor)
        texts = (tensor.values if self.dtype == dtypes.string
                 else exported("as_string")(tensor.values))
        ids = string_to_hash_bucket_fast(texts, self.hash_bucket_size, name="lookup")
        return SparseTensor(tensor.indices, ids, tensor.dense_shape)


@tf_export("feature_column.categorical_column_with_hash_bucket")
def categorical_column_with_hash_bucket(key: str, hash_bucket_size: int,
                                        dtype: Any = dtypes.string) -> HashedCategoricalColumn:
    """Words (or whole numbers) by their hash; several may fall into one bucket.

    Raises: ValueError for a number of buckets below 1, or another dtype.
    Source: TF 1.15 docs, tf.feature_column.categorical_column_with_hash_bucket.
    """
    if hash_bucket_size is None:
        raise ValueError(f"hash_bucket_size must be set. key: {key}")
    if hash_bucket_size < 1:
        raise ValueError("hash_bucket_size must be at least 1. hash_bucket_size: "
                         f"{hash_bucket_size}, key: {key}")
    check_key(key)
    check_text_or_integer(dtype, f"column_name: {key}")
    return HashedCategoricalColumn(key, hash_bucket_size, dtype)


class _VocabularyList(NamedTuple):
    key: Any
    vocabulary_list: Any
    dtype: Any
    default_value: Any
    num_oov_buckets: Any


class VocabularyListCategoricalColumn(_VocabularyList, _Keyed):  # type: ignore[misc]
    """Categories from a list. `categorical_column_with_vocabulary_list` makes it."""

    @property
    def num_buckets(self) -> int:
        """The number of words, and of buckets for others."""
        return len(self.vocabulary_list) + self.num_oov_buckets

    def transform(self, cache: FeatureCache) -> SparseTensor:
        tensor = to_sparse(cache.get(self.key))
        self._check_compatible(tensor)
        check_text_or_integer(tensor.dtype, f"column_name: {self.key} input_tensor")
        key_dtype = self.dtype
        if tensor.dtype.is_integer:
            key_dtype, tensor = dtypes.int64, cast(tensor, dtypes.int64)
        table = index_table_from_tensor(
            tuple(self.vocabulary_list), default_value=self.default_value,
            num_oov_buckets=self.num_oov_buckets, dtype=key_dtype, name=f"{self.key}_lookup")
        return table.lookup(tensor)


@tf_export("feature_column.categorical_column_with_vocabulary_list")
def categorical_column_with_vocabulary_list(
        key: str, vocabulary_list: Any, dtype: Any = None, default_value: int = -1,
        num_oov_buckets: int = 0) -> VocabularyListCategoricalColumn:
    """Words (or whole numbers) by their place in a list.

    Args:
      default_value: the id of other words; -1 leaves them out.
      num_oov_buckets: or they have ids behind the list's, by a hash.

    Raises: ValueError for an empty list, a word that is there twice, or another dtype.
    Source: TF 1.15 docs, tf.feature_column.categorical_column_with_vocabulary_list.
    """
    if vocabulary_list is None or len(vocabulary_list) < 1:
        raise ValueError(f"vocabulary_list {vocabulary_list} must be non-empty, column_name: "
                         f"{key}")
    if len(set(vocabulary_list)) != len(vocabulary_list):
        raise ValueError(f"Duplicate keys in vocabulary_list {vocabulary_list}, column_name: "
                         f"{key}")
    own_dtype = dtypes.as_dtype(np.array(vocabulary_list).dtype)
    if num_oov_buckets:
        if default_value != -1:
            raise ValueError("Can't specify both num_oov_buckets and default_value in "
                             f"{key}.")
        if num_oov_buckets < 0:
            raise ValueError(f"Invalid num_oov_buckets {num_oov_buckets} in {key}.")
    check_text_or_integer(own_dtype, f"column_name: {key} vocabulary")
    if dtype is None:
        dtype = own_dtype
    elif dtype.is_integer != own_dtype.is_integer:
        raise ValueError(f"dtype {dtype} and vocabulary dtype {own_dtype} do not match, "
                         f"column_name: {key}")
    check_text_or_integer(dtype, f"column_name: {key}")
    check_key(key)
    return VocabularyListCategoricalColumn(key, tuple(vocabulary_list), dtype, default_value,
                                           num_oov_buckets)


class _VocabularyFile(NamedTuple):
    key: Any
    vocabulary_file: Any
    vocabulary_size: Any
    num_oov_buckets: Any
    dtype: Any
    default_value: Any


class VocabularyFileCategoricalColumn(_VocabularyFile, _Keyed):  # type: ignore[misc]
    """Categories from a file. `categorical_column_with_vocabulary_file` makes it."""

    @property
    def num_buckets(self) -> int:
        """The number of words, and of buckets for others."""
        return self.vocabulary_size + self.num_oov_buckets

    def transform(self, cache: FeatureCache) -> SparseTensor:
        tensor = to_sparse(cache.get(self.key))
        self._check_compatible(tensor)
        check_text_or_integer(tensor.dtype, f"column_name: {self.key} input_tensor")
        key_dtype = self.dtype
        if tensor.dtype.is_integer:
            key_dtype, tensor = dtypes.int64, cast(tensor, dtypes.int64)
        table = index_table_from_file(
            self.vocabulary_file, num_oov_buckets=self.num_oov_buckets,
            vocab_size=self.vocabulary_size, default_value=self.default_value,
            key_dtype=key_dtype, name=f"{self.key}_lookup")
        return table.lookup(tensor)


@tf_export("feature_column.categorical_column_with_vocabulary_file")
def categorical_column_with_vocabulary_file(
        key: str, vocabulary_file: str, vocabulary_size: int | None = None,
        num_oov_buckets: int = 0, default_value: int | None = None, dtype: Any = dtypes.string
        ) -> VocabularyFileCategoricalColumn:
    """Words (or whole numbers) by their line in a text file.

    Args:
      vocabulary_size: how many lines count, by default all.
      num_oov_buckets: other words have ids behind the file's, by a hash.
      default_value: or all have this id; by default they are left out.

    Raises: ValueError without the file, for numbers that make no sense, or another dtype.
    Source: TF 1.15 docs, tf.feature_column.categorical_column_with_vocabulary_file.
    """
    if not vocabulary_file:
        raise ValueError(f"Missing vocabulary_file in {key}.")
    if vocabulary_size is None:
        if not file_exists(vocabulary_file):
            raise ValueError(f"vocabulary_file in {key} does not exist.")
        with open(vocabulary_file, "rb") as file:
            vocabulary_size = sum(1 for _ in file)
        tf_logging.info("vocabulary_size = %d in %s is inferred from the number of elements in the "
                        "vocabulary_file %s.", vocabulary_size, key, vocabulary_file)
    if vocabulary_size < 1:
        raise ValueError(f"Invalid vocabulary_size in {key}.")
    if num_oov_buckets:
        if default_value is not None:
            raise ValueError("Can't specify both num_oov_buckets and default_value in "
                             f"{key}.")
        if num_oov_buckets < 0:
            raise ValueError(f"Invalid num_oov_buckets {num_oov_buckets} in {key}.")
    check_text_or_integer(dtype, f"column_name: {key}")
    check_key(key)
    return VocabularyFileCategoricalColumn(
        key, vocabulary_file, vocabulary_size, num_oov_buckets or 0, dtype,
        -1 if default_value is None else default_value)


class _Identity(NamedTuple):
    key: Any
    number_buckets: Any
    default_value: Any


class IdentityCategoricalColumn(_Identity, _Keyed):  # type: ignore[misc]
    """Categories that are numbered already. `categorical_column_with_identity` makes it."""

    dtype = dtypes.int64

    @property
    def num_buckets(self) -> int:
        """The number of categories."""
        return self.number_buckets

    def transform(self, cache: FeatureCache) -> SparseTensor:
        tensor = to_sparse(cache.get(self.key))
        if not tensor.dtype.is_integer:
            raise ValueError(f"Invalid input, not integer. key: {self.key} dtype: "
                             f"{tensor.dtype}")
        values = cast(tensor.values, dtypes.int64, name="values")
        limit = cast(self.num_buckets, dtypes.int64, name="num_buckets")
        zero = cast(0, dtypes.int64, name="zero")
        if self.default_value is None:
            values = self._checked(values, limit, zero)
        else:
            is_out = logical_or(values < zero, values >= limit, name="out_of_range")
            default = fill(shape(values), cast(self.default_value, dtypes.int64),
                           name="default_values")
            values = where_v2(is_out, default, values)
        return SparseTensor(tensor.indices, values, tensor.dense_shape)

    def _checked(self, values: Any, limit: Any, zero: Any) -> Any:
        checks = (
            assert_less(values, limit, data=(values, limit), name="assert_less_than_num_buckets",
                        message=f'Bucket index for categorical column "{self.name}" exceeds number '
                                "of buckets"),
            assert_greater_equal(
                values, zero, data=(values,), name="assert_greater_or_equal_0",
                message=f'Negative bucket index for categorical column "{self.name}"'))
        with control_dependencies(checks):
            return identity(values)


@tf_export("feature_column.categorical_column_with_identity")
def categorical_column_with_identity(key: str, num_buckets: int, default_value: int | None = None
                                     ) -> IdentityCategoricalColumn:
    """Whole numbers from 0 to num_buckets - 1.

    Args:
      default_value: for other numbers; without it they fail the step.

    Raises: ValueError for a number of buckets below 1, or a default that isn't below it.
    Source: TF 1.15 docs, tf.feature_column.categorical_column_with_identity.
    """
    if num_buckets < 1:
        raise ValueError(f"num_buckets {num_buckets} < 1, column_name {key}")
    if default_value is not None and not 0 <= default_value < num_buckets:
        raise ValueError(f"default_value {default_value} not in range [0, {num_buckets}), "
                         f"column_name {key}")
    check_key(key)
    return IdentityCategoricalColumn(key, num_buckets, default_value)


class _Weighted(NamedTuple):
    categorical_column: Any
    weight_feature_key: Any
    dtype: Any


class WeightedCategoricalColumn(_Weighted, CategoricalColumn):  # type: ignore[misc]
    """Categories with weights. `tf.feature_column.weighted_categorical_column` makes it."""

    @property
    def name(self) -> str:
        """Both features' names."""
        return f"{self.categorical_column.name}_weighted_by_{self.weight_feature_key}"

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """Those of both features."""
        spec = self.categorical_column.parse_example_spec
        if self.weight_feature_key in spec:
            raise ValueError(f"Parse config {spec[self.weight_feature_key]} already exists for "
                             f"{self.weight_feature_key}.")
        return {**spec, self.weight_feature_key: VarLenFeature(self.dtype)}

    @property
    def num_buckets(self) -> int:
        """The number of categories."""
        return self.categorical_column.num_buckets

    def transform(self, cache: FeatureCache) -> tuple[Any, Any]:
        weights = as_tensor_or_sparse(cache.get(self.weight_feature_key))
        if self.dtype != weights.dtype.base_dtype:
            raise ValueError(f"Bad dtype, expected {self.dtype}, but got {weights.dtype}.")
        weights = to_sparse(weights, ignored=0.0)
        if not weights.dtype.is_floating:
            weights = cast(weights, dtypes.float32)
        return cache.get(self.categorical_column), weights

    def sparse_tensors(self, cache: FeatureCache) -> IdWeightPair:
        return IdWeightPair(*cache.get(self))


@tf_export("feature_column.weighted_categorical_column")
def weighted_categorical_column(categorical_column: Any, weight_feature_key: str,
                                dtype: Any = dtypes.float32) -> WeightedCategoricalColumn:
    """Categories, each with a weight from another feature.

    Raises: ValueError for weights that are no numbers.
    Source: TF 1.15 docs, tf.feature_column.weighted_categorical_column.
    """
    if dtype is None or not (dtype.is_integer or dtype.is_floating):
        raise ValueError(f"dtype {dtype} is not convertible to float.")
    return WeightedCategoricalColumn(categorical_column, weight_feature_key, dtype)
