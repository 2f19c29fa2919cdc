"""`tf.lookup`: tables from keys to values, initialised by `tf.tables_initializer()`."""

from __future__ import annotations

import uuid
from typing import Any, NamedTuple

from tftutor.composite.sparse_tensor import SparseTensor
from tftutor.errors import UnsupportedError
from tftutor.framework import dtypes
from tftutor.framework.api import export_value, exported, tf_export
from tftutor.framework.collections import GraphKeys
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Operation, Tensor
from tftutor.framework.tensor_shape import TensorShape
from tftutor.ops.array_shape import size as tf_size
from tftutor.ops.cast import cast
from tftutor.ops.lookup_table_ops import (
    HashTableV2,
    LookupTableExportV2,
    LookupTableFindV2,
    LookupTableImportV2,
    LookupTableSizeV2,
)
from tftutor.ops.sequence import range as tf_range


@tf_export("contrib.lookup.HasherSpec")
class HasherSpec(NamedTuple):
    """How keys that a table hasn't are hashed. Source: TF 1.15 docs, tf.contrib.lookup.HasherSpec.
    """

    hasher: str
    key: Any


FAST_HASH = HasherSpec("fasthash", None)
export_value("contrib.lookup.FastHashSpec", FAST_HASH)


def check_hasher(hasher_spec: Any) -> None:
    """Raises: tf.errors.UnsupportedError for another hash than TensorFlow's usual one."""
    if hasher_spec != FAST_HASH:
        raise UnsupportedError("A look-up table with hasher_spec=...", "leave it out")


def check_table(table: Any, initializer: Any) -> None:
    """Raises: TypeError when a table is for other types than its initializer."""
    for what in ("key_dtype", "value_dtype"):
        own, given = getattr(table, what), getattr(initializer, what)
        if own.base_dtype != given.base_dtype:
            raise TypeError(f"Invalid {what.replace('_', ' ')}, expected {own} but got {given}.")


@tf_export("lookup.KeyValueTensorInitializer")
class KeyValueTensorInitializer:
    """Fills a table with keys and values of the same number.

    Source: TF 1.15 docs, tf.lookup.KeyValueTensorInitializer.
    """

    def __init__(self, keys: Any, values: Any, key_dtype: Any = None, value_dtype: Any = None,
                 name: str | None = None) -> None:
        self._keys = convert_to_tensor(keys, dtype=key_dtype, name="keys")
        self._values = convert_to_tensor(values, dtype=value_dtype, name="values")
        self._name = "key_value_init" if name is None else name

    @property
    def key_dtype(self) -> Any:
        """dtype of the keys."""
        return self._keys.dtype

    @property
    def value_dtype(self) -> Any:
        """dtype of the values."""
        return self._values.dtype

    def initialize(self, table: Any) -> Operation:
        """The operation that fills the table; `tf.tables_initializer()` runs it, too.

        Raises: TypeError when the table is for other types.
        """
        check_table(table, self)
        with name_scope(self._name, None, [table.resource_handle, self._keys, self._values]):
            fill = LookupTableImportV2(table.resource_handle, self._keys, self._values)
        get_default_graph().add_to_collection(GraphKeys.TABLE_INITIALIZERS, fill)
        return fill


@tf_export("lookup.StaticHashTable")
class StaticHashTable:
    """A table that is filled once.

    Example:
        table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(["a", "b"], [1, 2]), default_value=-1)
        found = table.lookup(tf.constant(["b", "c"]))      # [2, -1]
        with tf.Session() as sess:
            sess.run(tf.tables_initializer())

    Args:
      initializer: fills it.
      default_value: the value of keys that it doesn't have.

    Source: TF 1.15 docs, tf.lookup.StaticHashTable.
    """

    def __init__(self, initializer: Any, default_value: Any, name: str | None = None) -> None:
        self._key_dtype = dtypes.as_dtype(initializer.key_dtype)
        self._value_dtype = dtypes.as_dtype(initializer.value_dtype)
        self._default_value = convert_to_tensor(default_value, dtype=self._value_dtype)
        self._default_value.get_shape().merge_with(TensorShape([]))
        shared_name = getattr(initializer, "_shared_name", None) or f"hash_table_{uuid.uuid4()}"
        self._handle = HashTableV2(shared_name=shared_name, key_dtype=self._key_dtype,
                                   value_dtype=self._value_dtype, name=name or "hash_table")
        self._initializer = initializer.initialize(self)

    @property
    def resource_handle(self) -> Tensor:
        """The handle of the table."""
        return self._handle

    @property
    def initializer(self) -> Operation:
        """The operation that fills it."""
        return self._initializer

    @property
    def name(self) -> str:
        """The last part of its node's name."""
        return self._handle.op.name.split("/")[-1]

    @property
    def key_dtype(self) -> Any:
        """dtype of the keys."""
        return self._key_dtype

    @property
    def value_dtype(self) -> Any:
        """dtype of the values."""
        return self._value_dtype

    @property
    def default_value(self) -> Tensor:
        """The value of keys that it doesn't have."""
        return self._default_value

    def size(self, name: str | None = None) -> Tensor:
        """int64 scalar: how many keys it has."""
        with name_scope(name, f"{self.name}_Size", [self._handle]):
            return LookupTableSizeV2(self._handle)

    def export(self, name: str | None = None) -> tuple[Tensor, Tensor]:
        """All keys and their values."""
        with name_scope(name, f"{self.name}_Export", [self._handle]):
            keys, values = LookupTableExportV2(self._handle, Tkeys=self._key_dtype,
                                               Tvalues=self._value_dtype)
        values.set_shape(keys.get_shape().concatenate(self._default_value.get_shape()))
        return keys, values

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The values of a tensor or SparseTensor of keys, in the same shape.

        Raises: TypeError for keys of another type.
        """
        _check_keys(keys, self._key_dtype)
        items = keys.values if isinstance(keys, SparseTensor) else keys
        with name_scope(name, f"{self.name}_Lookup", [self._handle, items, self._default_value]):
            found = LookupTableFindV2(self._handle, items, self._default_value)
        found.set_shape(items.get_shape())
        return _like(keys, found)


class IdTableWithHashBuckets:
    """A table of numbers whose missing keys get numbers behind its own, by a hash."""

    def __init__(self, table: StaticHashTable, num_oov_buckets: int, key_dtype: Any) -> None:
        self._table = table
        self._num_oov_buckets = num_oov_buckets
        self.key_dtype = key_dtype
        self.value_dtype = dtypes.int64

    @property
    def initializer(self) -> Operation:
        """The operation that fills it."""
        return self._table.initializer

    @property
    def resource_handle(self) -> Tensor:
        """The handle of the table."""
        return self._table.resource_handle

    @property
    def name(self) -> str:
        """The table's name."""
        return self._table.name

    def size(self, name: str | None = None) -> Tensor:
        """int64 scalar: how many numbers it gives."""
        with name_scope(name, f"{self.name}_Size"):
            return self._table.size() + self._num_oov_buckets

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The numbers of a tensor or SparseTensor of keys. Raises: TypeError for other keys."""
        _check_keys(keys, self.key_dtype)
        items = keys.values if isinstance(keys, SparseTensor) else keys
        if self._table.key_dtype.base_dtype == dtypes.int64:
            items = cast(items, dtypes.int64)
        with name_scope(name, f"{self.name}_Lookup"):
            texts = items if items.dtype == dtypes.string else exported("as_string")(items)
            buckets = exported("strings.to_hash_bucket_fast")(
                texts, num_buckets=self._num_oov_buckets, name="hash_bucket")
            found = self._table.lookup(items)
            buckets = exported("add")(buckets, self._table.size())
            is_known = exported("not_equal")(found, self._table.default_value)
            return _like(keys, exported("where_v2")(is_known, found, buckets))


def _check_keys(keys: Any, dtype: Any) -> None:
    if keys.dtype.base_dtype != dtype:
        raise TypeError(f"Signature mismatch. Keys must be dtype {dtype}, got {keys.dtype}.")


def _like(keys: Any, values: Tensor) -> Any:
    if isinstance(keys, SparseTensor):
        return SparseTensor(keys.indices, values, keys.dense_shape)
    return values


@tf_export("contrib.lookup.index_table_from_tensor")
def index_table_from_tensor(mapping: Any, num_oov_buckets: int = 0, default_value: int = -1,
                            hasher_spec: Any = FAST_HASH, dtype: Any = dtypes.string,
                            name: str | None = None) -> Any:
    """A table from each of the given words (or whole numbers) to its place among them.

    Args:
      num_oov_buckets: other words get numbers by a hash, behind these.
      default_value: else they have this one.

    Raises: ValueError without words, for words of another type or a negative number of buckets;
    TypeError for another dtype.
    Source: TF 1.15 docs, tf.contrib.lookup.index_table_from_tensor.
    """
    if mapping is None:
        raise ValueError("vocabulary_list must be specified.")
    if num_oov_buckets < 0:
        raise ValueError("num_oov_buckets must be greater or equal than 0, got "
                         f"{num_oov_buckets}.")
    check_hasher(hasher_spec)
    if not dtype.is_integer and dtype.base_dtype != dtypes.string:
        raise TypeError("Only integer and string keys are supported.")
    with name_scope(name, "string_to_index"):
        keys = convert_to_tensor(mapping)
        if keys.dtype.is_integer != dtype.is_integer:
            kind = "integer" if dtype.is_integer else "non-integer"
            raise ValueError(f"Expected {kind}, got {keys.dtype}.")
        if not dtype.is_integer and keys.dtype.base_dtype != dtype:
            raise ValueError(f"Expected {dtype}, got {keys.dtype}.")
        places = cast(tf_range(tf_size(keys)), dtypes.int64)
        with name_scope(None, "hash_table"):
            table_keys = cast(keys, dtypes.int64) if keys.dtype.is_integer else keys
            fill = KeyValueTensorInitializer(table_keys, places, table_keys.dtype.base_dtype,
                                             dtypes.int64, name="table_init")
            table = StaticHashTable(fill, default_value)
        if num_oov_buckets:
            return IdTableWithHashBuckets(table, num_oov_buckets, dtype)
        return table


@tf_export("contrib.lookup.index_to_string_table_from_tensor")
def index_to_string_table_from_tensor(mapping: Any, default_value: str = "UNK",
                                      name: str | None = None) -> StaticHashTable:
    """A table from places to the words at them.

    Args:
      default_value: the word of other numbers.

    Raises: ValueError without words.
    Source: TF 1.15 docs, tf.contrib.lookup.index_to_string_table_from_tensor.
    """
    if mapping is None:
        raise ValueError("vocabulary_list must be specified.")
    with name_scope(name, "index_to_string"):
        words = convert_to_tensor(mapping, dtypes.string)
        places = cast(tf_range(tf_size(words)), dtypes.int64)
        fill = KeyValueTensorInitializer(places, words, dtypes.int64, dtypes.string,
                                         name="table_init")
        return StaticHashTable(fill, default_value)
