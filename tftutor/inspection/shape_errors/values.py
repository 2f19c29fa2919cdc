"""What any value of a program looks like from outside: shape, dtype, a short text.

Values are tensors, variables, NumPy arrays, Python numbers, lists of these.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from tftutor.framework import dtypes
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_merge import Shape
from tftutor.inspection.shape_errors.quiet_values import UNKNOWN
from tftutor.ops.variables import Variable

PASSING = {"Identity", "Cast", "StopGradient", "ReadVariableOp", "PreventGradient", "RefIdentity",
           "Snapshot", "CheckNumerics", "Print", "EnsureShape"}
VARIABLES = {"VariableV2", "Variable", "VarHandleOp"}
_LONG = 40


def is_tensor_like(value: Any) -> bool:
    """True for what has a static shape in a graph: a Tensor or a Variable."""
    return isinstance(value, Tensor | Variable)


def contains_tensor(value: Any) -> bool:
    """True for a tensor, a variable, or a list with one in it."""
    if isinstance(value, list | tuple):
        return any(contains_tensor(item) for item in value[:1000])
    return is_tensor_like(value)


def is_numbers(value: Any) -> bool:
    """True for a (nested) list of plain numbers or texts, told from its first items."""
    if isinstance(value, list | tuple):
        return bool(value) and all(is_numbers(item) for item in value[:10])
    return isinstance(value, bool | int | float | complex | str | bytes | np.generic)


def as_tensor(value: Any) -> Tensor | None:
    """The tensor that a value is or stands for; None for values outside a graph."""
    if isinstance(value, Tensor):
        return value
    return value.value() if isinstance(value, Variable) and hasattr(value, "_snapshot") else None


def shape_of(value: Any) -> Shape:
    """The static shape of a value; None when it has none."""
    if isinstance(value, Tensor):
        return value._shape
    if isinstance(value, Variable):
        dims = value.shape.dims
        return None if dims is None else tuple(d.value for d in dims)
    if isinstance(value, np.ndarray | np.generic):
        return tuple(value.shape)
    if isinstance(value, bool | int | float | complex | str | bytes):
        return ()
    if isinstance(value, list | tuple):
        return _list_shape(value)
    return None


def _list_shape(items: list[Any] | tuple[Any, ...]) -> Shape:
    if not items:
        return (0,)
    inner = [shape_of(item) for item in items[:1000]]
    first = inner[0]
    return (len(items), *first) if first is not None and inner.count(first) == len(inner) else None


def dtype_of(value: Any) -> str:
    """The name of a value's dtype as a graph would have it; "" when it has none."""
    if isinstance(value, Tensor | Variable):
        return value.dtype.base_dtype.name
    if value is UNKNOWN or value is None or callable(value):
        return ""
    if isinstance(value, list | tuple):
        names = {dtype_of(item) for item in value[:1000]}
        return names.pop() if len(names) == 1 else _array_dtype(value)
    return _array_dtype(value)


def _array_dtype(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int32" if -(2**31) <= value < 2**31 else "int64"
    if isinstance(value, float):
        return "float32"
    if isinstance(value, str | bytes):
        return "string"
    array = value if isinstance(value, np.ndarray | np.generic) else None
    if array is None and isinstance(value, list | tuple):
        try:
            array = np.asarray(value)
        except ValueError:  # rows of different lengths
            return ""
    try:
        return "" if array is None else dtypes.as_dtype(array.dtype).name
    except TypeError:
        return ""


def short_text(value: Any) -> str | None:
    """A Python value on one line, cut when it is long; None for tensors and large arrays."""
    is_large = isinstance(value, np.ndarray) and value.size > 12
    if is_tensor_like(value) or value is UNKNOWN or is_large:
        return None
    text = " ".join(reprlib.repr(value).split())  # never the whole of a long list
    return text if len(text) <= _LONG else text[: _LONG - 3] + "..."


def source_of_tensor(tensor: Tensor) -> Tensor:
    """The tensor behind reads, casts and identities."""
    while tensor.op.type in PASSING and tensor.op._inputs:
        tensor = tensor.op._inputs[0]
    return tensor


def ancestors(tensor: Tensor, most: int = 400) -> Iterator[Tensor]:
    """The tensor and those it was made from, nearest first."""
    waiting, seen = [tensor], {id(tensor)}
    while waiting and len(seen) < most:
        tensor = waiting.pop(0)
        yield tensor
        for source in tensor.op._inputs:
            if id(source) not in seen:
                seen.add(id(source))
                waiting.append(source)


def is_variable(tensor: Tensor | None) -> bool:
    """True when the tensor is a variable's value."""
    if tensor is None:
        return False
    return source_of_tensor(tensor).op.type in VARIABLES
