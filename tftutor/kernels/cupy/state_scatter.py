"""Scattered updates of variables on CuPy, which sets, adds and compares rows in place."""

from __future__ import annotations

from typing import Any

from tftutor.framework.op_def import OpDef
from tftutor.kernels.cupy.scatter_rows import add_rows, set_rows, subtract_rows
from tftutor.ops import resource_scatter, state_scatter
from tftutor.ops.row_updates import changed_rows
from tftutor.ops.state_scatter import (
    add_library_kernel,
    scatter_elements_of_library,
    scatter_rows_of_library,
)


def _lower_rows(out: Any, places: Any, rows: Any) -> None:
    import cupy

    cupy.minimum.at(out, places, rows)


def _raise_rows(out: Any, places: Any, rows: Any) -> None:
    import cupy

    cupy.maximum.at(out, places, rows)


_WRITERS = {"Update": set_rows, "Add": add_rows, "Sub": subtract_rows, "Min": _lower_rows,
            "Max": _raise_rows}


def cupy_changed_rows(table: Any, places: Any, updates: Any, kind: str, xp: Any) -> Any:
    """`row_updates.changed_rows` by CuPy's own scatters."""
    put_rows = _WRITERS.get(kind)
    if put_rows is None or (kind in ("Min", "Max") and table.dtype.itemsize < 4):
        return changed_rows(table, places, updates, kind, xp)
    out = xp.concat([table, xp.zeros((1, *table.shape[1:]), dtype=table.dtype)], axis=0)
    if kind == "Update":
        updates = updates[_winners(places, out.shape[0])]
    put_rows(out, places, updates)
    return out[:-1, ...]


def _winners(places: Any, count: int) -> Any:
    """For each position, the last one with an equal place: whichever is written last, it wins."""
    import cupy

    last = cupy.zeros(count, cupy.int32)
    cupy.maximum.at(last, places, cupy.arange(places.shape[0], dtype=cupy.int32))
    return last[places]


def _kind(op: OpDef) -> str:
    return op.name.removeprefix("Resource").removeprefix("Scatter").removeprefix("Nd")


for _op in (*state_scatter.ROW_OPS, *resource_scatter.ROW_OPS):
    add_library_kernel(_op, "cupy", scatter_rows_of_library, _kind(_op), cupy_changed_rows)
for _op in (*state_scatter.ELEMENT_OPS, *resource_scatter.ELEMENT_OPS):
    add_library_kernel(_op, "cupy", scatter_elements_of_library, _kind(_op), cupy_changed_rows)
