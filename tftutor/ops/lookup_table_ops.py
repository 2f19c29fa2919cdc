"""Look-up tables: a resource that maps keys to values, filled once."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework.op_def import OpDef
from tftutor.framework.shape_inference import no_outputs, scalar_shape

HashTableV2 = OpDef(
    "HashTableV2", outputs=("table_handle: resource",),
    attrs=("container: string = ''", "shared_name: string = ''",
           "use_node_name_sharing: bool = false", "key_dtype: type", "value_dtype: type"),
    stateful=True, doc="A table from keys to values.")
LookupTableFindV2 = OpDef(
    "LookupTableFindV2", inputs=("table_handle: resource", "keys: Tin", "default_value: Tout"),
    outputs=("values: Tout",), attrs=("Tin: type", "Tout: type"), stateful=True,
    doc="The values of keys, the default value where a table hasn't the key.")
LookupTableSizeV2 = OpDef(
    "LookupTableSizeV2", inputs=("table_handle: resource",), outputs=("size: int64",),
    stateful=True, doc="How many keys a table has.")
LookupTableImportV2 = OpDef(
    "LookupTableImportV2", inputs=("table_handle: resource", "keys: Tin", "values: Tout"),
    attrs=("Tin: type", "Tout: type"), stateful=True, doc="Fill a table.")
LookupTableExportV2 = OpDef(
    "LookupTableExportV2", inputs=("table_handle: resource",),
    outputs=("keys: Tkeys", "values: Tvalues"), attrs=("Tkeys: type", "Tvalues: type"),
    stateful=True, doc="All keys and values of a table.")
InitializeTableV2 = OpDef(
    "InitializeTableV2", inputs=("table_handle: resource", "keys: Tkey", "values: Tval"),
    attrs=("Tkey: type", "Tval: type"), stateful=True, doc="Fill a table.")


class _Table:
    """A table; it is filled once, and filling it again with as many keys does nothing."""

    def __init__(self, key_dtype: Any, value_dtype: Any) -> None:
        self.dtypes = (key_dtype, value_dtype)
        self._value_type = value_dtype.as_numpy_dtype
        self._items: dict[Any, Any] | None = None

    def size(self) -> int:
        return len(self._items or ())

    def check(self, key_dtype: Any, value_dtype: Any) -> None:
        """Raises: InvalidArgumentError when a node reads it as a table of other types."""
        if (key_dtype, value_dtype) != self.dtypes:
            raise errors.InvalidArgumentError(
                None, None, "Signature mismatch, have: "
                f"{_signature(key_dtype, value_dtype)} expected: {_signature(*self.dtypes)}")

    def fill(self, keys: Any, values: Any) -> None:
        keys, values = np.asarray(keys).ravel().tolist(), np.asarray(values).ravel().tolist()
        if self._items is not None:
            if len(self._items) != len(keys):
                raise errors.FailedPreconditionError(
                    None, None, "Table was already initialized with different data.")
            return
        items: dict[Any, Any] = {}
        for key, value in zip(keys, values, strict=True):
            if items.setdefault(key, value) != value:
                raise errors.FailedPreconditionError(
                    None, None, "HashTable has different value for same key. Key "
                    f"{_text(key)} has {_text(items[key])} and trying to add value {_text(value)}")
        self._items = items

    def find(self, keys: Any, default: Any) -> Any:
        if self._items is None:
            raise errors.FailedPreconditionError(None, None, "Table not initialized.")
        keys, default = np.asarray(keys), np.asarray(default)
        if default.ndim:
            raise errors.InvalidArgumentError(
                None, None, f"Expected shape [] for default value, got [{len(default)}]")
        get, missing = self._items.get, default.item()
        found = np.empty(keys.shape, self._value_type)
        found.reshape(-1)[...] = [get(key, missing) for key in keys.ravel().tolist()]
        return found

    def export(self) -> tuple[Any, Any]:
        key_dtype, value_dtype = self.dtypes
        items = self._items
        if items is None:
            raise errors.AbortedError(None, None, "HashTable is not initialized.")
        return (np.array(list(items), key_dtype.as_numpy_dtype),
                np.array(list(items.values()), value_dtype.as_numpy_dtype))


def _signature(key_dtype: Any, value_dtype: Any) -> str:
    names = {"float32": "float", "float64": "double"}
    key, value = (names.get(each.name, each.name) for each in (key_dtype, value_dtype))
    return f"resource, {key}, {value}->{value}"


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


HashTableV2.shape(scalar_shape)
LookupTableSizeV2.shape(scalar_shape)


@LookupTableFindV2.shape
def lookup_table_find_shape(c: Any) -> None:
    c.with_rank(c.input(0), 0)
    c.with_rank_at_most(c.input(2), 1)
    c.set_output(0, None)


@LookupTableImportV2.shape
@InitializeTableV2.shape
def lookup_table_import_shape(c: Any) -> None:
    c.with_rank(c.input(0), 0)
    c.merge_shapes(c.input(1), c.input(2))
    no_outputs(c)


for _op_def in (HashTableV2, LookupTableFindV2, LookupTableSizeV2, LookupTableImportV2,
                LookupTableExportV2, InitializeTableV2):
    _op_def.not_differentiable("tables have no derivative")


@HashTableV2.kernel()
def hash_table_kernel(*, key_dtype, value_dtype, ctx):
    return ctx.resource("table", lambda container, name: _Table(key_dtype, value_dtype))


@LookupTableFindV2.kernel()
def lookup_table_find_kernel(table_handle, keys, default_value, *, Tin, Tout):  # noqa: N803
    table_handle.check(Tin, Tout)
    return table_handle.find(keys, default_value)


@LookupTableSizeV2.kernel()
def lookup_table_size_kernel(table_handle):
    return np.int64(table_handle.size())


@LookupTableExportV2.shape
def lookup_table_export_shape(c: Any) -> None:
    c.with_rank(c.input(0), 0)
    c.set_outputs((None,), None)


@LookupTableExportV2.kernel()
def lookup_table_export_kernel(table_handle, *, Tkeys, Tvalues):  # noqa: N803
    table_handle.check(Tkeys, Tvalues)
    return table_handle.export()


@LookupTableImportV2.kernel()
def lookup_table_import_kernel(table_handle, keys, values, *, Tin, Tout):  # noqa: N803
    table_handle.check(Tin, Tout)
    table_handle.fill(keys, values)


@InitializeTableV2.kernel()
def initialize_table_kernel(table_handle, keys, values, *, Tkey, Tval):  # noqa: N803
    table_handle.check(Tkey, Tval)
    table_handle.fill(keys, values)
