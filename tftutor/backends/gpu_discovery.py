"""The real GPUs of this process, and the array library that computes on them.

PyTorch or CuPy, whichever is installed and can use the GPUs; TFTUTOR_GPU_LIBRARY chooses. Nothing
of the kind is imported on a machine without a GPU.
"""

from __future__ import annotations

import functools
import importlib
import os
import threading
import warnings
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

from tftutor.backends.cuda_driver import CudaDevice, cuda_devices, may_have_gpu

CHOICE = "TFTUTOR_GPU_LIBRARY"
_MIB = 1 << 20
_OUT_OF_MEMORY = {("torch", "OutOfMemoryError"), ("torch.cuda", "OutOfMemoryError"),
                  ("cupy.cuda.memory", "OutOfMemoryError")}
_ALLOCATION_FAILED = ("cudaErrorMemoryAllocation", "CUDA error: out of memory",
                      "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED")


class RealGpu:
    """One GPU that CUDA gives this process.

    Attributes:
      index: its number for CUDA in this process.
      name, uuid: the model, and what names it everywhere.
      bus_id: its PCI address, `0000:00:04.0`.
      compute_capability: "7.0".
      total_memory: all its bytes.
      library_name: "torch" or "cupy".
      simulated: false.
    """

    simulated = False

    def __init__(self, device: CudaDevice, library_name: str) -> None:
        self.index = device.ordinal
        self.name = device.name
        self.uuid = device.uuid
        self.bus_id = device.bus_id
        self.compute_capability = "{}.{}".format(*device.capability)
        self.total_memory = device.total_memory
        self.library_name = library_name
        self._libraries: dict[int, Any] = {}
        self._limits: dict[int, int] = {}
        self._lock = threading.Lock()

    def free_memory(self) -> int:
        """The bytes that no process uses now."""
        return _ADAPTERS[self.library_name].free_memory(self.index)

    def library(self, slot: int, limit: int | None, allow_growth: bool, number: int
                ) -> tuple[Any, int]:
        """(the array library of virtual GPU `slot`, the bytes that it may use).

        Without a `limit` it gets what TensorFlow would take. The first caller's limit stays, as in
        TensorFlow. PyTorch and CuPy know one limit a GPU and process: its virtual GPUs have the
        sum of theirs. Both take memory as they need it, whatever `allow_growth` says.
        """
        with self._lock:
            if slot not in self._libraries:
                adapter = _ADAPTERS[self.library_name]
                library = adapter.open(self.index)
                if limit is None:
                    limit = usual_limit(self.free_memory())
                adapter.limit_memory(self.index, self.total_memory,
                                     sum(self._limits.values()) + limit)
                self._libraries[slot], self._limits[slot] = library, limit
            return self._libraries[slot], self._limits[slot]

    def __repr__(self) -> str:
        return f"<RealGpu {self.index}: {self.name}, {self.library_name}>"


class _TorchAdapter:
    """What is asked of PyTorch beside arrays."""

    package = "torch"

    def is_usable(self) -> bool:
        """True when PyTorch was built for CUDA and finds a GPU."""
        return bool(importlib.import_module("torch").cuda.is_available())

    def open(self, index: int) -> Any:
        """The array library on a GPU."""
        from tftutor.backends.torch_library import TorchLibrary

        return TorchLibrary(f"cuda:{index}")

    def free_memory(self, index: int) -> int:
        """The bytes that no process uses."""
        return int(importlib.import_module("torch").cuda.mem_get_info(index)[0])

    def limit_memory(self, index: int, total: int, limit: int) -> None:
        """Let this process use `limit` of a GPU's `total` bytes."""
        cuda = importlib.import_module("torch").cuda
        cuda.set_per_process_memory_fraction(min(1.0, limit / total), index)


class _CupyAdapter:
    """What is asked of CuPy beside arrays."""

    package = "cupy"

    def is_usable(self) -> bool:
        """True when CuPy fits the driver and finds a GPU."""
        return bool(importlib.import_module("cupy").cuda.is_available())

    def open(self, index: int) -> Any:
        """The array library on a GPU."""
        from tftutor.backends.cupy_library import CupyLibrary

        return CupyLibrary(index)

    def free_memory(self, index: int) -> int:
        """The bytes that no process uses."""
        return int(importlib.import_module("cupy").cuda.Device(index).mem_info[0])

    def limit_memory(self, index: int, total: int, limit: int) -> None:
        """Let this process use `limit` of a GPU's bytes."""
        cupy = importlib.import_module("cupy")
        with cupy.cuda.Device(index):
            cupy.get_default_memory_pool().set_limit(size=min(limit, total))


_ADAPTERS: dict[str, Any] = {"torch": _TorchAdapter(), "cupy": _CupyAdapter()}


@functools.cache
def discover_gpus() -> tuple[RealGpu, ...]:
    """The real GPUs that this process can compute on, in CUDA's order. Looked for once.

    Raises:
      ValueError: when TFTUTOR_GPU_LIBRARY names no library.
      ImportError: when the library that it names isn't installed or can't use the GPUs.
    """
    if not may_have_gpu():
        return ()
    devices = cuda_devices()
    library = choose_library(os.environ) if devices else None
    return tuple(RealGpu(device, library) for device in devices) if library else ()


def choose_library(environ: Mapping[str, str],
                   installed: Callable[[str], Any] = find_spec) -> str | None:
    """The name of the array library for GPUs; None when none is installed that can use one.

    Raises: ValueError, ImportError as `discover_gpus`.
    """
    wanted = environ.get(CHOICE, "").strip().lower()
    if not wanted:
        return next((name for name in _ADAPTERS if installed(name) and _is_usable(name)), None)
    if wanted not in _ADAPTERS:
        raise ValueError(f"{CHOICE} must be one of {', '.join(_ADAPTERS)}, not {wanted!r}.")
    if not installed(wanted):
        raise ImportError(f"{CHOICE} asks for {wanted}, which is not installed.")
    if not _ADAPTERS[wanted].is_usable():
        raise ImportError(f"{CHOICE} asks for {wanted}, which can use no GPU here: is it built "
                          "for this machine's CUDA?")
    return wanted


def _is_usable(name: str) -> bool:
    try:
        return _ADAPTERS[name].is_usable()
    except (ImportError, OSError) as error:  # nobody asked for it: the CPU is still there
        warnings.warn(f"{name} is installed but can't be imported, so that /gpu:0 is not there: "
                      f"{error}", RuntimeWarning, stacklevel=2)
        return False


def usual_limit(free: int) -> int:
    """What TensorFlow takes of `free` bytes when the configuration doesn't say.

    It leaves the system 225 MiB of less than 2 GiB, else a twentieth but at least 300 MiB.
    """
    kept = 225 * _MIB if free < 2048 * _MIB else max(300 * _MIB, free // 20)
    return free - kept if kept < free else free


def is_out_of_memory(error: BaseException) -> bool:
    """True for what PyTorch, CuPy and CUDA raise when a GPU's memory is full."""
    classes = {(cls.__module__, cls.__name__) for cls in type(error).__mro__}
    if classes & _OUT_OF_MEMORY:
        return True
    return isinstance(error, RuntimeError) and any(t in str(error) for t in _ALLOCATION_FAILED)
