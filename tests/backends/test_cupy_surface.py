"""Code for CuPy asks for nothing that CuPy hasn't. Tested without CuPy, against a record of it."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import tftutor
from tests.backends.cupy_calls import problems, reached, source_of
from tests.backends.cupy_record import lookup, record
from tftutor.framework.op_def import find_op_def
from tftutor.runtime.kernel_registry import op_types_with_gpu_kernels

PACKAGE = Path(tftutor.__file__).parent
CUPY_KERNELS = sorted((PACKAGE / "kernels/cupy").glob("*.py"))
LIBRARY_OBJECTS = {"_stream": "cupy.cuda.Stream", "_fetches": "cupy.cuda.Stream",
                   "value": "cupy.ndarray", "copy": "cupy.ndarray"}


def _kernels() -> list[tuple[str, object]]:
    found = []
    for op_type in sorted(op_types_with_gpu_kernels()):
        definition = find_op_def(op_type)
        if definition is not None:
            kernel = definition.library_kernels.get("cupy", (definition.kernel_fn,))[0]
            if kernel is not None:
                found.append((op_type, kernel))
    return found


KERNELS = _kernels()


@pytest.mark.parametrize(("op_type", "kernel"), KERNELS, ids=[name for name, _ in KERNELS])
def test_kernel_asks_cupy_for_what_it_has(op_type: str, kernel) -> None:
    for function, strings in reached(kernel):
        found = problems(source_of(function), strings=strings)
        assert source_of(function).body, function
        assert not found, f"{function.__module__}.{function.__qualname__}: {found}"


@pytest.mark.parametrize("path", CUPY_KERNELS, ids=[path.stem for path in CUPY_KERNELS])
def test_cupy_kernel_file_asks_cupy_for_what_it_has(path: Path) -> None:
    assert not problems(path.read_text())


def test_cupy_library_asks_cupy_for_what_it_has() -> None:
    from tftutor.backends import cupy_library, gpu_discovery

    assert not problems(inspect.getsource(cupy_library), objects=LIBRARY_OBJECTS)
    assert not problems(inspect.getsource(gpu_discovery))
    assert lookup("cupy.cuda.Device.mem_info") == "value"
    assert lookup("cupy.cuda.is_available") == ""
    assert "size" in (lookup("cupy.cuda.MemoryPool.set_limit") or "")


@pytest.mark.parametrize(("source", "problem"), [
    ("xp.convolve2d(a, b)", "CuPy has no array_api_compat.cupy.convolve2d"),
    ("xp.linalg.nrm", "CuPy has no array_api_compat.cupy.linalg.nrm"),
    ("xp.sum(a, axes=1)", "unexpected keyword argument 'axes'"),
    ("xp.take(a)", "missing a required argument: 'indices'"),
    ("xp.matmul(a, b, c, d, e)", "too many positional arguments"),
    ("getattr(xp, 'sine')(a)", "CuPy has no array_api_compat.cupy.sine"),
    ("import cupyx\ncupyx.scatter_add(a, b)", "missing a required argument: 'value'"),
    ("from cupyx.scipy.special import gama", "CuPy has no cupyx.scipy.special.gama"),
    ("import cupyx.scipy.special as s\ns.erf(a, b, c, d)", "too many positional arguments"),
    ("self._cupy.cuda.Stream(nonblocking=1)", "unexpected keyword argument 'nonblocking'"),
    ("self._stream.wait(e)", "CuPy has no cupy.cuda.Stream.wait"),
    ("self._stream.wait_event()", "missing a required argument: 'event'"),
])
def test_a_wrong_call_is_found(source: str, problem: str) -> None:
    found = problems(source, objects=LIBRARY_OBJECTS)
    assert any(problem in text for text in found), found


@pytest.mark.parametrize("source", [
    "xp.sum(a, axis=1, keepdims=True)", "xp.linalg.vector_norm(a)", "getattr(xp, n)(a)",
    "import cupyx\ncupyx.scatter_add(a, slices, value)", "xp.float32", "np.nonsense(a)",
    "self._cupy.cuda.Stream(non_blocking=True)", "self._stream.record(event)",
    "from cupyx.scipy.special import erf\nerf(x)", "xp.reshape(*args, **more)",
])
def test_a_right_call_is_left_alone(source: str) -> None:
    assert not problems(source, objects=LIBRARY_OBJECTS, strings={"n": "sin"})


def test_the_record_is_of_a_supported_cupy() -> None:
    assert int(record()["versions"]["cupy"].split(".")[0]) >= 13
    assert len(KERNELS) > 200
