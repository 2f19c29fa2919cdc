"""Writing rows of a matrix in place on CuPy: what scatters and their relatives are made of.

`scatter_add` adds atomically. It knows no complex numbers: those are added as pairs of real ones.
"""

from __future__ import annotations

from typing import Any


def add_rows(out: Any, places: Any, rows: Any) -> None:
    """Add `rows[i]` to `out[places[i]]`, also where places repeat. `out` is contiguous."""
    import cupy
    import cupyx

    if out.dtype.kind == "c":
        real = out.real.dtype
        out, rows = out.view(real), cupy.ascontiguousarray(rows).view(real)
    cupyx.scatter_add(out, places, rows)


def subtract_rows(out: Any, places: Any, rows: Any) -> None:
    """Subtract `rows[i]` from `out[places[i]]`, also where places repeat."""
    add_rows(out, places, -rows)


def set_rows(out: Any, places: Any, rows: Any) -> None:
    """Set `out[places[i]]` to `rows[i]`; any of them where places repeat, as TF on a GPU."""
    out[places] = rows
