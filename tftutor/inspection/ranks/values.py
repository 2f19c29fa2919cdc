"""Values as short texts that fit into a cell."""

from __future__ import annotations

from typing import Any

import numpy as np

MOST_VALUES = 64     # a picture with more numbers in it is a table, not a picture
_LONGEST = 8


def value_text(value: Any) -> str:
    """One value: floats with 4 digits, long strings cut."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= _LONGEST else f"'{value[:_LONGEST - 1]}…'"
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, complex | np.complexfloating):
        return f"{value:.2g}"
    return f"{float(value):.4g}"


def few(values: np.ndarray | None) -> bool:
    """True when all values can be written into a picture."""
    return values is not None and 0 < values.size <= MOST_VALUES


def brackets(values: np.ndarray) -> list[str]:
    """The values as Python prints nested lists, one line a row: the brackets' depth is the rank."""
    if values.ndim <= 1:
        row = [value_text(value) for value in values.reshape(-1)]
        return [row[0] if values.ndim == 0 else "[" + ", ".join(row) + "]"]
    lines: list[str] = []
    for part in values:
        block = brackets(part)
        if lines:
            lines[-1] += ","
        lines += [" " + line for line in block]
    if not lines:
        return ["[" + "]"]
    lines[0] = "[" + lines[0][1:]
    lines[-1] += "]"
    return lines
