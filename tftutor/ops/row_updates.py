"""Scattered changes of a table's rows, for any array library.

The array-API standard has no assignment to a list of rows, so a change is a selection over the
whole table: `where(touched, combine(table, updates of each row), table)`. Equal rows take one round
each, so that they are changed one after the other, as on NumPy. Libraries with something faster
register kernels of their own (`tftutor/kernels/torch/state_scatter.py`).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tftutor.backends.host_copies import in_library, on_host

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add, "Sub": operator.sub, "Mul": operator.mul, "Div": operator.truediv}
_EXTREMES = {"Min": "minimum", "Max": "maximum"}


def changed_rows(table: Any, places: Any, updates: Any, kind: str, xp: Any) -> Any:
    """A new table with `updates[i]` brought to row `places[i]`; the row behind the last is nowhere.

    Shapes: table [n, ...], places [k], updates [k, ...] -> [n, ...].

    Args:
      kind: "Update" sets rows, the last of equal ones wins; "Add", "Sub", "Mul", "Div", "Min" and
        "Max" combine them.
    """
    combine = _OPERATORS.get(kind)
    if kind in _EXTREMES:
        combine = getattr(xp, _EXTREMES[kind])
    count, rows = table.shape[0], on_host(places)
    for positions in last_of_equal(rows) if combine is None else rounds(rows):
        source = np.zeros(count + 1, np.int64)  # for each row, the position of its update
        source[rows[positions]] = positions
        touched = np.zeros((count + 1, *(1,) * (table.ndim - 1)), np.bool_)
        touched[rows[positions]] = True
        new = xp.take(updates, in_library(source[:-1], xp), axis=0)
        table = xp.where(in_library(touched[:-1], xp),
                         new if combine is None else combine(table, new), table)
    return table


def rounds(rows: np.ndarray) -> Iterator[np.ndarray]:
    """Positions in `rows` by rounds: the first of each row, the second of each row, ..."""
    order = np.argsort(rows, kind="stable")
    begins = np.flatnonzero(np.diff(rows[order], prepend=-1))
    lengths = np.diff(begins, append=rows.size)
    occurrence = np.arange(rows.size) - np.repeat(begins, lengths)
    for number in range(int(lengths.max(initial=0))):
        yield order[occurrence == number]


def last_of_equal(rows: np.ndarray) -> list[np.ndarray]:
    """One round: the last position of each row."""
    _, from_the_end = np.unique(rows[::-1], return_index=True)
    return [rows.size - 1 - from_the_end] if rows.size else []
