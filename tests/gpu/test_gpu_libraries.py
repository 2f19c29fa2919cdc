"""The array libraries on a real GPU: memory, streams, what waits for what."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from tests.gpu.machine import LIBRARIES, real_library
from tftutor.backends.array_library import NumpyLibrary
from tftutor.backends.cuda_driver import cuda_devices

DTYPES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool",
          "complex64", "complex128"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0, 3), (5,), (2, 3, 4)])
def test_an_array_goes_there_and_back(library: Any, dtype: str, shape: tuple[int, ...]) -> None:
    host = (np.arange(np.prod(shape, dtype=int)).reshape(shape) % 5).astype(dtype)
    value = library.from_host(host)
    assert library.owns(value) and not library.owns(host)
    assert library.nbytes(value) == host.nbytes
    back = library.to_host(value)
    assert back.dtype == host.dtype and back.shape == host.shape
    np.testing.assert_array_equal(back, host)
    back[...] = 1  # the caller's own


@pytest.mark.parametrize("view", [
    lambda a: a.T, lambda a: a[::-1], lambda a: a[:, ::2], lambda a: a[1, 1]])
def test_views_are_copied_in_order(library: Any, view: Any) -> None:
    host = np.arange(12.0).reshape(3, 4)
    np.testing.assert_array_equal(library.to_host(library.from_host(view(host))), view(host))


def test_a_transposed_value_comes_back_in_order(library: Any) -> None:
    host = np.arange(6.0).reshape(2, 3)
    with library.activate():
        value = library.xp.permute_dims(library.from_host(host), (1, 0))
    np.testing.assert_array_equal(library.to_host(value), host.T)


def test_the_source_may_change_while_its_copy_is_under_way(library: Any) -> None:
    host = np.zeros(1 << 22, np.float32)
    values = []
    for number in range(20):
        host[...] = number
        values.append(library.from_host(host))
    host[...] = -1
    for number, value in enumerate(values):
        assert np.all(library.to_host(value) == number)


def test_what_is_created_lies_on_the_gpu(library: Any) -> None:
    xp = library.xp
    with library.activate():
        created = [xp.zeros((2, 3)), xp.ones(3), xp.full((2,), 7.0), xp.arange(5), xp.eye(3),
                   xp.linspace(0.0, 1.0, 4), xp.empty((2,)), xp.asarray([1.0, 2.0])]
    assert all(library.owns(value) for value in created)


def _work(library: Any, times: int) -> Any:
    """A product that keeps the GPU busy: a permutation, so that the result is exact."""
    size = 4096
    value = library.from_host(np.eye(size, dtype=np.float32)[::-1])
    with library.activate():
        result = value
        for _ in range(times):
            result = library.xp.matmul(result, value)
    return result


def _is_done(token: Any) -> bool:
    return token.done if hasattr(token, "done") else token.query()


def test_the_host_goes_on_while_the_gpu_computes(library: Any) -> None:
    library.to_host(_work(library, 2))  # libraries compile and load at first use
    library.synchronize()
    result = _work(library, 200)
    token = library.ready()
    assert not _is_done(token)
    library.synchronize()
    assert _is_done(token)
    assert library.to_host(result)[0, -1] == 1.0


def test_a_fetch_waits_for_its_own_value_only(library: Any) -> None:
    library.to_host(_work(library, 2))
    early = library.from_host(np.arange(1000.0))
    token = library.ready()
    late = _work(library, 200)
    late_token = library.ready()
    np.testing.assert_array_equal(library.to_host(early, token), np.arange(1000.0))
    assert not _is_done(late_token)
    library.to_host(late)
    assert _is_done(late_token)


def test_threads_share_a_gpu(library: Any) -> None:
    found: dict[int, np.ndarray] = {}

    def work(number: int) -> None:
        with library.activate():
            value = library.from_host(np.full(10_000, number, np.float32))
            for _ in range(50):
                value = value * 1.0 + 1.0
            found[number] = library.to_host(value, library.ready())

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.all(found[n] == n + 50) for n in range(8))


def test_copies_between_host_and_gpu(library: Any) -> None:
    host, array = NumpyLibrary(), np.arange(6.0)
    value = library.copy_from(host, array, host.ready())
    assert library.owns(value)
    assert library.copy_from(library, value) is value
    np.testing.assert_array_equal(host.copy_from(library, value, library.ready()), array)


@pytest.mark.gpu
def test_copies_between_two_libraries() -> None:
    first, second = (real_library(name) for name in LIBRARIES)
    for source, destination in ((first, second), (second, first)):
        value = source.from_host(np.arange(6.0))
        copy = destination.copy_from(source, value, source.ready())
        assert destination.owns(copy)
        np.testing.assert_array_equal(destination.to_host(copy), np.arange(6.0))


@pytest.mark.gpu
@pytest.mark.parametrize("name", LIBRARIES)
def test_copies_between_two_gpus(name: str) -> None:
    if len(cuda_devices()) < 2:
        pytest.skip("one GPU only")
    first, second = real_library(name, 0), real_library(name, 1)
    for number in range(20):
        with first.activate():
            value = first.from_host(np.full(1 << 20, number, np.float32)) + 1.0
        copy = second.copy_from(first, value, first.ready())
        del value  # its memory may have the next user: after the copy
        assert second.owns(copy)
        with second.activate():
            assert np.all(second.to_host(copy * 2.0) == 2.0 * (number + 1))
