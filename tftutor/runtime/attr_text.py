"""The text of attribute values in the runtime's errors: `T=DT_FLOAT, shape=[?,3]`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tftutor.framework.attr_values import FuncName, ShapeValue
from tftutor.framework.dtypes import DType, as_dtype

_ENUM_NAMES = {"float32": "FLOAT", "float64": "DOUBLE", "float16": "HALF"}
_C_NAMES = {"float32": "float", "float64": "double", "float16": "half"}
_LONGEST = 15  # from here on a list loses its middle


def attrs_text(attrs: Mapping[str, Any]) -> str:
    """`name=value, ...` by name (TensorFlow's order differs from run to run)."""
    return ", ".join(f"{name}={attr_text(attrs[name])}" for name in sorted(attrs))


def type_name(dtype: DType) -> str:
    """`DT_FLOAT`."""
    base = dtype.base_dtype.name
    ref = "_REF" if dtype._is_ref_dtype else ""
    return f"DT_{_ENUM_NAMES.get(base, base.upper())}{ref}"


def type_list(dtypes: Sequence[DType]) -> str:
    """The types of a node's inputs, as `float_ref, int32`."""
    return ", ".join(_C_NAMES.get(d.base_dtype.name, d.base_dtype.name)
                     + ("_ref" if d._is_ref_dtype else "") for d in dtypes)


def shortened(items: Sequence[str]) -> str:
    """`[a, b]`; a long list with its first and last five items only."""
    if len(items) >= _LONGEST:
        items = [*items[:5], "...", *items[-5:]]
    return f"[{', '.join(items)}]"


def attr_text(value: Any) -> str:
    """One attribute's value."""
    if isinstance(value, DType):
        return type_name(value)
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, str | bytes):
        return f'"{_escaped(value)}"'
    if isinstance(value, ShapeValue):
        return _shape_text(value.shape)
    if isinstance(value, FuncName):
        return f"{value.name}[]"
    if isinstance(value, np.ndarray):
        return _tensor_text(value)
    if isinstance(value, list | tuple):
        return shortened([attr_text(item) for item in value])
    if isinstance(value, float | np.floating):
        return f"{value:g}"
    return str(value)


def _escaped(value: str | bytes) -> str:
    raw = value.encode() if isinstance(value, str) else value
    special = {9: r"\t", 10: r"\n", 13: r"\r", 34: r"\"", 39: r"\'", 92: r"\\"}
    return "".join(special.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}")
                   for byte in raw)


def _shape_text(shape: Sequence[int | None] | None) -> str:
    if shape is None:
        return "<unknown>"
    return "[" + ",".join("?" if size is None else str(size) for size in shape) + "]"


def _tensor_text(array: np.ndarray) -> str:
    dtype = as_dtype(array.dtype) if array.dtype != object else as_dtype("string")
    return (f"Tensor<type: {_C_NAMES.get(dtype.name, dtype.name)} shape: "
            f"{_shape_text(array.shape)} values: {_values_text(array)}>")


def _values_text(array: np.ndarray, limit: int = 3) -> str:
    """The first values; each further dimension in brackets."""
    text, _ = _nested_text(array if array.ndim else array.reshape(1), limit)
    return text + ("..." if array.size > limit and array.ndim > 1 else "")


def _nested_text(array: np.ndarray, left: int) -> tuple[str, int]:
    """The text of at most `left` values, and how many more there may be after it."""
    if array.ndim == 1:
        shown = [_element_text(item) for item in array[:left]]
        return " ".join(shown) + ("..." if len(shown) < array.size else ""), left - len(shown)
    text = ""
    for row in array:
        if left == 0:
            break
        inner, left = _nested_text(row, left)
        text += f"[{inner}]"
    return text, left


def _element_text(item: Any) -> str:
    if isinstance(item, bytes):
        return item.decode(errors="replace")
    if isinstance(item, bool | np.bool_):
        return str(int(item))
    if isinstance(item, complex | np.complexfloating):
        return "?"
    return f"{item:g}" if isinstance(item, float | np.floating) else str(item)
