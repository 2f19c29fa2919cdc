"""Slices of tensors in checkpoints: how a part of a partitioned variable is told and found.

A SaveV2 node says where a part belongs by a text, `"10 4 0,5:0,4"`: the shape of the whole, then
begin and length along each dimension. The index of a checkpoint has an entry for the whole that
lists the slices, and one for each slice, whose key sorts as TensorFlow's OrderedCode makes it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tftutor import errors
from tftutor.formats.varint import decode_varint, encode_varint
from tftutor.framework.shape_merge import brackets_text

_INT64_MAX = 2**63 - 1
_HEADERS = (b"", b"\x80", b"\xc0", b"\xe0", b"\xf0", b"\xf8", b"\xfc", b"\xfe", b"\xff",
            b"\xff\x80", b"\xff\xc0")  # of a signed number by its length: ones, then a zero


class TensorSlice(NamedTuple):
    """A part of a tensor: begin and length along each dimension; length -1: all of it."""

    begins: tuple[int, ...]
    lengths: tuple[int, ...]

    def cut(self) -> tuple[slice, ...]:
        """What cuts the part out of an array."""
        return tuple(slice(None) if length < 0 else slice(begin, begin + length)
                     for begin, length in zip(self.begins, self.lengths, strict=True))

    def shape_in(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of this part of a tensor of that shape."""
        return tuple(dim if length < 0 else length
                     for dim, length in zip(shape, self.lengths, strict=True))

    def shared_with(self, other: TensorSlice, shape: tuple[int, ...]) -> int:
        """How many elements of a tensor of that shape are in both parts."""
        count = 1
        for one, two, dim in zip(self.cut(), other.cut(), shape, strict=True):
            begin, end = one.indices(dim)[:2]
            first, last = two.indices(dim)[:2]
            count *= max(0, min(end, last) - max(begin, first))
        return count

    def __str__(self) -> str:
        return ":".join("-" if length < 0 else f"{begin},{length}"
                        for begin, length in zip(self.begins, self.lengths, strict=True))


def parse_spec(text: str) -> tuple[tuple[int, ...], TensorSlice]:
    """(shape of the whole, slice) of a `shape_and_slice` text.

    Raises: tf.errors.InvalidArgumentError for text that is none, InternalError for a slice that
    isn't one of such a tensor.
    """
    *dims, parts = text.split(" ")
    if not dims:
        raise errors.InvalidArgumentError(
            None, None, f"Need least two elements in shape_and_slice specification: {text}")
    pairs = [_extent(part, parts) for part in parts.split(":") if part]
    if not all(re.fullmatch("[0-9]+", dim) for dim in dims):
        raise errors.InvalidArgumentError(
            None, None, f"Non numerical dimension in shape_and_slice: {text}")
    shape = tuple(int(dim) for dim in dims)
    found = TensorSlice(tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs))
    _check_fits(found, shape)
    return shape, found


def _extent(part: str, parts: str) -> tuple[int, int]:
    if part == "-":
        return 0, -1
    match = re.fullmatch("(-?[0-9]+),(-?[0-9]+)", part)
    if match is None or any(abs(int(number)) > _INT64_MAX for number in match.groups()):
        raise errors.InvalidArgumentError(
            None, None, f"Expected a pair of numbers or '-' but got '{part}': string = {parts}")
    begin, length = int(match[1]), int(match[2])
    if begin < 0 or length <= 0:
        raise errors.InvalidArgumentError(
            None, None, "Expected non-negative start and positive length but got start = "
                        f"{begin}, length = {length}: string = {parts}")
    return begin, length


def _check_fits(part: TensorSlice, shape: tuple[int, ...]) -> None:
    whole = brackets_text(shape)
    if len(shape) != len(part.begins):
        raise errors.InternalError(None, None,
                                   f"Mismatching ranks: shape = {whole}, slice = {part}")
    for axis, (begin, length, dim) in enumerate(zip(*part, shape, strict=True)):
        if length >= 0 and begin + length > dim:
            raise errors.InternalError(
                None, None, f"Extent in dimension {axis} out of bounds: shape = {whole}, slice = "
                            f"{part}")


def slice_key(name: str, part: TensorSlice) -> bytes:
    """The key of a slice's entry in the index."""
    escaped = b"".join({0: b"\x00\xff", 255: b"\xff\x00"}.get(byte, bytes([byte]))
                       for byte in name.encode())
    numbers = [number for pair in zip(part.begins, part.lengths, strict=True) for number in pair]
    return (_unsigned(0) + escaped + b"\x00\x01" + _unsigned(len(part.begins))
            + b"".join(_signed(number) for number in numbers))


def _unsigned(value: int) -> bytes:
    size = (value.bit_length() + 7) // 8
    return bytes([size]) + value.to_bytes(size, "big")


def _signed(value: int) -> bytes:
    bits = (value if value >= 0 else ~value).bit_length() + 1
    size = (bits + 6) // 7
    raw = bytearray(value.to_bytes(size, "big", signed=True))
    for index, mask in enumerate(_HEADERS[size]):
        raw[index] ^= mask
    return bytes(raw)


def encode_slice(part: TensorSlice) -> bytes:
    """A slice as a TensorSliceProto."""
    out = b""
    for begin, length in zip(part.begins, part.lengths, strict=True):
        extent = (b"\x08" + encode_varint(begin) if begin else b"") + (
            b"\x10" + encode_varint(length) if length >= 0 else b"")
        out += b"\x0a" + encode_varint(len(extent)) + extent
    return out


def decode_slice(data: bytes) -> TensorSlice:
    """The slice of a TensorSliceProto. Raises: ValueError for bytes that are none."""
    begins, lengths = [], []
    position = 0
    while position < len(data):
        tag, position = decode_varint(data, position)
        size, position = decode_varint(data, position)
        if tag != 0x0A or position + size > len(data):
            raise ValueError("not a TensorSliceProto")
        end, begin, length = position + size, 0, -1
        while position < end:
            tag, position = decode_varint(data, position)
            value, position = decode_varint(data, position)
            if tag == 0x08:
                begin = value
            elif tag == 0x10:
                length = value
        begins.append(begin)
        lengths.append(length)
    return TensorSlice(tuple(begins), tuple(lengths))
