"""CuPy's arrays in the memory of one GPU.

CuPy asks the thread, not the array, which GPU and which stream to use: work belongs inside
`activate()`. Everything is put on one stream, in the order of the program; results go to the host
on a second stream, so that a fetch waits for its own value and not for what was asked after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tftutor.backends.array_library import ArrayLibrary, copy_between


class CupyLibrary:
    """CuPy on GPU number `device_index` of those that CUDA shows this process."""

    name = "cupy"
    is_host = False

    def __init__(self, device_index: int = 0) -> None:
        import array_api_compat.cupy as namespace
        import cupy

        self._cupy = cupy
        self.xp: Any = namespace
        self._index = device_index
        with self._device():
            # Non-blocking: another library's work on the default stream is none of its business.
            self._stream = cupy.cuda.Stream(non_blocking=True)
            self._fetches = cupy.cuda.Stream(non_blocking=True)

    def _device(self) -> Any:
        # A new object each time: whether one may be entered by two threads depends on the version.
        return self._cupy.cuda.Device(self._index)

    def from_host(self, array: Any, owner: str = "") -> Any:
        """A copy in the GPU's memory. CuPy copies through pinned memory and doesn't wait."""
        with self.activate():
            return self._cupy.array(np.asarray(array), order="C")

    def to_host(self, value: Any, token: Any = None) -> np.ndarray:
        """A copy in the host's memory; waits for `token`, else for all that was asked before."""
        token = token or self.ready()
        # `get` may first make the array contiguous: that has to run on the same stream.
        with self._device(), self._fetches:
            self._fetches.wait_event(token)
            return value.get()

    def copy_from(self, source: ArrayLibrary, value: Any, token: Any = None) -> Any:
        """From another GPU's memory without the host; the other ways through `from_host`."""
        if not isinstance(source, CupyLibrary) or source is self:
            return copy_between(self, source, value, token)
        with self.activate():
            copy = self._cupy.empty(value.shape, value.dtype)
        with source.activate():
            contiguous = self._cupy.ascontiguousarray(value)
        self._copy_peer(copy, source, contiguous)
        return copy

    def _copy_peer(self, copy: Any, source: CupyLibrary, value: Any) -> None:
        """Copy on the sender's stream.

        There it comes after all that computes the value, and before the memory has a next user.
        The memory of the copy may have had a user before on this GPU, for whom it has to wait.
        """
        usable = self.ready()
        with source.activate():
            source._stream.wait_event(usable)
            self._cupy.cuda.runtime.memcpyPeerAsync(
                copy.data.ptr, self._index, value.data.ptr, source._index, value.nbytes,
                source._stream.ptr)
        self._stream.wait_event(source.ready())

    def ready(self) -> Any:
        """An event at the end of the stream."""
        with self._device():  # an event belongs to the GPU that is current when it is made
            return self._stream.record(self._cupy.cuda.Event(disable_timing=True))

    @contextmanager
    def activate(self) -> Iterator[None]:
        """Inside, the GPU and its stream are the calling thread's current ones."""
        with self._device(), self._stream:
            yield

    def owns(self, value: Any) -> bool:
        """True for an array on this GPU."""
        return isinstance(value, self._cupy.ndarray) and value.device.id == self._index

    def nbytes(self, value: Any) -> int:
        """The bytes of the elements."""
        return int(value.nbytes)

    def synchronize(self) -> None:
        """Wait for the GPU's stream."""
        self._stream.synchronize()
