"""Lists that hold tensors become tensors: `tf.reduce_mean([(t, t), (t, t)])`.

A list of tensors (nested to any depth, mixed with numbers) is packed level by level with Pack
nodes in a name scope `packed`, as TensorFlow does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor.framework.conversion import register_tensor_conversion_function
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import get_op_def
from tftutor.framework.operation import Tensor
from tftutor.ops.array_join import Pack
from tftutor.ops.constant import constant

_PLAIN = frozenset({int, float, complex, bool, bytes, str, np.ndarray, memoryview,
                    *(np.sctypeDict[k] for k in np.sctypeDict)})


def _is_dense_tensor_like(value: Any) -> bool:
    """True for tensors and for what stands for one (variables)."""
    return isinstance(value, Tensor) or hasattr(value, "_as_graph_element")


def _all_plain(values: Any) -> bool:
    for item in values:
        if type(item) in _PLAIN:
            continue
        if not isinstance(item, list | tuple) or not _all_plain(item):
            return False
    return True


def _first_dtype(values: Any) -> Any:
    for item in values:
        if _is_dense_tensor_like(item):
            return item.dtype.base_dtype
        if isinstance(item, list | tuple):
            found = _first_dtype(item)
            if found is not None:
                return found
    return None


def _cast_tensors(values: Any, dtype: Any) -> Any:
    """The same nest with every tensor cast to `dtype`."""
    if isinstance(values, list | tuple):
        return [_cast_tensors(item, dtype) for item in values]
    if _is_dense_tensor_like(values) and values.dtype.base_dtype != dtype:
        return get_op_def("Cast")(values, DstT=dtype)
    return values


def _packed(values: Any, dtype: Any, name: str) -> Any:
    """A Pack of `values` when a tensor is among them, else the list as it is."""
    must_pack = False
    items: list[Any] = []
    with name_scope(name) as scope:
        for position, item in enumerate(values):
            if _is_dense_tensor_like(item):
                if dtype is not None and item.dtype.base_dtype != dtype:
                    raise explained(TypeError(f"Cannot convert a list containing a tensor of dtype "
                                              f"{item.dtype} to {dtype} (Tensor is: {item!r})"))
                must_pack = True
            elif isinstance(item, list | tuple):
                item = _packed(item, dtype, str(position))
                must_pack = must_pack or _is_dense_tensor_like(item)
            items.append(item)
        if not must_pack:
            return items
        tensors = [item if _is_dense_tensor_like(item)
                   else constant(item, dtype=dtype, name=str(position))
                   for position, item in enumerate(items)]
        return Pack(tensors, name=scope)


def _convert_list(value: Any, dtype: Any = None, name: str | None = None,
                  as_ref: bool = False) -> Any:
    if as_ref or _all_plain(value):
        return NotImplemented
    inferred = _first_dtype(value)
    if inferred is None:
        return NotImplemented
    if dtype is None:
        dtype = inferred
    elif dtype != inferred:
        value = _cast_tensors(value, dtype)
    return _packed(value, dtype, name or "packed")


for _sequence in (list, tuple):
    register_tensor_conversion_function(_sequence, _convert_list, 99)

