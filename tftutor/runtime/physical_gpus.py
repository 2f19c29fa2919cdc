"""The GPUs of this process, real and simulated; its sessions share them and their memory.

In TensorFlow a GPU's allocator belongs to the process: two sessions draw from the same memory, and
the first one's limit stays. So it is here, except that a simulated GPU on which nothing is
allocated takes a new limit from the next session that sets one: a notebook is one process for a
whole afternoon.
"""

from __future__ import annotations

import functools
import os
import threading
import warnings
from collections.abc import Mapping
from typing import Any, Protocol

from tftutor.backends.simulated_settings import simulated_memory
from tftutor.backends.visible_devices import VARIABLE

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

    def library(self, slot: int, limit: int | None, allow_growth: bool, number: int
                ) -> tuple[Any, int]:
        """The array library of virtual GPU `slot`, and the bytes that it may use.

        Args:
          slot: 0 for the whole GPU; one made with a limit may be one of several.
          limit: the bytes that the configuration gives it, None when it doesn't say.
          allow_growth: whether memory is taken when it is needed, not all at once.
          number: N of the session's /gpu:N.
        """
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

    @property
    def bytes_in_use(self) -> int:
        """The bytes that tensors hold."""
        return sum(library.bytes_in_use for library in self.allocators.values())

    @property
    def bytes_reserved(self) -> int:
        """What nvidia-smi would show: without `allow_growth` TensorFlow takes its limit at once."""
        return sum(library.memory.peak_bytes if self._grows[slot] else library.memory_limit
                   for slot, library in self.allocators.items())

    def library(self, slot: int, limit: int | None, allow_growth: bool, number: int
                ) -> tuple[Any, int]:
        """(the library of virtual GPU `slot`, its limit): all the memory, if nobody says."""
        from tftutor.runtime.simulated_gpu import SimulatedLibrary

        with _lock:
            library = self.allocators.get(slot)
            if library is None:
                library = SimulatedLibrary(number, limit or self.total_memory)
                self.allocators[slot] = library
                self._grows[slot] = allow_growth
            elif library.bytes_in_use == 0 and (limit or allow_growth):
                library.memory.limit = limit or library.memory_limit
                library.memory.peak_bytes = 0
                self._grows[slot] = allow_growth
            return library, library.memory_limit

    def replace_memory(self, total_memory: int) -> None:
        """Have other memory from now on; sessions that live keep what they have."""
        self.total_memory = total_memory
        self.allocators.clear()


def real_gpus() -> list[PhysicalGpu]:
    """The real GPUs that this process sees; CUDA has obeyed CUDA_VISIBLE_DEVICES for them.

    Warns when that variable names none of them: as in TensorFlow there is the CPU only, then.
    Raises: ValueError and ImportError when TFTUTOR_GPU_LIBRARY can't be had.
    """
    from tftutor.backends.gpu_discovery import discover_gpus  # reads the driver through ctypes

    found = discover_gpus()
    if not found:
        _warn_of_wrong_names()
    return list(found)


@functools.cache
def _warn_of_wrong_names() -> None:
    from tftutor.backends.cuda_driver import cuda_devices, may_have_gpu

    setting = os.environ.get(VARIABLE)
    if setting is not None and may_have_gpu() and not cuda_devices():
        warnings.warn(f"{VARIABLE}={setting} names nothing: CUDA gives this process no GPU, and "
                      "/gpu:0 is not there.", RuntimeWarning, stacklevel=2)


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
            elif gpu.total_memory != memory and gpu.bytes_in_use == 0:
                gpu.replace_memory(memory)
        return [_simulated[index] for index in range(count)]


def known_simulated_gpus() -> list[SimulatedGpu]:
    """The simulated GPUs that sessions of this process have used."""
    return [_simulated[index] for index in sorted(_simulated)]


def reset_simulated_gpus() -> None:
    """Forget the simulated GPUs, as a new process would. For tests."""
    with _lock:
        _simulated.clear()
