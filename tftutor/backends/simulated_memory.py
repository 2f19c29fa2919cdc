"""SimulatedMemory: the memory of a simulated GPU, which is NumPy arrays that are accounted for.

An array belongs to the memory from when a copy or a kernel put it there until nobody holds it any
more. Its bytes count in blocks of 256, as TensorFlow's GPU allocator hands them out. A view takes
no memory of its own.
"""

from __future__ import annotations

import threading
import weakref
from collections import deque
from typing import Any, NamedTuple

import numpy as np

_BLOCK = 256  # bytes
_ROWS = 10  # of an allocation table
_UNITS = ("KiB", "MiB", "GiB", "TiB")


class Allocation(NamedTuple):
    """One array in the memory: what it was made by, its bytes, dtype and shape."""

    owner: str
    nbytes: int
    dtype: str
    shape: tuple[int, ...]


class SimulatedOutOfMemoryError(MemoryError):
    """An array didn't fit. `dtype` and `shape` say which, `table` what else is there."""

    def __init__(self, allocation: Allocation, table: str) -> None:
        super().__init__(f"{allocation.nbytes} bytes don't fit\n{table}")
        self.allocation = allocation
        self.table = table


class SimulatedMemory:
    """An allocator with a limit.

    Attributes:
      name: the allocator's name in messages, `GPU_0_simulated`.
      limit: bytes that fit.
      peak_bytes: the most that was in use at once.
    """

    def __init__(self, name: str, limit: int) -> None:
        self.name = name
        self.limit = limit
        self.peak_bytes = 0
        self._in_use = 0
        self._blocks: dict[int, tuple[weakref.ref[Any], Allocation]] = {}
        # Callbacks of arrays that are gone run anywhere, even inside the lock: they only note it.
        self._gone: deque[int] = deque()
        self._lock = threading.RLock()

    @property
    def bytes_in_use(self) -> int:
        """Bytes of the arrays that somebody still holds."""
        with self._lock:
            self._collect()
            return self._in_use

    def bytes_now(self) -> int:
        """`bytes_in_use` for who asks after each operation: one call where nothing was let go."""
        return self.bytes_in_use if self._gone else self._in_use

    def holds(self, array: Any) -> bool:
        """True for an array (or a view of one) that lies in this memory; scalars always do."""
        if not isinstance(array, np.ndarray):
            return isinstance(array, np.generic)
        entry = self._blocks.get(id(_root(array)))
        return entry is not None and entry[0]() is not None

    def track(self, array: Any, owner: str) -> Any:
        """Count an array as allocated by `owner` (unless it is here already), and return it.

        Raises: SimulatedOutOfMemoryError when it doesn't fit.
        """
        if not isinstance(array, np.ndarray):
            return array
        root = _root(array)
        with self._lock:
            self._collect()
            key = id(root)
            if key in self._blocks:
                return array
            allocation = Allocation(owner, -(-root.nbytes // _BLOCK) * _BLOCK, array.dtype.name,
                                    array.shape)
            self._check(allocation)
            self._blocks[key] = (weakref.ref(root, lambda _: self._gone.append(key)), allocation)
            self._in_use += allocation.nbytes
            self.peak_bytes = max(self.peak_bytes, self._in_use)
        return array

    def check_fits(self, owner: str, dtype: Any, shape: tuple[int, ...]) -> None:
        """Raise SimulatedOutOfMemoryError for an array that wouldn't fit in the empty memory."""
        dtype = np.dtype(dtype)
        size = int(np.prod(shape, dtype=object)) * dtype.itemsize
        if size > self.limit:
            raise SimulatedOutOfMemoryError(Allocation(owner, size, dtype.name, shape),
                                            self.table())

    def _check(self, allocation: Allocation) -> None:
        if self._in_use + allocation.nbytes > self.limit:
            raise SimulatedOutOfMemoryError(allocation, self.table())

    def _collect(self) -> None:
        while self._gone:
            _, allocation = self._blocks.pop(self._gone.popleft())
            self._in_use -= allocation.nbytes

    def allocations(self) -> list[Allocation]:
        """What is in use, biggest first."""
        with self._lock:
            self._collect()
            return sorted((a for _, a in self._blocks.values()),
                          key=lambda a: (-a.nbytes, a.owner))

    def table(self) -> str:
        """The biggest allocations as lines of text, and the sum of the others."""
        found = self.allocations()
        total = sum(a.nbytes for a in found)
        lines = [f"Memory of {self.name} (simulated): {bytes_text(total)} of "
                 f"{bytes_text(self.limit)} in use, {len(found)} allocations"]
        lines += [f"  {bytes_text(a.nbytes):>10}  {a.owner}  {a.dtype}{list(a.shape)}"
                  for a in found[:_ROWS]]
        rest = found[_ROWS:]
        if rest:
            lines.append(f"  {bytes_text(sum(a.nbytes for a in rest)):>10}  in {len(rest)} others")
        return "\n".join(lines)


def _root(array: np.ndarray) -> np.ndarray:
    """The array whose memory a view shows."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def bytes_text(count: int) -> str:
    """`1.50GiB`, `256B`, as TensorFlow writes sizes."""
    if count < 1024:
        return f"{count}B"
    power = min((count.bit_length() - 1) // 10, len(_UNITS))
    return f"{count / (1 << 10 * power):.2f}{_UNITS[power - 1]}"
