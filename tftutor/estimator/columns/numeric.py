"""Columns of numbers, and of the ranges in which numbers lie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tftutor.composite.example_parsing import FixedLenFeature
from tftutor.composite.sparse_tensor import SparseTensor
from tftutor.estimator.columns.base import (
    CategoricalColumn,
    DenseColumn,
    FeatureCache,
    IdWeightPair,
    Variables,
    check_key,
)
from tftutor.framework import dtypes, nest
from tftutor.framework.api import exported, tf_export
from tftutor.framework.tensor_shape import TensorShape
from tftutor.ops.array_join import stack, tile
from tftutor.ops.array_reshape import expand_dims, reshape
from tftutor.ops.array_shape import shape as tf_shape
from tftutor.ops.cast import cast
from tftutor.ops.histogram import Bucketize
from tftutor.ops.one_hot import one_hot
from tftutor.ops.sequence import range as tf_range


class _Numeric(NamedTuple):
    key: Any
    shape: Any
    default_value: Any
    dtype: Any
    normalizer_fn: Any


class NumericColumn(_Numeric, DenseColumn):  # type: ignore[misc]
    """Numbers as they are. `tf.feature_column.numeric_column` makes it."""

    @property
    def name(self) -> str:
        """The feature's name."""
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """{name: FixedLenFeature}."""
        return {self.key: FixedLenFeature(self.shape, self.dtype, self.default_value)}

    @property
    def variable_shape(self) -> TensorShape:
        """The shape of one example."""
        return TensorShape(self.shape)

    def transform(self, cache: FeatureCache) -> Any:
        tensor = cache.get(self.key)
        if isinstance(tensor, SparseTensor):
            raise ValueError("The corresponding Tensor of numerical column must be a Tensor. "
                             f"SparseTensor is not supported. key: {self.key}")
        if self.normalizer_fn is not None:
            tensor = self.normalizer_fn(tensor)
        return cast(tensor, dtypes.float32)

    def dense_tensor(self, cache: FeatureCache, variables: Variables) -> Any:
        return cache.get(self)


@tf_export("feature_column.numeric_column")
def numeric_column(key: str, shape: Any = (1,), default_value: Any = None,
                   dtype: Any = dtypes.float32,
                   normalizer_fn: Callable[[Any], Any] | None = None) -> NumericColumn:
    """Numbers as they are.

    Args:
      key: the feature's name.
      shape: of one example.
      default_value: where examples that are parsed lack the feature.
      normalizer_fn: applied to the tensor first.

    Raises: TypeError and ValueError for values that make no sense.
    Source: TF 1.15 docs, tf.feature_column.numeric_column.
    """
    shape = _checked_shape(shape, key)
    if not (dtype.is_integer or dtype.is_floating):
        raise ValueError(f"dtype must be convertible to float. dtype: {dtype}, key: {key}")
    default_value = _checked_default(shape, default_value, dtype, key)
    if normalizer_fn is not None and not callable(normalizer_fn):
        raise TypeError(f"normalizer_fn must be a callable. Given: {normalizer_fn}")
    check_key(key)
    return NumericColumn(key, shape, default_value, dtype, normalizer_fn)


def _checked_shape(shape: Any, key: str) -> tuple[int, ...]:
    assert shape is not None
    sizes = tuple(shape) if nest.is_sequence(shape) else (shape,)
    for size in sizes:
        if not isinstance(size, int):
            raise TypeError(f"shape dimensions must be integer. shape: {sizes}, key: {key}")
        if size < 1:
            raise ValueError("shape dimensions must be greater than 0. shape: "
                             f"{sizes}, key: {key}")
    return sizes


def _checked_default(shape: tuple[int, ...], value: Any, dtype: Any, key: str) -> Any:
    """The default value as nested tuples of that shape, or None."""
    if value is None:
        return None
    if isinstance(value, int) or (isinstance(value, float) and dtype.is_floating):
        return _filled(shape, value)
    if callable(getattr(value, "tolist", None)):
        value = value.tolist()
    if nest.is_sequence(value):
        if not _has_shape(value, shape):
            raise ValueError("The shape of default_value must be equal to given shape. "
                             f"default_value: {value}, shape: {shape}, key: {key}")
        items = nest.flatten(value)
        if (all(isinstance(item, int) for item in items)
                or (any(isinstance(item, float) for item in items) and dtype.is_floating)):
            return _as_tuples(value)
    raise TypeError(f"default_value must be compatible with dtype. default_value: {value}, dtype: "
                    f"{dtype}, key: {key}")


def _filled(shape: tuple[int, ...], value: Any) -> Any:
    return tuple(_filled(shape[1:], value) for _ in range(shape[0])) if shape else value


def _as_tuples(value: Any) -> Any:
    return tuple(map(_as_tuples, value)) if nest.is_sequence(value) else value


def _has_shape(value: Any, shape: tuple[int, ...]) -> bool:
    if nest.is_sequence(value) != bool(shape):
        return False
    return not shape or (len(value) == shape[0]
                         and all(_has_shape(item, shape[1:]) for item in value))


class _Bucketized(NamedTuple):
    source_column: Any
    boundaries: Any


class BucketizedColumn(_Bucketized, DenseColumn, CategoricalColumn):  # type: ignore[misc]
    """The ranges in which numbers lie. `tf.feature_column.bucketized_column` makes it."""

    @property
    def name(self) -> str:
        """The source's name and "_bucketized"."""
        return f"{self.source_column.name}_bucketized"

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """The source's."""
        return self.source_column.parse_example_spec

    @property
    def _count(self) -> int:
        return len(self.boundaries) + 1

    @property
    def variable_shape(self) -> TensorShape:
        """The source's shape, and a number for each range."""
        return TensorShape((*self.source_column.shape, self._count))

    @property
    def num_buckets(self) -> int:
        """The number of ranges, for each number of the source."""
        return self._count * self.source_column.shape[0]

    def transform(self, cache: FeatureCache) -> Any:
        return Bucketize(cache.get(self.source_column), boundaries=self.boundaries)

    def dense_tensor(self, cache: FeatureCache, variables: Variables) -> Any:
        return one_hot(indices=cast(cache.get(self), dtypes.int64), depth=self._count,
                       on_value=1.0, off_value=0.0)

    def sparse_tensors(self, cache: FeatureCache) -> IdWeightPair:
        buckets = cache.get(self)
        batch_size, width = tf_shape(buckets)[0], self.source_column.shape[0]
        rows = reshape(tile(expand_dims(tf_range(0, batch_size), 1), [1, width]), (-1,))
        columns = tile(tf_range(0, width), [batch_size])
        ids = reshape(buckets, (-1,)) + self._count * columns
        indices = cast(exported("transpose")(stack((rows, columns))), dtypes.int64)
        dense_shape = cast(stack([batch_size, width]), dtypes.int64)
        return IdWeightPair(SparseTensor(indices, ids, dense_shape), None)


@tf_export("feature_column.bucketized_column")
def bucketized_column(source_column: Any, boundaries: Any) -> BucketizedColumn:
    """In which range numbers lie: below the first boundary, from there to the second, ...

    Args:
      source_column: a numeric column of one dimension.
      boundaries: sorted numbers.

    Raises: ValueError for another column, or boundaries that aren't sorted.
    Source: TF 1.15 docs, tf.feature_column.bucketized_column.
    """
    if not isinstance(source_column, NumericColumn):
        raise ValueError("source_column must be a column generated with numeric_column(). Given: "
                         f"{source_column}")
    if len(source_column.shape) > 1:
        raise ValueError("source_column must be one-dimensional column. Given: "
                         f"{source_column}")
    if not boundaries:
        raise ValueError("boundaries must not be empty.")
    if not isinstance(boundaries, list | tuple) or any(
            a >= b for a, b in zip(boundaries[:-1], boundaries[1:], strict=True)):
        raise ValueError("boundaries must be a sorted list.")
    return BucketizedColumn(source_column, tuple(boundaries))
