"""CupyLibrary on a fake CuPy: what it puts on which stream, and what it waits for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.backends import fake_cuda, fake_cupy
from tests.backends.fake_cuda import log
from tftutor.backends.array_library import NumpyLibrary
from tftutor.backends.cupy_library import CupyLibrary

WORK, FETCHES = "a", "b"  # the streams of a library in the order in which it makes them


@pytest.fixture(autouse=True)
def cupy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    fake_cupy.install(monkeypatch)
    yield
    assert fake_cuda.current_device() == 0
    assert fake_cuda.current_stream() == "default"


def test_an_array_goes_there_and_back() -> None:
    library = CupyLibrary(1)
    host = np.arange(6, dtype=np.float32).reshape(2, 3).T
    value = library.from_host(host)
    assert library.owns(value) and not library.owns(host)
    assert not CupyLibrary(0).owns(value)
    assert library.nbytes(value) == 24
    host[...] = 0
    np.testing.assert_array_equal(library.to_host(value), [[0, 3], [1, 4], [2, 5]])


@pytest.mark.parametrize("scalar", [np.float32(2.5), np.bool_(True), np.int64(-3), 7.0])
def test_a_scalar_becomes_an_array_of_rank_0(scalar: object) -> None:
    library = CupyLibrary()
    back = library.to_host(library.from_host(scalar))
    assert back.shape == () and back == scalar and back.dtype == np.asarray(scalar).dtype


def test_an_upload_is_put_on_the_devices_stream() -> None:
    CupyLibrary(1).from_host(np.ones(3))
    assert log == [("upload", "1" + WORK)]


def test_a_fetch_waits_for_its_token_on_a_stream_of_its_own() -> None:
    library = CupyLibrary(0)
    value = library.from_host(np.ones(3))
    token = library.ready()
    log.clear()
    library.to_host(value, token)
    assert log == [("wait", "0" + FETCHES, "0" + WORK), ("get", "0" + FETCHES)]


def test_a_copy_between_gpus_waits_on_streams_only() -> None:
    first, second = CupyLibrary(0), CupyLibrary(1)
    value = first.from_host(np.arange(4.0))
    token = first.ready()
    log.clear()
    copy = second.copy_from(first, value, token)
    assert second.owns(copy)
    np.testing.assert_array_equal(copy._array, np.arange(4.0))
    assert log == [
        ("wait", "0" + WORK, "1" + WORK),  # for the last user of the copy's memory
        ("peer copy", "0" + WORK, 0, 1, first._stream.ptr),
        ("wait", "1" + WORK, "0" + WORK),  # before anyone uses the copy
    ]


def test_a_transposed_array_is_straightened_before_it_goes_to_another_gpu() -> None:
    first, second = CupyLibrary(0), CupyLibrary(1)
    with first.activate():
        value = fake_cupy.wrapped(np.arange(6).reshape(2, 3).T)
    copy = second.copy_from(first, value, first.ready())
    np.testing.assert_array_equal(copy._array, np.arange(6).reshape(2, 3).T)


def test_a_scalar_keeps_its_rank_on_its_way_to_another_gpu() -> None:
    first, second = CupyLibrary(0), CupyLibrary(1)
    copy = second.copy_from(first, first.from_host(2.5), first.ready())
    assert second.to_host(copy).shape == () and float(copy) == 2.5


def test_copies_to_and_from_the_host() -> None:
    host, gpu = NumpyLibrary(), CupyLibrary(0)
    array = np.arange(3.0)
    value = gpu.copy_from(host, array, host.ready())
    assert gpu.owns(value)
    assert gpu.copy_from(gpu, value, gpu.ready()) is value
    back = host.copy_from(gpu, value, gpu.ready())
    assert isinstance(back, np.ndarray) and back is not array
    np.testing.assert_array_equal(back, array)


def test_activate_makes_the_device_current_and_restores_the_one_before() -> None:
    with CupyLibrary(1).activate():
        assert fake_cuda.current_device() == 1
        assert fake_cuda.current_stream() == "1" + WORK
        with CupyLibrary(0).activate():
            assert fake_cuda.current_device() == 0
        assert fake_cuda.current_device() == 1


def test_synchronize_waits_for_the_devices_stream() -> None:
    CupyLibrary(1).synchronize()
    assert log == [("synchronize", "1" + WORK)]


def test_no_such_gpu_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="invalid device"):
        CupyLibrary(2)
