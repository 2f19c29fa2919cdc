"""Arrays <-> bytes: little-endian, C order, without a copy on the way out.

A tensor is described by its dtype's name, its shape and its length in bytes; the bytes travel
apart. Strings travel as a table of lengths (uint32 each) followed by all the strings.
"""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

import numpy as np

from tftutor.backends.kept_buffers import empty_bytes
from tftutor.distributed.limits import Limits
from tftutor.distributed.protocol_errors import LocalProtocolError, RemoteProtocolError

STRING = "string"
DTYPES: dict[str, np.dtype[Any]] = {  # made from text, as others print themselves as "<f4"
    name: np.dtype(np.dtype(name).newbyteorder("<").str) for name in (
        "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
        "float16", "float32", "float64", "complex64", "complex128")}
_NAMES = {np.dtype(name): name for name in DTYPES}  # NumPy puts a name together each time
_LENGTH = np.dtype("<u4")
_TAKEN_OVER = 1 << 15  # bytes: smaller frames of ZeroMQ may share their memory with others
# TF has these too, but NumPy has no arithmetic for them; whoever needs one casts before sending.
REFUSED_DTYPES = frozenset({
    "bfloat16", "qint8", "quint8", "qint16", "quint16", "qint32", "resource", "variant"})


class TensorSpec(NamedTuple):
    """What a header says of a tensor, checked: `length` is the number of its bytes."""

    dtype: str
    shape: tuple[int, ...]
    length: int

    @property
    def elements(self) -> int:
        """The number of elements."""
        return prod(self.shape)


def dump_tensor(tensor: Any, index: int = 0) -> tuple[TensorSpec, memoryview]:
    """Describe an array and give its bytes.

    The bytes are a view of the array where it is contiguous and little-endian, so it must not
    change until they have been sent. `index` is for the message of an error.
    Raises: LocalProtocolError for a dtype or an element that cannot travel.
    """
    if not isinstance(tensor, (np.ndarray, np.generic)):
        raise LocalProtocolError(
            f"tensor {index} must be a NumPy array, but got {type(tensor).__name__}")
    array = np.asarray(tensor)
    if array.dtype.kind in "OSU":
        return _dump_strings(array, index)
    name = _NAMES.get(array.dtype) or array.dtype.name
    if name not in DTYPES:
        raise LocalProtocolError(f"tensor {index} has dtype {_plain_name(array.dtype)}, "
                                 f"which cannot be sent; {_sendable()}")
    flat = np.ascontiguousarray(array, DTYPES[name]).reshape(-1)
    view = flat.view(np.uint8).data if flat.size else memoryview(b"")
    return TensorSpec(name, array.shape, flat.nbytes), view


def _plain_name(dtype: np.dtype[Any]) -> str:
    """Return the dtype's name; NumPy's stand-ins for quantized numbers are records of one field."""
    return dtype.names[0] if dtype.names and len(dtype.names) == 1 else dtype.name


def _sendable() -> str:
    return f"it must be one of {', '.join(DTYPES)}, {STRING}"


def _dump_strings(array: np.ndarray, index: int) -> tuple[TensorSpec, memoryview]:
    strings = [_as_bytes(item, index) for item in array.reshape(-1).tolist()]
    try:
        lengths = np.array([len(item) for item in strings], _LENGTH)
    except OverflowError:
        raise LocalProtocolError(f"tensor {index} holds a string of 4 GiB or more") from None
    data = b"".join([lengths.tobytes(), *strings])
    return TensorSpec(STRING, array.shape, len(data)), memoryview(data)


def _as_bytes(item: Any, index: int) -> bytes:
    if isinstance(item, bytes):
        return item
    if isinstance(item, str):
        return item.encode("utf-8", "surrogateescape")
    raise LocalProtocolError(f"tensor {index} holds an object of type {type(item).__name__}; "
                             "only bytes and str can be sent")


def check_spec(dtype: Any, shape: Any, length: Any, limits: Limits) -> TensorSpec:
    """Return what the other side says of a tensor, once it makes sense.

    Nothing is allocated here, and nothing that passes allocates more than `message_bytes`.
    Raises: RemoteProtocolError.
    """
    if type(dtype) is not str or (dtype != STRING and dtype not in DTYPES):
        named = dtype if type(dtype) is str and dtype in REFUSED_DTYPES else "unknown"
        raise RemoteProtocolError(f"a tensor of dtype {named}: {_sendable()}")
    if type(shape) is not list or len(shape) > limits.dimensions:
        raise RemoteProtocolError(f"a shape must be a list of up to {limits.dimensions} integers")
    if type(length) is not int or not 0 <= length <= limits.message_bytes:
        raise RemoteProtocolError(
            f"a tensor's length must be from 0 to {limits.message_bytes} bytes")
    itemsize = _LENGTH.itemsize if dtype == STRING else DTYPES[dtype].itemsize
    size = itemsize
    for dim in shape:
        if type(dim) is not int or dim < 0:
            raise RemoteProtocolError("a dimension must be an integer and not negative")
        size *= dim or 1    # NumPy refuses [0, 2**62], though it is empty
        if size > limits.message_bytes:
            raise RemoteProtocolError(
                f"a tensor must not be longer than {limits.message_bytes} bytes")
    spec = TensorSpec(dtype, tuple(shape), length)
    needed = itemsize * spec.elements
    if length != needed and (dtype != STRING or length < needed):
        raise RemoteProtocolError(f"a tensor of dtype {dtype} and shape {shape} has {needed} "
                                  f"bytes, but its length is given as {length}")
    if dtype == STRING and spec.elements > limits.strings:
        raise RemoteProtocolError(f"a tensor must not have more than {limits.strings} strings")
    return spec


def new_buffer(spec: TensorSpec) -> tuple[np.ndarray, memoryview]:
    """Allocate the array that `spec` describes, and the bytes to fill it through.

    Raises: RemoteProtocolError when there is no memory for it; the connection ends, not the task.
    """
    try:
        flat = empty_bytes(spec.length)
        if spec.dtype != STRING:
            flat = flat.view(DTYPES[spec.dtype])
    except MemoryError:
        raise RemoteProtocolError(f"no memory for a tensor of {spec.length} bytes") from None
    view = flat.view(np.uint8).data if flat.size else memoryview(bytearray())
    return flat, view


def load_whole(spec: TensorSpec, source: memoryview) -> np.ndarray:
    """Return the tensor whose bytes are all here; like `load_tensor`.

    It is a copy of them, unless they are many and may be written: then nobody else has them.
    Raises: RemoteProtocolError for bytes that mean nothing as this dtype.
    """
    if spec.dtype == STRING or spec.dtype == "bool" or not spec.length:
        buffer, view = new_buffer(spec)
        view[:] = source
        return load_tensor(spec, buffer)
    array = np.frombuffer(source, DTYPES[spec.dtype]).reshape(spec.shape)
    is_ours = spec.length >= _TAKEN_OVER and not source.readonly and array.flags.aligned
    return array if is_ours else array.copy()


def load_tensor(spec: TensorSpec, buffer: np.ndarray) -> np.ndarray:
    """Return the tensor whose buffer, from `new_buffer`, has been filled.

    The result is writable, aligned and nobody else's; strings become an object array of bytes.
    Raises: RemoteProtocolError for bytes that mean nothing as this dtype.
    """
    if spec.dtype == STRING:
        return _load_strings(spec, buffer)
    if spec.dtype == "bool" and buffer.size and buffer.view(np.uint8).max() > 1:
        raise RemoteProtocolError("a bool must be 0 or 1")
    return buffer.reshape(spec.shape)


def _load_strings(spec: TensorSpec, buffer: np.ndarray) -> np.ndarray:
    table = spec.elements * _LENGTH.itemsize
    ends = buffer[:table].view(_LENGTH).cumsum(dtype=np.int64) + table
    if (int(ends[-1]) if spec.elements else 0) != spec.length:
        raise RemoteProtocolError("the lengths of a string tensor's elements do not add up")
    data = buffer.tobytes()
    strings = np.empty(spec.elements, object)
    start = table
    for index, end in enumerate(ends.tolist()):
        strings[index] = data[start:end]
        start = end
    return strings.reshape(spec.shape)
