"""`tf.lookup` tables that are filled from text files."""

from __future__ import annotations

from typing import Any

from tftutor.composite.lookup_tables import (
    FAST_HASH,
    IdTableWithHashBuckets,
    StaticHashTable,
    check_hasher,
    check_table,
)
from tftutor.framework import dtypes
from tftutor.framework.api import export_value, tf_export
from tftutor.framework.collections import GraphKeys
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Operation, Tensor
from tftutor.ops.lookup_table_files import (
    LINE_NUMBER,
    WHOLE_LINE,
    InitializeTableFromTextFileV2,
)


@tf_export("lookup.TextFileIndex")
class TextFileIndex:
    """What of a line is key or value, beside numbers of columns.

    Source: TF 1.15 docs, tf.lookup.TextFileIndex.
    """

    WHOLE_LINE = WHOLE_LINE
    LINE_NUMBER = LINE_NUMBER


@tf_export("lookup.TextFileInitializer")
class TextFileInitializer:
    """Fills a table from the lines of a text file.

    Args:
      key_index, value_index: the number of a column, or a tf.lookup.TextFileIndex.
      vocab_size: how many lines count; None for all.
      delimiter: between columns.

    Raises: ValueError without a file, or for indices that don't go with the dtypes.
    Source: TF 1.15 docs, tf.lookup.TextFileInitializer.
    """

    def __init__(self, filename: Any, key_dtype: Any, key_index: int, value_dtype: Any,
                 value_index: int, vocab_size: int | None = None, delimiter: str = "\t",
                 name: str | None = None) -> None:
        if not isinstance(filename, Tensor) and not filename:
            raise ValueError(f"Filename required for {name}.")
        self._key_dtype, self._value_dtype = map(dtypes.as_dtype, (key_dtype, value_dtype))
        self._check_index("key", "Keys", key_index, self._key_dtype)
        self._check_index("value", "Values", value_index, self._value_dtype)
        if vocab_size is not None and vocab_size <= 0:
            raise ValueError(f"Invalid vocab_size {vocab_size}.")
        self._filename = filename
        self._key_index, self._value_index = key_index, value_index
        self._vocab_size = vocab_size
        self._delimiter = delimiter
        self._name = name
        self._path = convert_to_tensor(filename, dtypes.string, name="asset_path")

    @staticmethod
    def _check_index(what: str, items: str, index: int, dtype: Any) -> None:
        if index < -2:
            raise ValueError(f"Invalid {what} index {index}.")
        if index == LINE_NUMBER and dtype != dtypes.int64:
            raise ValueError(f"Signature mismatch. {items} must be dtype {dtypes.int64}, got "
                             f"{dtype}.")
        if index != WHOLE_LINE or dtype == dtypes.string:
            return
        if what == "value":
            raise ValueError(f"Signature mismatch. Values must be dtype {dtypes.string}, got "
                             f"{dtype}.")
        if not dtype.is_integer:
            raise ValueError(f"Signature mismatch. Keys must be integer or string, got {dtype}.")

    @property
    def key_dtype(self) -> Any:
        """dtype of the keys."""
        return self._key_dtype

    @property
    def value_dtype(self) -> Any:
        """dtype of the values."""
        return self._value_dtype

    @property
    def _shared_name(self) -> str:
        """Tables of the same file are one table."""
        size = f"{self._vocab_size}_" if self._vocab_size else ""
        return f"hash_table_{self._filename}_{size}{self._key_index}_{self._value_index}"

    def initialize(self, table: Any) -> Operation:
        """The operation that fills the table; `tf.tables_initializer()` runs it, too.

        Raises: TypeError when the table is for other types.
        """
        check_table(table, self)
        with name_scope(self._name, "text_file_init", [table.resource_handle]):
            fill = InitializeTableFromTextFileV2(
                table.resource_handle, self._path, key_index=self._key_index,
                value_index=self._value_index, vocab_size=self._vocab_size or -1,
                delimiter=self._delimiter)
        graph = get_default_graph()
        graph.add_to_collection(GraphKeys.TABLE_INITIALIZERS, fill)
        if self._path.op.type == "Const":
            graph.add_to_collection(GraphKeys.ASSET_FILEPATHS, self._path)
        return fill


for _name in ("TextFileIndex", "TextFileInitializer"):
    export_value(f"contrib.lookup.{_name}", globals()[_name])


@tf_export("contrib.lookup.index_table_from_file")
def index_table_from_file(
        vocabulary_file: Any = None, num_oov_buckets: int = 0, vocab_size: int | None = None,
        default_value: int = -1, hasher_spec: Any = FAST_HASH, key_dtype: Any = dtypes.string,
        name: str | None = None, key_column_index: int = WHOLE_LINE,
        value_column_index: int = LINE_NUMBER, delimiter: str = "\t") -> Any:
    """A table from each line of a text file to its number.

    Args:
      num_oov_buckets: other words get numbers by a hash, behind these.
      vocab_size: how many lines count; None for all.
      default_value: the number of other words where there are no buckets.

    Raises: ValueError without a file or for numbers that make no sense; TypeError for another
    dtype.
    Source: TF 1.15 docs, tf.contrib.lookup.index_table_from_file.
    """
    if vocabulary_file is None or (isinstance(vocabulary_file, str) and not vocabulary_file):
        raise ValueError("vocabulary_file must be specified and must not be empty.")
    if num_oov_buckets < 0:
        raise ValueError("num_oov_buckets must be greater or equal than 0, got "
                         f"{num_oov_buckets}.")
    if vocab_size is not None and vocab_size < 1:
        raise ValueError(f"vocab_size must be greater than 0, got {vocab_size}. vocabulary_file: "
                         f"{vocabulary_file}")
    check_hasher(hasher_spec)
    if not key_dtype.is_integer and key_dtype.base_dtype != dtypes.string:
        raise TypeError("Only integer and string keys are supported.")
    with name_scope(name, "string_to_index"):
        with name_scope(None, "hash_table"):
            fill = TextFileInitializer(
                vocabulary_file, dtypes.int64 if key_dtype.is_integer else key_dtype,
                key_column_index, dtypes.int64, value_column_index, vocab_size=vocab_size,
                delimiter=delimiter, name="table_init")
            table = StaticHashTable(fill, default_value)
        if num_oov_buckets:
            return IdTableWithHashBuckets(table, num_oov_buckets, key_dtype)
        return table
