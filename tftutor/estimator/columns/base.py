"""What all columns have in common, and the cache of what they have computed for one model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from tftutor.composite.check_ops import assert_positive
from tftutor.composite.cond import cond
from tftutor.composite.sparse_shapes import sparse_reshape
from tftutor.composite.sparse_tensor import SparseTensor, is_sparse
from tftutor.framework import dtypes
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.graph_functions import control_dependencies
from tftutor.framework.name_scope import name_scope
from tftutor.framework.tensor_shape import Dimension
from tftutor.ops.array_reshape import expand_dims
from tftutor.ops.array_shape import rank, shape
from tftutor.ops.cast import cast
from tftutor.ops.comparison import equal, not_equal
from tftutor.ops.gather import gather_nd
from tftutor.ops.select import where_v2

# variables(column, name, shape, initializer, trainable): how a model makes or finds a variable.
Variables = Callable[[Any, str, Any, Any, bool], Any]


class FeatureColumn:
    """Base class. `name` is unique in a model; `parse_example_spec` says how to parse it."""

    name: Any
    parse_example_spec: Any

    def __lt__(self, other: Any) -> bool:
        return str(self) < str(other)

    def __gt__(self, other: Any) -> bool:
        return str(self) > str(other)

    def transform(self, cache: FeatureCache) -> Any:
        """The column's tensor (or tensors), from the features; `cache.get(column)` calls it once.
        """
        raise NotImplementedError

    def create_state(self, variables: Variables) -> None:
        """Make the variables that the column needs, where a model makes them all at first."""


class DenseColumn(FeatureColumn):
    """A column that is numbers: `variable_shape` for each example."""

    variable_shape: Any

    def dense_tensor(self, cache: FeatureCache, variables: Variables) -> Any:
        """float [batch, *variable_shape]."""
        raise NotImplementedError


class IdWeightPair(NamedTuple):
    """Ids of categories, and their weights or None; both SparseTensors."""

    id_tensor: Any
    weight_tensor: Any


class CategoricalColumn(FeatureColumn):
    """A column that is categories, numbered below `num_buckets`."""

    num_buckets: Any

    def sparse_tensors(self, cache: FeatureCache) -> IdWeightPair:
        """The ids of the examples' categories."""
        return IdWeightPair(cache.get(self), None)


class FeatureCache:
    """The features of a model and what columns have made of them."""

    def __init__(self, features: dict[Any, Any]) -> None:
        self._features = features.copy()
        self._tensors: dict[Any, Any] = {}

    def get(self, key: Any) -> Any:
        """The tensor of a feature's name, or what a column makes.

        Raises: ValueError for a feature that isn't there, or has no batch; TypeError for another
        kind of key.
        """
        if key in self._tensors:
            return self._tensors[key]
        if key in self._features:
            found = self._with_rank(key)
        elif isinstance(key, str):
            raise ValueError(f"Feature {key} is not in features dictionary.")
        elif isinstance(key, FeatureColumn):
            found = key.transform(self)
        else:
            raise TypeError('"key" must be either a "str" or "FeatureColumn". Provided: '
                            f"{key}")
        self._tensors[key] = found
        return found

    def _with_rank(self, key: str) -> Any:
        """The feature as a tensor with at least two dimensions."""
        tensor = as_tensor_or_sparse(self._features[key])
        ndims = tensor.get_shape().ndims
        text = f"Feature (key: {key}) cannot have rank 0. Given: {tensor}"
        if ndims == 0:
            raise ValueError(text)
        if ndims is not None:
            return tensor if ndims != 1 else _expanded(tensor)
        with control_dependencies([assert_positive(rank(tensor), message=text)]):
            return cond(equal(1, rank(tensor)), lambda: _expanded(tensor), lambda: tensor)


def as_tensor_or_sparse(value: Any) -> Any:
    """A SparseTensor, or anything else as a tensor."""
    if isinstance(value, SparseTensor):
        return value
    return SparseTensor.from_value(value) if is_sparse(value) else convert_to_tensor(value)


def _expanded(tensor: Any) -> Any:
    if isinstance(tensor, SparseTensor):
        return sparse_reshape(tensor, [shape(tensor)[0], 1])
    return expand_dims(tensor, -1)


def to_sparse(tensor: Any, ignored: Any = None) -> SparseTensor:
    """A SparseTensor without the items that stand for nothing: "", -1 or 0.0."""
    tensor = as_tensor_or_sparse(tensor)
    if isinstance(tensor, SparseTensor):
        return tensor
    with name_scope(None, "to_sparse_input", [tensor, ignored]):
        if ignored is None:
            ignored = ("" if tensor.dtype == dtypes.string else -1 if tensor.dtype.is_integer
                       else tensor.dtype.as_numpy_dtype())
        ignored = cast(ignored, tensor.dtype, name="ignore_value")
        indices = where_v2(not_equal(tensor, ignored), name="indices")
        return SparseTensor(indices, gather_nd(tensor, indices, name="values"),
                            shape(tensor, out_type=dtypes.int64, name="dense_shape"))


def normalized(columns: Any, kind: str = "FeatureColumn") -> list[FeatureColumn]:
    """The columns as a list, in the order of their names.

    Raises: ValueError for none, for something else, and for two of the same name.
    """
    if isinstance(columns, FeatureColumn):
        columns = [columns]
    if isinstance(columns, Iterator):
        columns = list(columns)
    if isinstance(columns, dict):
        raise ValueError("Expected feature_columns to be iterable, found dict.")
    for column in columns:
        if not isinstance(column, FeatureColumn):
            raise ValueError(f"Items of feature_columns must be a {kind}. Given (type "
                             f"{type(column)}): {column}.")
    if not columns:
        raise ValueError("feature_columns must not be empty.")
    by_name: dict[str, FeatureColumn] = {}
    for column in columns:
        if column.name in by_name:
            raise ValueError(
                f"Duplicate feature column name found for columns: {column} and "
                f"{by_name[column.name]}. This usually means that these columns refer to same base "
                "feature. Either one must be discarded or a duplicated but renamed item must be "
                "inserted in features dict.")
        by_name[column.name] = column
    return sorted(columns, key=lambda column: column.name)


def dense_columns(columns: list[FeatureColumn], kind: Any) -> list[DenseColumn]:
    """The columns, all of which must be dense. Raises: ValueError that calls that `kind`."""
    for column in columns:
        if not isinstance(column, DenseColumn):
            raise ValueError(f"Items of feature_columns must be a {kind}. You can wrap a "
                             "categorical column with an embedding_column or indicator_column. "
                             f"Given: {column}")
    return [column for column in columns if isinstance(column, DenseColumn)]


def check_batch_sizes(tensors: list[Any], columns: Sequence[FeatureColumn]) -> None:
    """Raises: ValueError when two of the static batch sizes differ."""
    expected: Any = None
    first = 0
    for place, tensor in enumerate(tensors):
        size = Dimension(tensor.shape[0])
        if size.value is None:
            continue
        if expected is None:
            expected, first = size, place
        elif not expected.is_compatible_with(size):
            raise ValueError(
                "Batch size (first dimension) of each feature must be same. Batch size of columns "
                f"({columns[first].name}, {columns[place].name}): ({expected}, {size})")


def check_key(key: Any) -> None:
    """Raises: ValueError for a feature's name that is no text."""
    if not isinstance(key, str):
        raise ValueError(f"key must be a string. Got: type {type(key)}. Given key: {key}.")


def check_text_or_integer(dtype: Any, prefix: str) -> None:
    """Raises: ValueError for another dtype."""
    if dtype != dtypes.string and not dtype.is_integer:
        raise ValueError(f"{prefix} dtype must be string or integer. dtype: {dtype}.")
