"""`convert_to_tensor` and the registry of conversion functions behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.late_notes import explained
from tftutor.framework.operation import Tensor

ConversionFn = Callable[..., Any]

_functions: dict[int, list[tuple[type | tuple[type, ...], ConversionFn]]] = {}
_cache: dict[type, list[tuple[Any, ConversionFn]]] = {}


@tf_export("register_tensor_conversion_function")
def register_tensor_conversion_function(base_type: Any, conversion_func: ConversionFn,
                                        priority: int = 100) -> None:
    """Register how values of `base_type` become tensors; lower priorities are tried first.

    `conversion_func(value, dtype=None, name=None, as_ref=False)` returns a Tensor or
    NotImplemented.

    Source: TF 1.15 docs, tf.register_tensor_conversion_function.
    """
    types = base_type if isinstance(base_type, tuple) else (base_type,)
    if not all(isinstance(t, type) for t in types):
        raise TypeError("base_type must be a type or a tuple of types.")
    if not callable(conversion_func):
        raise TypeError("conversion_func must be callable.")
    _functions.setdefault(priority, []).append((base_type, conversion_func))
    _cache.clear()


def _functions_for(kind: type) -> list[tuple[Any, ConversionFn]]:
    found = _cache.get(kind)
    if found is None:
        found = _cache[kind] = [
            (base, fn) for priority in sorted(_functions) for base, fn in _functions[priority]
            if issubclass(kind, base)]
    return found


def _prefix(name: str | None) -> str:
    return "" if name is None else f"{name}: "


def convert(value: Any, dtype: Any = None, name: str | None = None, as_ref: bool = False,
            preferred_dtype: Any = None) -> Tensor:
    """Return `value` as a Tensor of the current graph; the work behind `tf.convert_to_tensor`."""
    if isinstance(value, Tensor):
        if dtype is not None:
            dtype = dtypes.as_dtype(dtype)
            if dtype is not value.dtype and not dtype.is_compatible_with(value.dtype):
                raise explained(ValueError(
                    f"Tensor conversion requested dtype {dtype.name} for Tensor with "
                    f"dtype {value.dtype.name}: {value!r}"))
        return value
    if dtype is not None:
        dtype = dtypes.as_dtype(dtype)
    for base, function in _functions_for(type(value)):
        result = _call(function, value, dtype, name, as_ref, preferred_dtype)
        if result is NotImplemented:
            continue
        if not isinstance(result, Tensor):
            raise RuntimeError(f"{_prefix(name)}Conversion function {function!r} for type {base} "
                               f"returned non-Tensor: {result!r}")
        if dtype is not None and not dtype.is_compatible_with(result.dtype):
            raise RuntimeError(f"{_prefix(name)}Conversion function {function!r} for type {base} "
                               f"returned incompatible dtype: requested = {dtype.name}, actual = "
                               f"{result.dtype.name}")
        return result
    raise explained(TypeError(
        f"{_prefix(name)}Cannot convert {value!r} with type {type(value)} to Tensor: "
        "no conversion function registered."))


def _call(function: ConversionFn, value: Any, dtype: Any, name: str | None, as_ref: bool,
          preferred: Any) -> Any:
    if dtype is None and preferred is not None:
        try:
            result = function(value, dtype=preferred, name=name, as_ref=as_ref)
        except (TypeError, ValueError):
            result = None  # the preferred dtype is a wish: try again without it
        if result is not None:
            return result
    return function(value, dtype=dtype, name=name, as_ref=as_ref)


@tf_export("convert_to_tensor")
def convert_to_tensor(value: Any, dtype: Any = None, name: str | None = None,
                      preferred_dtype: Any = None, dtype_hint: Any = None) -> Tensor:
    """Return `value` (Tensor, Variable, NumPy array, Python number, nested list) as a Tensor.

    Args:
      dtype: the dtype wanted; a Tensor of another dtype is refused.
      preferred_dtype, dtype_hint: a dtype to use when the value allows it.

    Raises: TypeError when no conversion exists, ValueError when a Tensor has another dtype or both
    spellings of the preferred dtype are given.
    Source: TF 1.15 docs, tf.convert_to_tensor.
    """
    if dtype_hint is not None and preferred_dtype is not None:
        raise ValueError("Cannot specify both 'preferred_dtype' and 'dtype_hint'")
    preferred = dtype_hint if preferred_dtype is None else preferred_dtype
    if preferred is not None:
        preferred = dtypes.as_dtype(preferred)
    return convert(value, dtype=dtype, name=name, preferred_dtype=preferred)


def convert_n(values: Sequence[Any], dtype: Any = None, name: str | None = None,
              as_ref: bool = False, preferred_dtype: Any = None) -> list[Tensor]:
    """Convert each of `values`; item i of an input `name` gets the name `name_i`."""
    if not isinstance(values, Sequence):
        raise TypeError("values must be a sequence.")
    return [convert(value, dtype=dtype, name=None if name is None else f"{name}_{i}",
                    as_ref=as_ref, preferred_dtype=preferred_dtype)
            for i, value in enumerate(values)]
