"""Which GPUs the tests have: real ones through PyTorch or CuPy, and ones that the CPU plays."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.backends import fake_cupy
from tftutor.backends import gpu_discovery
from tftutor.backends.cuda_driver import cuda_devices, may_have_gpu

NO_GPU = "no CUDA GPU in this machine"
LIBRARIES = ("torch", "cupy")


def has_gpu() -> bool:
    """True when CUDA gives this process a GPU."""
    return may_have_gpu() and bool(cuda_devices())


def real_library(name: str, index: int = 0) -> Any:
    """The array library on a real GPU; skips the test where it isn't installed."""
    if not importlib.util.find_spec(name):
        pytest.skip(f"{name} is not installed")
    fake_cupy.forget_compiled_kernels()
    if name == "torch":
        from tftutor.backends.torch_library import TorchLibrary

        return TorchLibrary(f"cuda:{index}")
    from tftutor.backends.cupy_library import CupyLibrary

    return CupyLibrary(index)


class PlayedGpu:
    """A GPU for sessions, whose library computes on the CPU.

    To the runtime it is a real one: a memory of its own, kernels of its library.
    """

    index, name, uuid, bus_id = 0, "Played GPU", "GPU-played", "0000:00:04.0"
    compute_capability, simulated, total_memory = "9.0", False, 1 << 30

    def __init__(self, library: Callable[[], Any]) -> None:
        self._make, self._library = library, None

    def library(self, slot: int, limit: int | None, allow_growth: bool, number: int
                ) -> tuple[Any, int]:
        """(its library, its limit)."""
        self._library = self._library or self._make()
        return self._library, limit or self.total_memory


def played_torch() -> Any:
    """PyTorch on the CPU; skips the test where it isn't installed."""
    if not importlib.util.find_spec("torch"):
        pytest.skip("torch is not installed")
    from tftutor.backends.torch_library import TorchLibrary

    return TorchLibrary("cpu")


# What sessions are tested on. Marked `gpu`: needs a real one.
SESSION_GPUS = [
    pytest.param("played torch", id="torch-on-cpu"),
    pytest.param("played cupy", id="cupys-record"),
    pytest.param("torch", id="torch", marks=pytest.mark.gpu),
    pytest.param("cupy", id="cupy", marks=pytest.mark.gpu),
]


def use_session_gpu(kind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let new sessions of this process have such a GPU, until the generator goes on."""
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    monkeypatch.delenv("TFTUTOR_SIMULATED_GPUS", raising=False)
    if kind.startswith("played"):
        if kind == "played cupy":
            fake_cupy.install(monkeypatch)
        gpu = PlayedGpu(fake_cupy.fake_library if kind == "played cupy" else played_torch)
        monkeypatch.setattr(gpu_discovery, "discover_gpus", lambda: (gpu,))
        yield
        return
    if not importlib.util.find_spec(kind):
        pytest.skip(f"{kind} is not installed")
    fake_cupy.forget_compiled_kernels()
    monkeypatch.setenv(gpu_discovery.CHOICE, kind)
    gpu_discovery.discover_gpus.cache_clear()
    yield
    gpu_discovery.discover_gpus.cache_clear()
