"""Buffers of big arrays, used again when the last array in them is gone.

Blocks beyond malloc's largest threshold (32 MiB) go back to the system with each array that dies,
and fresh pages are zeroed one by one: a third of the time of 64 MiB that come over the network.
"""

from __future__ import annotations

import sys
import threading
import time

import numpy as np

_WORTHWHILE = 4 << 20  # bytes: malloc keeps what is smaller (see `freed_memory`)
_IDLE = 2.0  # seconds after which a buffer that nobody uses is given back
_MOST_IDLE = 256 << 20  # bytes in buffers that nobody uses


class _Buffer:
    """Memory that arrays are views of; `used` is when it was lent, or last seen in use."""

    __slots__ = ("memory", "used")

    def __init__(self, memory: np.ndarray, used: float) -> None:
        self.memory = memory
        self.used = used

    def references(self) -> int:
        """How many there are to the memory; each array in it has one."""
        return sys.getrefcount(self.memory)


_UNUSED = _Buffer(np.empty(0, np.uint8), 0.0).references()


class KeptBuffers:
    """Lends memory, and lends it again when it is free.

    Args: `idle` seconds after which `forget_idle` gives free memory back; `most_idle` bytes of it.
    """

    def __init__(self, idle: float = _IDLE, most_idle: int = _MOST_IDLE) -> None:
        self._idle = idle
        self._most_idle = most_idle
        self._buffers: list[_Buffer] = []
        self._lock = threading.Lock()

    def empty(self, nbytes: int) -> np.ndarray:
        """An array of `nbytes` uint8s with anything in them. Raises: MemoryError."""
        if nbytes < _WORTHWHILE:
            return np.empty(nbytes, np.uint8)
        with self._lock:
            now = time.monotonic()
            for buffer in self._buffers:
                if buffer.memory.nbytes == nbytes and buffer.references() == _UNUSED:
                    buffer.used = now
                    return buffer.memory[:]
            self._forget(now)
            buffer = _Buffer(np.empty(nbytes, np.uint8), now)
            self._buffers.append(buffer)
            return buffer.memory[:]

    def forget_idle(self) -> None:
        """Give back what nobody has used for a while; to be called now and then."""
        if self._buffers:
            with self._lock:
                self._forget(time.monotonic())

    def _forget(self, now: float) -> None:
        """Keep what is in use, and of the rest what was used last."""
        kept, room = [], self._most_idle
        for buffer in sorted(self._buffers, key=lambda each: -each.used):
            if buffer.references() != _UNUSED:
                buffer.used = now
            elif now - buffer.used > self._idle or buffer.memory.nbytes > room:
                continue
            else:
                room -= buffer.memory.nbytes
            kept.append(buffer)
        self._buffers = kept


_buffers = KeptBuffers()
empty_bytes = _buffers.empty
forget_idle_buffers = _buffers.forget_idle
