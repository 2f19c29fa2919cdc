"""Writing rows of a matrix in place on torch: what scatters and their relatives are made of."""

from __future__ import annotations

from typing import Any


def add_rows(out: Any, places: Any, rows: Any) -> None:
    """Add `rows[i]` to `out[places[i]]`, also where places repeat."""
    out.index_add_(0, places, rows)


def subtract_rows(out: Any, places: Any, rows: Any) -> None:
    """Subtract `rows[i]` from `out[places[i]]`, also where places repeat."""
    out.index_add_(0, places, rows, alpha=-1)


def set_rows(out: Any, places: Any, rows: Any) -> None:
    """Set `out[places[i]]` to `rows[i]`; any of them where places repeat, as TF on a GPU."""
    out.index_copy_(0, places, rows)
