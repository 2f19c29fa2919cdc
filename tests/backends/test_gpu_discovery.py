"""Which real GPUs are found, which library computes on them, what memory they get."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.backends import fake_cupy
from tftutor.backends import gpu_discovery
from tftutor.backends.cuda_driver import CudaDevice
from tftutor.backends.gpu_discovery import (
    RealGpu,
    choose_library,
    discover_gpus,
    is_out_of_memory,
    usual_limit,
)

MIB, GIB = 1 << 20, 1 << 30
K80 = CudaDevice(1, "Tesla K80", 4 * GIB, "0000:00:04.0", "GPU-1", (3, 7))


class Adapter:
    """A library that can or can't use a GPU."""

    def __init__(self, usable: bool | Exception) -> None:
        self.usable = usable

    def is_usable(self) -> bool:
        if isinstance(self.usable, Exception):
            raise self.usable
        return self.usable


def _choose(monkeypatch, wanted: str, installed: set[str], **usable: bool | Exception):
    monkeypatch.setattr(gpu_discovery, "_ADAPTERS",
                        {name: Adapter(usable.get(name, True)) for name in ("torch", "cupy")})
    return choose_library({"TFTUTOR_GPU_LIBRARY": wanted} if wanted else {}, installed.__contains__)


@pytest.mark.parametrize(("wanted", "installed", "usable", "chosen"), [
    ("", {"torch", "cupy"}, {}, "torch"),
    ("", {"cupy"}, {}, "cupy"),
    ("", {"torch", "cupy"}, {"torch": False}, "cupy"),
    ("", {"torch"}, {"torch": False}, None),
    ("", set(), {}, None),
    ("cupy", {"torch", "cupy"}, {}, "cupy"),
    (" Torch ", {"torch", "cupy"}, {}, "torch"),
])
def test_the_library_is_chosen(monkeypatch, wanted, installed, usable, chosen) -> None:
    assert _choose(monkeypatch, wanted, installed, **usable) == chosen


@pytest.mark.parametrize(("wanted", "installed", "usable", "error", "text"), [
    ("jax", {"torch"}, {}, ValueError, "must be one of torch, cupy, not 'jax'"),
    ("cupy", {"torch"}, {}, ImportError, "asks for cupy, which is not installed"),
    ("torch", {"torch"}, {"torch": False}, ImportError, "can use no GPU here"),
])
def test_a_choice_that_cannot_be_had_is_an_error(monkeypatch, wanted, installed, usable, error,
                                                 text) -> None:
    with pytest.raises(error, match=text):
        _choose(monkeypatch, wanted, installed, **usable)


def test_a_library_that_fails_to_import_is_passed_over_with_a_warning(monkeypatch) -> None:
    with pytest.warns(RuntimeWarning, match="torch is installed but can't be imported.*libcudart"):
        chosen = _choose(monkeypatch, "", {"torch", "cupy"}, torch=OSError("no libcudart.so"))
    assert chosen == "cupy"


@pytest.fixture
def fresh(monkeypatch):
    """discover_gpus as in a new process on a machine with one K80."""
    monkeypatch.setattr(gpu_discovery, "may_have_gpu", lambda: True)
    monkeypatch.setattr(gpu_discovery, "cuda_devices", lambda: [K80])
    monkeypatch.setattr(gpu_discovery, "choose_library", lambda environ: "cupy")
    discover_gpus.cache_clear()
    yield monkeypatch
    discover_gpus.cache_clear()


def test_gpus_are_described(fresh) -> None:
    (gpu,) = discover_gpus()
    assert (gpu.index, gpu.name, gpu.uuid) == (1, "Tesla K80", "GPU-1")
    assert (gpu.bus_id, gpu.compute_capability) == ("0000:00:04.0", "3.7")
    assert (gpu.total_memory, gpu.library_name, gpu.simulated) == (4 * GIB, "cupy", False)
    assert discover_gpus() is discover_gpus()


@pytest.mark.parametrize("missing", ["may_have_gpu", "cuda_devices", "choose_library"])
def test_no_gpu_is_found(fresh, missing) -> None:
    fresh.setattr(gpu_discovery, missing, lambda *args: None)
    assert discover_gpus() == ()


def test_without_a_gpu_no_library_is_imported() -> None:
    code = ("import sys, tftutor; from tftutor.backends.gpu_discovery import discover_gpus; "
            "assert discover_gpus() == (); print({'torch', 'cupy'} & set(sys.modules))")
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                            env={"CUDA_VISIBLE_DEVICES": "-1"}, check=True)
    assert answer.stdout.strip() == "set()"


def test_virtual_gpus_share_the_limit_of_their_gpu(monkeypatch) -> None:
    fake_cupy.install(monkeypatch)
    gpu = RealGpu(K80, "cupy")
    first, limit = gpu.library(0, GIB, False, 0)
    assert limit == GIB and first.name == "cupy"
    assert fake_cupy.pool.limits == {1: GIB}
    assert gpu.library(0, 2 * GIB, True, 0) == (first, GIB)  # the first caller's limit stays
    second, limit = gpu.library(1, GIB // 2, False, 1)
    assert second is not first and limit == GIB // 2
    assert fake_cupy.pool.limits == {1: GIB + GIB // 2}


def test_without_a_limit_a_gpu_gets_what_tensorflow_would_take(monkeypatch) -> None:
    fake_cupy.install(monkeypatch)
    _, limit = RealGpu(K80, "cupy").library(0, None, False, 0)
    assert limit == 3 * GIB - 300 * MIB  # the fake has 3 GiB free
    assert fake_cupy.pool.limits == {1: limit}


@pytest.mark.parametrize(("free", "limit"), [
    (1024 * MIB, (1024 - 225) * MIB),
    (2048 * MIB, (2048 - 300) * MIB),
    (20480 * MIB, (20480 - 1024) * MIB),
    (100 * MIB, 100 * MIB),
])
def test_the_usual_limit_leaves_the_system_what_tensorflow_leaves_it(free, limit) -> None:
    assert usual_limit(free) == limit


def _error(module: str, name: str, base: type = RuntimeError, text: str = "full") -> Exception:
    return type(name, (base,), {"__module__": module})(text)


@pytest.mark.parametrize(("error", "answer"), [
    (_error("torch", "OutOfMemoryError"), True),
    (_error("torch.cuda", "OutOfMemoryError"), True),
    (_error("cupy.cuda.memory", "OutOfMemoryError", MemoryError), True),
    (_error("cupy_backends.cuda.api.runtime", "CUDARuntimeError",
            text="cudaErrorMemoryAllocation: out of memory"), True),
    (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"), True),
    (_error("torch", "AcceleratorError", text="CUDA error: an illegal memory access"), False),
    (MemoryError("full"), False),
    (ValueError("CUDA error: out of memory"), False),
    (_error("somewhere", "OutOfMemoryError"), False),
])
def test_out_of_memory_is_recognised(error, answer) -> None:
    assert is_out_of_memory(error) is answer


def test_the_libraries_errors_are_what_the_test_says() -> None:
    torch = pytest.importorskip("torch")
    assert is_out_of_memory(torch.cuda.OutOfMemoryError("full"))
