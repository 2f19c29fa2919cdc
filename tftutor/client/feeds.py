"""Feeds: checking and converting the values of a feed_dict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tftutor.framework.constant_array import constant_array
from tftutor.framework.late_notes import explained
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_merge import shape_text
from tftutor.ops.session_ops import TensorHandle

_expanders: list[tuple[type, Callable[[Any, Any], list[tuple[Any, Any]]]]] = []


def register_feed_expander(kind: type, expand: Callable[[Any, Any], list[tuple[Any, Any]]]) -> None:
    """Say how a composite key (IndexedSlices, SparseTensor) is fed: (tensor, value) pairs."""
    _expanders.append((kind, expand))


def feed_pairs(graph: Any, feed_dict: Any) -> list[tuple[Tensor, Any]]:
    """The (tensor, value) pairs of a feed_dict; a later pair for the same tensor wins.

    Raises: TypeError for a key that is no tensor; ValueError for a tensor that may not be fed and
    for nested keys that their values don't match.
    """
    if not isinstance(feed_dict, Mapping):
        raise TypeError("input must be a dictionary")
    pairs: dict[Tensor, Any] = {}
    for key, value in _flattened(feed_dict).items():
        for subkey, subvalue in _expand(key, value):
            pairs[feed_tensor(graph, subkey)] = subvalue
    return list(pairs.items())


def _flattened(feed_dict: Mapping[Any, Any]) -> dict[Any, Any]:
    """The items of a feed_dict, with keys that are tuples of keys taken apart."""
    flat: dict[Any, Any] = {}
    for key, value in feed_dict.items():
        if not isinstance(key, tuple):
            keys, values = [key], [value]
        else:
            keys, values = _leaves(key), _leaves(value)
            if len(keys) != len(values):
                raise ValueError(
                    f"Could not flatten dictionary. Key had {len(keys)} elements, but value had "
                    f"{len(values)} elements. Key: {keys}, value: {values}.")
        for each, item in zip(keys, values, strict=True):
            if each in flat:
                raise ValueError(f"Could not flatten dictionary: key {each} is not unique.")
            flat[each] = item
    return flat


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def _expand(key: Any, value: Any) -> list[tuple[Any, Any]]:
    for base, expand in _expanders:
        if isinstance(key, base):
            return expand(key, value)
    return [(key, value)]


def feed_tensor(graph: Any, key: Any) -> Tensor:
    """The tensor that a feed_dict key stands for."""
    try:
        tensor = graph.as_graph_element(key, allow_tensor=True, allow_operation=False)
    except Exception as error:  # noqa: BLE001 - TF reports any failure this way
        text = error.args[0] if error.args else error
        raise TypeError(f"Cannot interpret feed_dict key as Tensor: {text}") from None
    if not graph.is_feedable(tensor):
        raise ValueError(f"Tensor {tensor} may not be fed.")
    return tensor


def feed_value(tensor: Tensor, value: Any) -> Any:
    """Convert a fed value to an array (or NumPy scalar) of the tensor's dtype.

    A TensorHandle is left to the session, which has the tensor.
    Raises: TypeError for Tensors and values of the wrong kind, ValueError for a wrong shape.
    """
    dtype = tensor.dtype.base_dtype
    if type(value) is np.ndarray and value.dtype == dtype.as_numpy_dtype and value.dtype != object:
        array = value
    elif type(value) is TensorHandle:
        return value
    else:
        try:
            array = _converted(tensor, value, dtype)
        except (TypeError, ValueError) as error:
            explained(error)
            raise
    static = tensor._shape
    if static is not None:
        shape = array.shape
        if shape != static and not _fits(shape, static):
            raise explained(ValueError(
                f"Cannot feed value of shape {shape} for Tensor {tensor.name!r}, which has shape "
                f"'{shape_text(static)}'"))
    return array if array.ndim else array[()]


def _fits(shape: tuple[int, ...], static: tuple[int | None, ...]) -> bool:
    return len(shape) == len(static) and all(s is None or d == s
                                             for d, s in zip(shape, static, strict=True))


def _converted(tensor: Tensor, value: Any, dtype: Any) -> np.ndarray:
    if isinstance(value, Tensor) or hasattr(value, "_as_graph_element"):
        raise TypeError("The value of a feed cannot be a tf.Tensor object. Acceptable feed values "
                        "include Python scalars, strings, lists, numpy ndarrays, or TensorHandles. "
                        f"For reference, the tensor object was {value} which was passed to the "
                        f"feed with key {tensor}.")
    if dtype.name == "string":
        if isinstance(value, int):
            raise _unfit_integer(value, object)
        return constant_array(value, dtype)
    numpy_dtype = dtype.as_numpy_dtype
    if isinstance(value, int) and not isinstance(value, bool):
        if not np.array_equal(np.asarray(value).astype(numpy_dtype), value):
            raise _unfit_integer(value, numpy_dtype)
    try:
        return np.asarray(value, dtype=numpy_dtype)
    except OverflowError:  # a list of integers too large for the dtype: NumPy 1 wrapped them
        return np.asarray(value).astype(numpy_dtype)
    except NotImplementedError:  # a list that holds Tensors
        raise ValueError("setting an array element with a sequence.") from None


def _unfit_integer(value: int, numpy_dtype: Any) -> TypeError:
    return TypeError(f"Type of feed value {value} with type {type(value)} is not compatible with "
                     f"Tensor type {numpy_dtype}. Try explicitly setting the type of the feed "
                     "tensor to a larger type (e.g. int64).")


def fed_and_fetched(tensor: Tensor, value: Any) -> np.ndarray:
    """What a run gives for a tensor that is fed and fetched: the feed itself, as an array."""
    if type(value) is TensorHandle:
        return value.eval()  # type: ignore[no-any-return]
    return np.array(value, dtype=tensor.dtype.base_dtype.as_numpy_dtype)
