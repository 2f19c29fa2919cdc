"""A request or reply whose tensors arrive piece by piece.

The pieces of a tensor come in order, as one connection keeps it; the pieces of different tensors
and messages may mix. So one number per tensor says all: a piece beyond it means that one was
lost, a piece before it that one came twice.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor.distributed.limits import Limits
from tftutor.distributed.messages import Reply, Request
from tftutor.distributed.protocol_errors import RemoteProtocolError
from tftutor.distributed.tensor_bytes import TensorSpec, load_tensor, load_whole, new_buffer

IN_FRAME, IN_CHUNKS = 1, 2    # where a tensor's bytes are, if not in the header


class Assembly:
    """A message on its way in.

    Args: `head`, the message without tensors; `specs`, which have been checked against the
    limits, as memory for all of them is taken when `fill` is called.
    """

    def __init__(self, head: Request | Reply, specs: list[TensorSpec]) -> None:
        self._head = head
        self._specs = specs
        self._arrays: list[np.ndarray] = []
        self._views: dict[int, memoryview] = {}    # of the tensors that come in chunks
        self._filled: list[int] = []
        self._missing = 0
        self.length = sum(spec.length for spec in specs)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return self._missing == 0

    def fill(self, frames: list[memoryview], places: list[Any]) -> None:
        """Take what came with the header: bytes in it, or the frames beside it, in order.

        Raises: RemoteProtocolError.
        """
        sources = self._sources(frames, places)
        for index, (spec, source) in enumerate(zip(self._specs, sources, strict=True)):
            if source is None:
                array, self._views[index] = new_buffer(spec)
                self._arrays.append(array)
                self._filled.append(0)
            else:
                self._arrays.append(load_whole(spec, source))
                self._filled.append(spec.length)
        self._missing = len(self._views)

    def _sources(self, frames: list[memoryview], places: list[Any]) -> list[memoryview | None]:
        rest = iter(frames)
        sources: list[memoryview | None] = []
        for spec, place in zip(self._specs, places, strict=True):
            source: memoryview | None = None
            if type(place) is bytes:
                source = memoryview(place)
            elif type(place) is int and place == IN_FRAME:
                source = next(rest, None)
                if source is None:
                    raise RemoteProtocolError("a frame is missing")
            elif type(place) is not int or place != IN_CHUNKS or not spec.length:
                raise RemoteProtocolError("a tensor whose bytes are nowhere")
            if source is not None and source.nbytes != spec.length:
                raise RemoteProtocolError(f"a tensor of {spec.length} bytes, but its frame "
                                          f"has {source.nbytes}")
            sources.append(source)
        if next(rest, None) is not None:
            raise RemoteProtocolError("a frame too many")
        return sources

    def add_chunk(self, index: int, offset: int, piece: memoryview, limits: Limits) -> None:
        """Take one piece of a tensor.

        Raises: RemoteProtocolError for a piece that is lost, twice, outside, or of odd size.
        """
        what = f"chunk of {type(self._head).__name__.lower()} {self._head.id}, tensor {index}"
        if index >= len(self._specs):
            raise RemoteProtocolError(f"{what}: there are {len(self._specs)} tensors")
        filled, length = self._filled[index], self._specs[index].length
        if offset != filled:
            how = "one was lost" if offset > filled else "it came twice"
            raise RemoteProtocolError(f"{what}: expected offset {filled}, but got {offset}: {how}")
        end = filled + piece.nbytes
        if end > length or not piece.nbytes:
            raise RemoteProtocolError(f"{what}: {piece.nbytes} bytes at {offset} of {length}")
        if piece.nbytes > limits.chunk_bytes or (
                piece.nbytes < limits.least_chunk_bytes and end < length):
            raise RemoteProtocolError(f"{what}: a piece of {piece.nbytes} bytes")
        self._views[index][filled:end] = piece
        self._filled[index] = end
        self._missing -= end == length

    def message(self) -> Request | Reply:
        """Return the message; once, when it is complete."""
        for index in self._views:
            self._arrays[index] = load_tensor(self._specs[index], self._arrays[index])
        return self._head._replace(tensors=tuple(self._arrays))
