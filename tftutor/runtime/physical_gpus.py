"""The GPUs of this process, real and simulated; its sessions share them and their memory.

In TensorFlow a GPU's allocator belongs to the process: two sessions draw from the same memory, and
the first one's limit stays. So it is here, except that a simulated GPU on which nothing is
allocated takes the newest session's limit: a notebook is one process for a whole afternoon.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Protocol

from tftutor.backends.simulated_settings import simulated_memory

_lock = threading.Lock()
_simulated: dict[int, SimulatedGpu] = {}


class PhysicalGpu(Protocol):
    """One GPU of the machine.

    Attributes:
      index: its number in nvidia-smi's order.
      name, uuid: the model, and what names it everywhere.
      bus_id: its PCI address, "none" when it has none.
      compute_capability: "7.0", or "none".
      simulated: true when no hardware stands behind it.
    """

    index: int
    name: str
    uuid: str
    bus_id: str
    compute_capability: str
    simulated: bool

    @property
    def total_memory(self) -> int:
        """All its bytes."""
        ...

    def default_limit(self) -> int:
        """The bytes that a process takes when its configuration doesn't say."""
        ...

    def library(self, slot: int, limit: int, allow_growth: bool, number: int) -> tuple[Any, int]:
        """(the array library of virtual GPU `slot`, the bytes that it may use)."""
        ...


class SimulatedGpu:
    """A GPU that NumPy plays on a CPU thread, with a memory of its own.

    Attributes: those of PhysicalGpu, and
      allocators: virtual GPU -> the library that holds its memory.
    """

    name = "Simulated GPU (NumPy on a CPU thread)"
    bus_id = "none"
    compute_capability = "none"
    simulated = True

    def __init__(self, index: int, total_memory: int) -> None:
        self.index = index
        self.uuid = f"SIMULATED-{index}"
        self.total_memory = total_memory
        self.allocators: dict[int, Any] = {}
        self._grows: dict[int, bool] = {}

    def default_limit(self) -> int:
        """All of it: no driver and no screen take a part."""
        return self.total_memory

    @property
    def bytes_in_use(self) -> int:
        """The bytes that tensors hold."""
        return sum(library.bytes_in_use for library in self.allocators.values())

    @property
    def bytes_reserved(self) -> int:
        """What nvidia-smi would show: without `allow_growth` TensorFlow takes its limit at once."""
        return sum(library.peak_bytes if self._grows[slot] else library.memory_limit
                   for slot, library in self.allocators.items())

    def library(self, slot: int, limit: int, allow_growth: bool, number: int) -> tuple[Any, int]:
        """(the library of virtual GPU `slot`, its limit); `number` is its N in /gpu:N."""
        from tftutor.runtime.simulated_gpu import SimulatedLibrary

        with _lock:
            library = self.allocators.get(slot)
            if library is None:
                library = self.allocators[slot] = SimulatedLibrary(number, limit)
                self._grows[slot] = allow_growth
            elif library.bytes_in_use == 0:
                library.memory_limit = limit
                self._grows[slot] = allow_growth
            return library, library.memory_limit


def real_gpus() -> list[PhysicalGpu]:
    """The real GPUs that this process sees."""
    return []


def simulated_gpus(count: int, environ: Mapping[str, str]) -> list[SimulatedGpu]:
    """The first `count` simulated GPUs of this process, made when they aren't there yet.

    Raises: ValueError when TFTUTOR_SIMULATED_GPU_MEMORY is no size.
    """
    memory = simulated_memory(environ)
    with _lock:
        for index in range(count):
            gpu = _simulated.get(index)
            if gpu is None:
                _simulated[index] = SimulatedGpu(index, memory)
            elif gpu.bytes_in_use == 0:
                gpu.total_memory = memory
        return [_simulated[index] for index in range(count)]


def known_simulated_gpus() -> list[SimulatedGpu]:
    """The simulated GPUs that sessions of this process have used."""
    return [_simulated[index] for index in sorted(_simulated)]


def reset_simulated_gpus() -> None:
    """Forget the simulated GPUs, as a new process would. For tests."""
    with _lock:
        _simulated.clear()
