"""TensorArray nodes: an array of tensors that lives for one step, written item by item.

The handle is a `ArrayCell`; the scalar `flow` holds nothing: it is passed from write to read so
that they run in the right order. The gradient of a TensorArray is another TensorArray, made at
the first `TensorArrayGradV3` with a given `source`, whose writes add up.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.array_library import library_dtype
from tftutor.framework.op_def import OpDef
from tftutor.framework.shape_inference import no_outputs, unknown_shape
from tftutor.framework.shape_merge import Shape, is_fully_defined, merge_shapes, shape_text

_HANDLE = "handle: resource"
_FLOW_IN = "flow_in: float"
_FLOW_OUT = "flow_out: float"

TensorArrayV3 = OpDef(
    "TensorArrayV3", inputs=("size: int32",), outputs=(_HANDLE, "flow: float"),
    attrs=("dtype: type", "element_shape: shape = unknown", "dynamic_size: bool = false",
           "clear_after_read: bool = true", "identical_element_shapes: bool = false",
           "tensor_array_name: string = ''"), stateful=True, doc="Makes an array of tensors.")
TensorArrayGradV3 = OpDef(
    "TensorArrayGradV3", inputs=(_HANDLE, _FLOW_IN), outputs=("grad_handle: resource", _FLOW_OUT),
    attrs=("source: string",), stateful=True, doc="The array of gradients of an array.")
TensorArrayGradWithShape = OpDef(
    "TensorArrayGradWithShape", inputs=(_HANDLE, _FLOW_IN, "shape_to_prepend: int32"),
    outputs=("grad_handle: resource", _FLOW_OUT), attrs=("source: string",), stateful=True,
    doc="The array of gradients of an array, with dimensions in front of each element.")
TensorArrayWriteV3 = OpDef(
    "TensorArrayWriteV3", inputs=(_HANDLE, "index: int32", "value: T", _FLOW_IN),
    outputs=(_FLOW_OUT,), attrs=("T: type",), stateful=True, doc="Writes one element.")
TensorArrayReadV3 = OpDef(
    "TensorArrayReadV3", inputs=(_HANDLE, "index: int32", _FLOW_IN), outputs=("value: dtype",),
    attrs=("dtype: type",), stateful=True, doc="Reads one element.")
TensorArrayGatherV3 = OpDef(
    "TensorArrayGatherV3", inputs=(_HANDLE, "indices: int32", _FLOW_IN),
    outputs=("value: dtype",), attrs=("dtype: type", "element_shape: shape = unknown"),
    stateful=True, doc="Stacks some elements.")
TensorArrayScatterV3 = OpDef(
    "TensorArrayScatterV3", inputs=(_HANDLE, "indices: int32", "value: T", _FLOW_IN),
    outputs=(_FLOW_OUT,), attrs=("T: type",), stateful=True,
    doc="Writes the rows of a tensor as elements.")
TensorArrayConcatV3 = OpDef(
    "TensorArrayConcatV3", inputs=(_HANDLE, _FLOW_IN), outputs=("value: dtype", "lengths: int64"),
    attrs=("dtype: type", "element_shape_except0: shape = unknown"), stateful=True,
    doc="Joins all elements along their first dimension.")
TensorArraySplitV3 = OpDef(
    "TensorArraySplitV3", inputs=(_HANDLE, "value: T", "lengths: int64", _FLOW_IN),
    outputs=(_FLOW_OUT,), attrs=("T: type",), stateful=True,
    doc="Writes parts of a tensor as elements.")
TensorArraySizeV3 = OpDef(
    "TensorArraySizeV3", inputs=(_HANDLE, _FLOW_IN), outputs=("size: int32",), stateful=True,
    doc="The number of elements.")
TensorArrayCloseV3 = OpDef("TensorArrayCloseV3", inputs=(_HANDLE,), stateful=True,
                           doc="Forgets the elements.")


# -- static shapes ------------------------------------------------------------------------------

@TensorArrayV3.shape
def tensor_array_shape(c: Any) -> None:
    c.with_rank(c.input(0), 0)
    c.set_outputs((2,), ())


@TensorArrayGradV3.shape
def tensor_array_grad_shape(c: Any) -> None:
    c.set_outputs((2,), ())


TensorArrayGradWithShape.shape(tensor_array_grad_shape)


@TensorArrayWriteV3.shape
def tensor_array_write_shape(c: Any) -> None:
    c.set_output(0, ())


@TensorArraySizeV3.shape
def tensor_array_size_shape(c: Any) -> None:
    c.set_output(0, ())


@TensorArrayConcatV3.shape
def tensor_array_concat_shape(c: Any) -> None:
    c.set_outputs(None, (None,))


@TensorArrayGatherV3.shape
def tensor_array_gather_shape(c: Any) -> None:
    indices = c.with_rank(c.input(1), 1)
    element = c.attr("element_shape")
    c.set_output(0, None if element is None else (indices[0], *element))


TensorArrayScatterV3.shape(tensor_array_write_shape)
TensorArraySplitV3.shape(tensor_array_write_shape)
TensorArrayReadV3.shape(unknown_shape)
TensorArrayCloseV3.shape(no_outputs)
for _op_def in (TensorArrayV3, TensorArrayGradV3, TensorArrayGradWithShape, TensorArraySizeV3,
                TensorArrayCloseV3):
    _op_def.not_differentiable("gradients flow through what is written and read")


# -- the array ----------------------------------------------------------------------------------

_serial = itertools.count()
_UNWRITTEN = object()
_CLEARED = object()


def _invalid(text: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, text)


class ArrayCell:
    """What a handle stands for: the elements and what is known of their shapes."""

    __slots__ = ("name", "dtype", "element_shape", "dynamic", "clears", "adds", "items", "shapes",
                 "grads", "xp")

    def __init__(self, name: str, dtype: Any, element_shape: Shape, size: int, *,
                 dynamic: bool = False, clears: bool = True, adds: bool = False, xp: Any = np
                 ) -> None:
        self.name = name
        self.dtype = dtype
        self.element_shape = element_shape
        self.dynamic = dynamic
        self.clears = clears  # an element may be read once
        self.adds = adds  # a second write adds to the first
        self.items: list[Any] = [_UNWRITTEN] * size
        self.shapes: list[Any] = [None] * size  # of elements that were read and cleared
        self.grads: dict[Any, ArrayCell] = {}
        self.xp = xp  # of the library of its elements

    def write(self, index: int, value: Any) -> None:
        """Set an element; in an array of gradients, add to it."""
        items = self.items
        if not 0 <= index < len(items):
            self._grow(index)
        old = items[index]
        if old is not _UNWRITTEN:
            value = self._rewritten(index, old, value)
        items[index] = value

    def _grow(self, index: int) -> None:
        if index < 0 or not self.dynamic:
            kind = "but array is not resizeable and size is: "
            raise _invalid(f"TensorArray {self.name}: Tried to write to index {index} "
                           f"{kind}{len(self.items)}")
        extra = index + 1 - len(self.items)
        self.items.extend([_UNWRITTEN] * extra)
        self.shapes.extend([None] * extra)

    def _rewritten(self, index: int, old: Any, value: Any) -> Any:
        place = f"TensorArray {self.name}: Could not write to TensorArray index {index} because "
        if old is _CLEARED:
            raise _invalid(f"{place}it has already been read.")
        if not self.adds:
            raise _invalid(f"{place}it has already been written to.")
        if np.shape(old) != np.shape(value):
            raise _invalid(f"{place}the shapes of the gradients differ: {np.shape(old)} vs. "
                           f"{np.shape(value)}")
        return old + value

    def read(self, index: int) -> Any:
        """Get an element; zeros when it was never written and its shape is known."""
        items = self.items
        if not 0 <= index < len(items):
            raise _invalid(f"Tried to read from index {index} but array size is: {len(items)}")
        value = items[index]
        if value is _CLEARED:
            raise _invalid(f"TensorArray {self.name}: Could not read index {index} twice because "
                           "it was cleared after a previous read (perhaps try setting "
                           "clear_after_read = false?).")
        if value is _UNWRITTEN:
            value = self._zeros(index)
        if self.clears:
            self.shapes[index] = np.shape(value)
            items[index] = _CLEARED
        return value

    def shape_of(self, index: int) -> Any:
        """Shape of what was written at `index`, or None."""
        item = self.items[index]
        return self.shapes[index] if item is _CLEARED or item is _UNWRITTEN else np.shape(item)

    def _zeros(self, index: int) -> Any:
        shape = self.shapes[index]
        if shape is None:
            shape = self.element_shape
            if not is_fully_defined(shape):
                shapes = (self.shape_of(i) for i in range(len(self.items)))
                known = next((s for s in shapes if s is not None), None)
                if known is None:
                    raise _invalid(
                        f"TensorArray {self.name}: Could not read from TensorArray index {index}."
                        "  Furthermore, the element shape is not fully defined: "
                        f"{shape_text(shape)}.  It is possible you are working with a resizeable "
                        "TensorArray and stop_gradients is not allowing the gradients to be "
                        "written.  If you set the full element_shape property on the forward "
                        "TensorArray, the proper all-zeros tensor will be returned instead of "
                        "incurring this error.")
                shape = known
        return self.zeros(shape)

    def zeros(self, shape: Any) -> Any:
        """A zero element of a shape."""
        if self.xp is np:
            return np.zeros(shape, self.dtype.as_numpy_dtype)[()]
        return self.xp.zeros(tuple(shape), dtype=library_dtype(self.xp, self.dtype))

    def gradient(self, source: Any, prefix: tuple[int, ...] = ()) -> ArrayCell:
        """The array of gradients of this one for one `tf.gradients` call."""
        found = self.grads.get(source)
        if found is None:
            self.dynamic = False
            shape = None if self.element_shape is None else (*prefix, *self.element_shape)
            found = self.grads[source] = ArrayCell(f"{self.name}@{_text(source)}", self.dtype,
                                                   shape, len(self.items), adds=True, xp=self.xp)
            shapes = [self.shape_of(index) for index in range(len(self.items))]
            found.shapes = [None if s is None else (*prefix, *s) for s in shapes]
        return found


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


# -- kernels ------------------------------------------------------------------------------------

@TensorArrayV3.kernel()
def tensor_array_kernel(size, *, ctx, dtype, element_shape, dynamic_size, clear_after_read,
                        tensor_array_name, xp):
    name = f"{_text(tensor_array_name) or ctx.op.name}_{next(_serial)}"
    cell = ArrayCell(name, dtype, element_shape, int(size), dynamic=dynamic_size,
                     clears=clear_after_read, xp=xp)
    return cell, np.float32(0) if xp is np else xp.zeros((), dtype=xp.float32)


@TensorArrayGradV3.kernel()
def tensor_array_grad_kernel(handle, flow_in, *, source):
    return handle.gradient(source), flow_in


@TensorArrayGradWithShape.kernel()
def tensor_array_grad_with_shape_kernel(handle, flow_in, shape_to_prepend, *, source):
    return handle.gradient(source, tuple(int(d) for d in shape_to_prepend)), flow_in


@TensorArrayWriteV3.kernel()
def tensor_array_write_kernel(handle, index, value, flow_in, *, T):  # noqa: N803 - TF's attr
    if T is not handle.dtype:
        raise _invalid(f"TensorArray dtype is {_type_text(handle.dtype)} but Op is trying to write "
                       f"dtype {_type_text(T)}.")
    index = int(index)
    items = handle.items
    if 0 <= index < len(items) and items[index] is _UNWRITTEN:  # what loops do: keep it short
        items[index] = value
    else:
        handle.write(index, value)
    return flow_in


def _type_text(dtype: Any) -> str:
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)


@TensorArrayReadV3.kernel()
def tensor_array_read_kernel(handle, index, flow_in):
    return handle.read(int(index))


@TensorArrayGatherV3.kernel()
def tensor_array_gather_kernel(handle, indices, flow_in, *, element_shape):
    if not len(indices):
        shape = merge_shapes(element_shape, handle.element_shape)
        if not is_fully_defined(shape):
            raise errors.UnimplementedError(
                None, None, f"TensorArray has size zero, but element shape {shape_text(shape)} is "
                "not fully defined. Currently only static shapes are supported when packing "
                "zero-size TensorArrays.")
        return handle.zeros((0, *(shape or ())))
    values = [handle.read(int(index)) for index in indices]
    first = np.shape(values[0])
    for index, value in enumerate(values):
        if np.shape(value) != first:
            raise _invalid("TensorArray has inconsistent shapes.  Index 0 has shape: "
                           f"{_dims(first)} but index {index} has shape: {_dims(np.shape(value))}")
    if handle.xp is not np:
        return handle.xp.stack(values)
    result = np.empty((len(values), *first), handle.dtype.as_numpy_dtype)
    for index, value in enumerate(values):
        result[index] = value
    return result


def _dims(shape: Any) -> str:
    return "[" + ",".join(str(d) for d in shape) + "]"


@TensorArrayScatterV3.kernel()
def tensor_array_scatter_kernel(handle, indices, value, flow_in):
    if len(indices):
        largest = int(np.max(indices))
        if not handle.dynamic and largest >= len(handle.items):
            raise _invalid(f"Max scatter index must be < array size ({largest} vs. "
                           f"{len(handle.items)})")
    gives_scalars = handle.xp is np
    for position, index in enumerate(indices):
        handle.write(int(index), value[position] if gives_scalars else value[position, ...])
    return flow_in


@TensorArrayConcatV3.kernel()
def tensor_array_concat_kernel(handle, flow_in, *, element_shape_except0):
    values = [handle.read(index) for index in range(len(handle.items))]
    for index, value in enumerate(values):
        if np.ndim(value) == 0:
            raise _invalid(f"Concat saw a scalar shape at index {index} but requires at least "
                           "vectors.  Did you mean to call pack?")
        if value.shape[1:] != values[0].shape[1:]:
            raise _invalid("TensorArray has inconsistent shapes.  Index 0 has (excepting dimension "
                           f"0) shape: {_dims(values[0].shape[1:])} but index {index} has "
                           f"(excepting dimension 0) shape: {_dims(value.shape[1:])}")
    if not values:
        shape = element_shape_except0
        if not is_fully_defined(shape):
            raise errors.UnimplementedError(
                None, None, "TensorArray has size zero, but element_shape_except0 "
                f"{shape_text(shape)} is not fully defined. Currently only static shapes are "
                "supported when concatenating zero-size TensorArrays.")
        return handle.zeros((0, *shape)), np.zeros(0, np.int64)
    return handle.xp.concat(values), np.array([v.shape[0] for v in values], np.int64)


@TensorArraySplitV3.kernel()
def tensor_array_split_kernel(handle, value, lengths, flow_in):
    total = int(np.sum(lengths))
    if total != value.shape[0]:
        raise _invalid("Expected sum of lengths to be equal to values.shape[0], but sum of lengths "
                       f"is {total} and value's shape is: {_dims(value.shape)}")
    if len(lengths) != len(handle.items) and not handle.dynamic:
        raise _invalid("TensorArray's size is not equal to the size of lengths "
                       f"({len(handle.items)} vs. {len(lengths)}), and the TensorArray is not "
                       "marked as dynamically resizeable")
    start = 0
    for index, length in enumerate(lengths):
        handle.write(index, value[start:start + int(length), ...])
        start += int(length)
    return flow_in


@TensorArraySizeV3.kernel()
def tensor_array_size_kernel(handle, flow_in):
    return np.int32(len(handle.items))


@TensorArrayCloseV3.kernel()
def tensor_array_close_kernel(handle):
    handle.items.clear()
    handle.grads.clear()
