"""Writing rows of a matrix in place on CuPy: what scatters and their relatives are made of.

`scatter_add` adds atomically; it knows float, complex, int32 and unsigned types.
"""

from __future__ import annotations

from typing import Any


def add_rows(out: Any, places: Any, rows: Any) -> None:
    """Add `rows[i]` to `out[places[i]]`, also where places repeat."""
    import cupyx

    cupyx.scatter_add(out, places, rows)


def subtract_rows(out: Any, places: Any, rows: Any) -> None:
    """Subtract `rows[i]` from `out[places[i]]`, also where places repeat."""
    import cupyx

    cupyx.scatter_add(out, places, -rows)


def set_rows(out: Any, places: Any, rows: Any) -> None:
    """Set `out[places[i]]` to `rows[i]`; any of them where places repeat, as TF on a GPU."""
    out[places] = rows
