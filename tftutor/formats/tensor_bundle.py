"""Tensor bundles: TensorFlow's V2 checkpoint format, `<prefix>.index` and `<prefix>.data-*`.

The index is a sorted table from tensor name to where its bytes are, with dtype, shape and CRC; the
data files hold raw little-endian arrays one after the other. Of a variable in parts the index has
an entry for the whole and one for each part. What is written here real TensorFlow
1.15 restores, and the reverse.
"""

from __future__ import annotations

import contextlib
import os
import struct
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.formats.bundle_protos import bundle_entry, bundle_header
from tftutor.formats.crc import crc32c, mask
from tftutor.formats.sorted_table import TableError, read_table, write_table
from tftutor.formats.tensor_slices import (
    TensorSlice,
    decode_slice,
    encode_slice,
    parse_spec,
    slice_key,
)
from tftutor.formats.varint import decode_varint, encode_varint
from tftutor.framework.shape_merge import brackets_text

_STRING = 7
# DataType numbers of types.proto and the NumPy type of each.
DATA_TYPES: dict[int, Any] = {
    1: np.float32, 2: np.float64, 3: np.int32, 4: np.uint8, 5: np.int16, 6: np.int8, 7: object,
    8: np.complex64, 9: np.int64, 10: np.bool_, 17: np.uint16, 18: np.complex128, 19: np.float16,
    22: np.uint32, 23: np.uint64}
_NUMBERS = {np.dtype(kind): number for number, kind in DATA_TYPES.items()}


def index_path(prefix: str) -> str:
    """The index file of a checkpoint."""
    return f"{prefix}.index"


def data_path(prefix: str, shard: int = 0, shards: int = 1) -> str:
    """One data file of a checkpoint."""
    return f"{prefix}.data-{shard:05d}-of-{shards:05d}"


def make_folder(folder: str) -> None:
    """Make the last directory of a path. Raises: OSError when the one above isn't there."""
    if folder:
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder)


def write_bundle(prefix: str, tensors: Mapping[str, Any],
                 parts: Sequence[tuple[str, str, Any]] = ()) -> None:
    """Write a checkpoint with these arrays (strings: object arrays of bytes).

    `parts` are (name of the whole, which part in the words of SaveV2, array).

    Both files are written under temporary names and renamed, the index last: a reader sees an old
    checkpoint or a whole new one. The directory is made, those above it are not.

    Raises: tf.errors.InvalidArgumentError for a dtype that can't be saved, OSError when the files
    can't be written.
    """
    make_folder(os.path.dirname(prefix))
    header = bundle_header()(num_shards=1)
    header.version.producer = 1
    items = [(b"", header.SerializeToString())]
    suffix = f".tempstate{os.getpid()}_{threading.get_ident()}"
    data_temporary = data_path(prefix) + suffix
    offset = 0
    with open(data_temporary, "wb") as file:
        for key, name, value in _keyed(tensors, parts):
            array = _array(value)
            raw, crc = _encode(name, array)
            file.write(raw)
            entry = _entry(name, array, array.shape)
            entry.offset, entry.size, entry.crc32c = offset, len(raw), mask(crc)
            items.append((key, entry.SerializeToString()))
            offset += len(raw)
    items += [(name.encode(), entry.SerializeToString()) for name, entry in _wholes(parts).items()]
    with open(index_path(prefix) + suffix, "wb") as file:
        file.write(write_table(sorted(items)))
    os.replace(data_temporary, data_path(prefix))
    os.replace(index_path(prefix) + suffix, index_path(prefix))


def _array(value: Any) -> np.ndarray:
    """A value as an array; NumPy's own arrays of bytes would lose zeros at the end of a text."""
    return np.asarray(value, dtype=object if isinstance(value, bytes) else None)


def _keyed(tensors: Mapping[str, Any], parts: Sequence[tuple[str, str, Any]]
           ) -> list[tuple[bytes, str, Any]]:
    """(key in the index, name, array) of all that has bytes, sorted."""
    whole = [(name.encode(), name, value) for name, value in tensors.items()]
    cut = [(slice_key(name, parse_spec(spec)[1]), name, value) for name, spec, value in parts]
    return sorted(whole + cut, key=lambda each: each[0])


def _wholes(parts: Sequence[tuple[str, str, Any]]) -> dict[str, Any]:
    """The entries of tensors that are saved in parts: they list the parts."""
    found: dict[str, Any] = {}
    for name, spec, value in parts:
        shape, part = parse_spec(spec)
        if name not in found:
            found[name] = _entry(name, _array(value), shape)
        found[name].slices.append(encode_slice(part))
    return found


def _entry(name: str, array: np.ndarray, shape: Sequence[int]) -> Any:
    entry = bundle_entry()(dtype=_type_number(name, array))
    entry.shape.SetInParent()
    for dim in shape:
        entry.shape.dim.add(size=dim)
    return entry


def _type_number(name: str, array: np.ndarray) -> int:
    number = _NUMBERS.get(array.dtype)
    if number is None:
        raise errors.InvalidArgumentError(None, None, f"Can't save {name}: no checkpoint format "
                                          f"for arrays of dtype {array.dtype}")
    return number


def _encode(name: str, array: np.ndarray) -> tuple[bytes, int]:
    """The bytes of an array in a data file, and their CRC."""
    if array.dtype != object:
        kind = array.dtype.newbyteorder("<")
        raw = np.ascontiguousarray(array, dtype=kind).tobytes()
        return raw, crc32c(raw)
    items = [bytes(item) for item in array.reshape(-1)]
    lengths = b"".join(encode_varint(len(item)) for item in items)
    crc = 0
    for item in items:
        crc = crc32c(struct.pack("<I" if len(item) <= 0xFFFFFFFF else "<Q", len(item)), crc)
    checksum = struct.pack("<I", mask(crc))
    crc = crc32c(checksum, crc)
    text = b"".join(items)
    return lengths + checksum + text, crc32c(text, crc)


class BundleReader:
    """Reads a checkpoint.

    Raises: tf.errors.NotFoundError when there is none at `prefix`, DataLossError when it is
    damaged.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        try:
            with open(index_path(prefix), "rb") as file:
                pairs = read_table(file.read())
        except FileNotFoundError:
            raise errors.NotFoundError(
                None, None, "Unsuccessful TensorSliceReader constructor: Failed to find any "
                            f"matching files for {prefix}") from None
        except TableError as error:
            raise errors.DataLossError(
                None, None, f"Unable to open table file {index_path(prefix)}: Data loss: "
                            f"{error}") from None
        header = bundle_header()()
        header.ParseFromString(pairs.pop(b"", b""))
        self.shards = header.num_shards or 1
        if header.endianness != 0:
            raise errors.UnimplementedError(None, None, f"{prefix} was written on a big-endian "
                                                        "machine")
        self._entries: dict[str, Any] = {}
        for key, value in pairs.items():
            entry = bundle_entry()()
            entry.ParseFromString(value)
            self._entries[key.decode("utf-8", "surrogateescape")] = entry

    def names(self) -> list[str]:
        """Names of the tensors, sorted."""
        return sorted(name for name in self._entries if not name.startswith("\0"))

    def has(self, name: str) -> bool:
        """True when the checkpoint holds `name`."""
        return name in self._entries

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of a tensor."""
        return tuple(dim.size for dim in self._entry(name).shape.dim)

    def dtype_number(self, name: str) -> int:
        """DataType number of a tensor."""
        return self._entry(name).dtype

    def _entry(self, name: str) -> Any:
        try:
            return self._entries[name]
        except KeyError:
            raise errors.NotFoundError(
                None, None, f"Key {name} not found in checkpoint") from None

    def read(self, name: str, spec: str = "") -> np.ndarray:
        """The value of a tensor, or of the part of it that `spec` names (as SaveV2 does).

        Raises: DataLossError when its bytes don't match their CRC; InvalidArgumentError for another
        shape, and when not all of the part has been saved.
        """
        entry, shape = self._entry(name), self.shape(name)
        wanted = TensorSlice((0,) * len(shape), (-1,) * len(shape))
        if spec:
            full, wanted = parse_spec(spec)
            if full != shape:
                raise errors.InvalidArgumentError(
                    None, None, f"tensor_name = {name}; shape in shape_and_slice spec "
                                f"{brackets_text(full)} does not match the shape stored in "
                                f"checkpoint: {brackets_text(shape)}")
        if not entry.slices:
            whole = self._read(name, entry, shape)
            return np.ascontiguousarray(whole[wanted.cut()]) if spec else whole
        return self._join(name, entry, shape, wanted)

    def _join(self, name: str, entry: Any, shape: tuple[int, ...], wanted: TensorSlice
              ) -> np.ndarray:
        """The part of a tensor that is saved in parts."""
        whole = np.empty(shape, DATA_TYPES.get(entry.dtype, object))
        missing = whole[wanted.cut()].size
        for data in entry.slices:
            part = decode_slice(data)
            shared = part.shared_with(wanted, shape)
            if not shared:
                continue
            missing -= shared
            key = slice_key(name, part).decode("utf-8", "surrogateescape")
            where = part.cut()
            whole[where] = self._read(name, self._entry(key), whole[where].shape)
        if missing:
            raise errors.InvalidArgumentError(
                None, None, f"Does not have sufficient slices for partitioned tensor {name} to "
                            f"restore in slice_spec: {wanted}")
        return np.ascontiguousarray(whole[wanted.cut()])

    def _read(self, name: str, entry: Any, shape: tuple[int, ...]) -> np.ndarray:
        """The array of an entry that has bytes."""
        path = data_path(self.prefix, entry.shard_id, self.shards)
        with open(path, "rb") as file:
            file.seek(entry.offset)
            raw = file.read(entry.size)
        if len(raw) != entry.size:
            raise errors.DataLossError(None, None, f"{path} is cut off: {name} wants {entry.size} "
                                                   f"bytes at {entry.offset}")
        array, crc = self._decode(name, entry, raw, shape)
        if mask(crc) != entry.crc32c:
            raise errors.DataLossError(
                None, None, f"Checksum does not match: stored {entry.crc32c:#x} vs. calculated on "
                            f"the restored bytes {mask(crc):#x} ({name} in {path})")
        return array

    def _decode(self, name: str, entry: Any, raw: bytes, shape: tuple[int, ...]
                ) -> tuple[np.ndarray, int]:
        if entry.dtype == _STRING:
            return _decode_strings(raw, shape)
        kind = DATA_TYPES.get(entry.dtype)
        if kind is None:
            raise errors.UnimplementedError(None, None, f"{name} has DataType {entry.dtype}, which "
                                                        "tftutor can't restore")
        return np.frombuffer(raw, np.dtype(kind).newbyteorder("<")).reshape(shape).astype(kind), \
            crc32c(raw)


def _decode_strings(raw: bytes, shape: tuple[int, ...]) -> tuple[np.ndarray, int]:
    count = int(np.prod(shape, dtype=np.int64))
    lengths, position, crc = [], 0, 0
    for _ in range(count):
        length, position = decode_varint(raw, position)
        lengths.append(length)
        crc = crc32c(struct.pack("<I" if length <= 0xFFFFFFFF else "<Q", length), crc)
    crc = crc32c(raw[position:position + 4], crc)
    position += 4
    out = np.empty(count, dtype=object)
    for index, length in enumerate(lengths):
        out[index] = raw[position:position + length]
        position += length
        crc = crc32c(out[index], crc)
    return out.reshape(shape), crc
