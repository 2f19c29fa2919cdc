"""From Python values to the NumPy array of a constant, with TF 1.15's dtype rules and errors.

Python floats become float32 and ints int32 unless a dtype is asked for; a list must be dense; a
value of another kind than the dtype asked for is refused, never cast silently.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterator
from typing import Any

import numpy as np

from tftutor.framework import dtypes
from tftutor.framework.operation import Tensor
from tftutor.framework.tensor_shape import Dimension, TensorShape

_INTS = (int, np.integer, Dimension)
_REALS = (numbers.Real, np.integer, np.floating)
_COMPLEX = (numbers.Complex, np.number)
_STRINGS = (bytes, str)
_BOOLS = (bool,)


def _accepted(dtype: dtypes.DType) -> tuple[type, ...] | None:
    if dtype.is_bool:
        return _BOOLS
    if dtype == dtypes.string:
        return _STRINGS
    if dtype.is_complex:
        return _COMPLEX
    if dtype.is_floating:
        return _REALS
    if dtype.is_integer or dtype.is_quantized:
        return _INTS
    return None


def _leaves(values: Any) -> Iterator[Any]:
    if isinstance(values, list | tuple):
        for item in values:
            yield from _leaves(item)
    elif isinstance(values, np.ndarray):
        yield from values.reshape(-1)
    else:
        yield values


def check_kind(values: Any, dtype: dtypes.DType | None) -> None:
    """Raise TF's TypeError when a leaf of `values` is not of the kind that `dtype` wants."""
    if dtype is None:
        if any(isinstance(leaf, Tensor) for leaf in _leaves(values)):
            raise TypeError("List of Tensors when single Tensor expected")
        return
    accepted = _accepted(dtype)
    for leaf in _leaves(values):
        if accepted is not None and not isinstance(leaf, accepted):
            raise TypeError(f"Expected {dtype.name}, got {leaf!r} of type '{type(leaf).__name__}' "
                            "instead.")


def _dense_dimensions(values: Any) -> list[int]:
    """The shape `values` would have if it were dense, read along its first items."""
    if isinstance(values, np.ndarray | np.generic):
        return list(values.shape)
    if isinstance(values, list | tuple):
        if not values:
            return [0]
        return [len(values), *_dense_dimensions(values[0])]
    return []


def _string_array(values: Any) -> np.ndarray:
    shape = _dense_dimensions(values)
    out = np.empty(shape, dtype=object)
    flat = out.reshape(-1)
    leaves = list(_leaves(values))
    if len(leaves) != flat.size:
        raise _not_dense(values, shape)
    for position, leaf in enumerate(leaves):
        if isinstance(leaf, str):
            flat[position] = leaf.encode()
        elif isinstance(leaf, bytes):
            flat[position] = bytes(leaf)
        else:
            raise TypeError(f"Failed to convert object of type {type(values)} to Tensor. Contents: "
                            f"{values}. Consider casting elements to a supported type.")
    return out


def _not_dense(values: Any, got: list[int]) -> ValueError:
    return ValueError(f"Argument must be a dense tensor: {values} - got shape {got}, but wanted "
                      f"{_dense_dimensions(values)}.")


def _ragged_shape(values: Any) -> list[int]:
    """The shape of the array of lists that older NumPy made of a ragged list."""
    shape: list[int] = []
    level = [values]
    while all(isinstance(item, list | tuple) for item in level) and level:
        lengths = {len(item) for item in level}
        if len(lengths) != 1:
            break
        shape.append(lengths.pop())
        level = [child for item in level for child in item]
    return shape


def _is_array_like(values: Any) -> bool:
    if isinstance(values, Tensor | str | bytes | list | tuple):
        return False
    return callable(getattr(values, "__array__", None)) or isinstance(
        values, memoryview | bytearray)


def constant_array(values: Any, dtype: Any = None, shape: Any = None,
                   verify_shape: bool = False) -> np.ndarray:
    """Return the array a constant made of `values` holds.

    Args:
      values: Python scalar, nested list, NumPy array or scalar.
      dtype: DType to make, or None to follow the values.
      shape: shape to fill; a value with fewer elements is padded with its last element.
      verify_shape: demand that the values have exactly `shape`.

    Raises: TypeError for values of the wrong kind, ValueError for None, ragged lists and too many
    elements.
    """
    if dtype is not None:
        dtype = dtypes.as_dtype(dtype).base_dtype
    if _is_array_like(values):
        values = np.asarray(values)
    if isinstance(values, np.ndarray | np.generic):
        array = _from_numpy(values, dtype)
    else:
        array = _from_python(values, dtype, shape)
    if dtype is not None and dtypes.as_dtype(array.dtype) != dtype and not dtype.is_quantized:
        raise TypeError(f"Incompatible types: {dtype} vs. {array.dtype}. Value is {values}")
    if shape is None:
        return array
    return _fill_shape(array, shape, verify_shape)


def _from_numpy(values: Any, dtype: dtypes.DType | None) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind in "SUO" and (dtype is None or dtype == dtypes.string):
        if not array.size:
            return np.empty(array.shape, object)
        return _string_array(array.tolist() if array.ndim else array.item())
    if dtype is not None:
        return array.astype(dtype.as_numpy_dtype)
    return array.copy() if isinstance(values, np.ndarray) else array


def _from_python(values: Any, dtype: dtypes.DType | None, shape: Any) -> np.ndarray:
    if values is None:
        raise ValueError("None values not supported.")
    if shape is not None and 0 in shape:
        return np.empty(shape, dtype=np.float32 if dtype is None else dtype.as_numpy_dtype)
    if type(values) is float and (dtype is None or dtype is dtypes.float32):
        return np.array(values, np.float32)
    check_kind(values, dtype)
    if isinstance(values, TensorShape):
        values = values.as_list()
    leaf = next(_leaves(values), None)
    if isinstance(leaf, str | bytes) or dtype == dtypes.string:
        return _string_array(values)
    try:
        array = np.array(values, dtype=None if dtype is None else dtype.as_numpy_dtype)
    except ValueError as error:
        if "inhomogeneous" in str(error) or "sequence" in str(error):
            raise _not_dense(values, _ragged_shape(values)) from None
        raise
    except OverflowError:
        array = np.array(values).astype(dtype.as_numpy_dtype)  # type: ignore[union-attr]
    if array.dtype.kind in "OUS":
        return _string_array(values)
    if dtype is None:
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        elif array.dtype == np.int64:
            narrow = array.astype(np.int32)
            array = narrow if np.array_equal(narrow, array) else array
    return array


def _fill_shape(array: np.ndarray, shape: Any, verify_shape: bool) -> np.ndarray:
    wanted = tuple(int(d) for d in shape)
    if array.shape == wanted:
        return array
    if verify_shape:
        raise TypeError(f"Expected Tensor's shape: {wanted}, got {array.shape}.")
    size = int(np.prod(wanted, dtype=np.int64))
    if array.size > size:
        raise ValueError(f"Too many elements provided. Needed at most {size}, but received "
                         f"{array.size}")
    if array.size == size:
        return array.reshape(wanted)
    out = np.empty(size, dtype=array.dtype)
    out[:array.size] = array.reshape(-1)
    out[array.size:] = array.reshape(-1)[-1] if array.size else 0
    return out.reshape(wanted)
