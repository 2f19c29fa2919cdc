"""TorchLibrary on the CPU; what needs a GPU is in tests/gpu."""

from __future__ import annotations

import numpy as np
import pytest

from tests.backends.strict_library import StrictLibrary
from tftutor.backends.array_library import NumpyLibrary

torch = pytest.importorskip("torch")
from tftutor.backends.torch_library import TorchLibrary  # noqa: E402

DTYPES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool",
          "complex64", "complex128"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3)])
def test_an_array_goes_there_and_back(dtype: str, shape: tuple[int, ...]) -> None:
    library = TorchLibrary("cpu")
    host = (np.arange(np.prod(shape, dtype=int)).reshape(shape) % 5).astype(dtype)
    value = library.from_host(host)
    assert library.owns(value) and not library.owns(host)
    assert library.nbytes(value) == host.nbytes
    back = library.to_host(value)
    assert back.dtype == host.dtype and back.shape == host.shape
    np.testing.assert_array_equal(back, host)


@pytest.mark.parametrize("view", [
    lambda a: a.T, lambda a: a[::-1], lambda a: a[:, ::2], lambda a: a[1, 1]])
def test_views_are_copied(view) -> None:
    library = TorchLibrary("cpu")
    host = np.arange(12.0).reshape(3, 4)
    expected = view(host).copy()
    value = library.from_host(view(host))
    host[...] = -1
    np.testing.assert_array_equal(library.to_host(value), expected)


def test_a_read_only_array_is_copied_without_a_warning(recwarn) -> None:
    host = np.arange(3.0)
    host.flags.writeable = False
    value = TorchLibrary("cpu").from_host(host)
    value += 1
    np.testing.assert_array_equal(host, [0, 1, 2])
    assert not recwarn


def test_what_torch_conjugates_later_is_conjugated() -> None:
    library = TorchLibrary("cpu")
    value = library.from_host(np.array([1 + 2j]))
    np.testing.assert_array_equal(library.to_host(library.xp.conj(value)), [1 - 2j])
    np.testing.assert_array_equal(library.to_host(library.xp.imag(library.xp.conj(value))), [-2])


def test_a_fetched_array_is_the_callers_own() -> None:
    library = TorchLibrary("cpu")
    value = library.from_host(np.zeros(3))
    library.to_host(value)[...] = 7
    np.testing.assert_array_equal(library.to_host(value), np.zeros(3))


def test_the_cpu_has_nothing_to_wait_for() -> None:
    library = TorchLibrary("cpu")
    assert library.ready() is None
    library.synchronize()
    with library.activate():
        assert library.owns(library.xp.zeros(3))


@pytest.mark.parametrize("source", [NumpyLibrary(), StrictLibrary(), TorchLibrary("cpu")],
                         ids=lambda library: library.name)
@pytest.mark.parametrize("destination", [NumpyLibrary(), StrictLibrary(), TorchLibrary("cpu")],
                         ids=lambda library: library.name)
def test_a_library_fetches_a_value_from_another(source, destination) -> None:
    value = source.from_host(np.arange(6.0).reshape(2, 3))
    copy = destination.copy_from(source, value, source.ready())
    assert destination.owns(copy)
    np.testing.assert_array_equal(destination.to_host(copy), np.arange(6.0).reshape(2, 3))
    assert destination.copy_from(destination, copy) is copy


def test_cpus_share_the_hosts_memory() -> None:
    value = np.arange(3)
    assert NumpyLibrary().copy_from(NumpyLibrary(), value) is value
