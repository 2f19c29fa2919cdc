"""Slices of tensors in checkpoints: how a part of a partitioned variable is told and found.

A SaveV2 node says where a part belongs by a text, `"10 4 0,5:0,4"`: the shape of the whole, then
begin and length along each dimension. The index of a checkpoint has an entry for the whole that
lists the slices, and one for each slice, whose key sorts as TensorFlow's OrderedCode makes it.
"""

from __future__ import annotations

from typing import NamedTuple

from tftutor import errors
from tftutor.formats.varint import decode_varint, encode_varint

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

    Raises: tf.errors.InvalidArgumentError for text that is none.
    """
    *dims, parts = text.split(" ")
    try:
        shape = tuple(int(dim) for dim in dims)
        pairs = [(0, -1) if part == "-" else tuple(int(number) for number in part.split(","))
                 for part in parts.split(":")]
        begins, lengths = zip(*pairs, strict=True)
    except ValueError:
        raise errors.InvalidArgumentError(
            None, None, f"Need length in format 'shape slice' but got {text!r}") from None
    if len(shape) != len(begins) or any(
            begin + length > dim
            for begin, length, dim in zip(begins, lengths, shape, strict=True)):
        raise errors.InvalidArgumentError(
            None, None, f"The slice {parts} doesn't lie in a tensor of shape {list(shape)}")
    return shape, TensorSlice(begins, lengths)


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
