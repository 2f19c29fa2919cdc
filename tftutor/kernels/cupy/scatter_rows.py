"""Writing rows of a matrix in place on CuPy: what scatters and their relatives are made of.

`ufunc.at` adds atomically; CuPy has it as NumPy does.
"""

from __future__ import annotations

from typing import Any


def add_rows(out: Any, places: Any, rows: Any) -> None:
    """Add `rows[i]` to `out[places[i]]`, also where places repeat."""
    import cupy

    cupy.add.at(out, places, rows)


def subtract_rows(out: Any, places: Any, rows: Any) -> None:
    """Subtract `rows[i]` from `out[places[i]]`, also where places repeat."""
    import cupy

    cupy.add.at(out, places, -rows)


def set_rows(out: Any, places: Any, rows: Any) -> None:
    """Set `out[places[i]]` to `rows[i]`; any of them where places repeat, as TF on a GPU."""
    out[places] = rows
