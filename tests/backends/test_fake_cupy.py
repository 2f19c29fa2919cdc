"""The CuPy that NumPy plays refuses what CuPy refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.backends import fake_cupy


@pytest.fixture
def cupy(monkeypatch: pytest.MonkeyPatch) -> Any:
    fake_cupy.install(monkeypatch)
    import cupy

    return cupy


@pytest.mark.parametrize("use", [
    lambda cp, a: a + np.ones(3), lambda cp, a: np.ones(3) * a, lambda cp, a: a > np.ones(3),
    lambda cp, a: cp.add(a, np.ones(3)), lambda cp, a: cp.stack([a, np.ones(3)]),
    lambda cp, a: np.asarray(a), lambda cp, a: np.add(a, np.ones(3)),
    lambda cp, a: a.__setitem__(slice(None), np.ones(3)),
    lambda cp, a: cp.sum(a, where=a > 0), lambda cp, a: cp.add(a, 1, where=a > 0),
    lambda cp, a: cp.add.at(a.astype("int8"), a.astype(int), a.astype("int8")),
    lambda cp, a: cp.subtract.at(a, a.astype(int), a),
    lambda cp, a: cp.logical_and(a.astype("complex64"), a), lambda cp, a: a & a,
    lambda cp, a: cp.floor(a.astype("complex64")), lambda cp, a: a.astype("complex64") // 2,
])
def test_a_wrong_use_is_a_type_error(cupy: Any, use: Any) -> None:
    with pytest.raises(TypeError):
        use(cupy, cupy.asarray([0.0, 1.0, 2.0]))


@pytest.mark.parametrize("use", [
    lambda cp, a: a.tostring(), lambda cp, a: a.newbyteorder(), lambda cp, a: cp.nansumm(a),
    lambda cp, a: cp.linalg.lu(a),
])
def test_what_cupy_lacks_is_missing(cupy: Any, use: Any) -> None:
    with pytest.raises(AttributeError):
        use(cupy, cupy.asarray([0.0, 1.0, 2.0]))


def test_what_cupy_can_gives_cupy_arrays(cupy: Any) -> None:
    a = cupy.asarray(np.arange(6.0).reshape(2, 3))
    for value in (a * 2.0, 2.0 - a, a @ a.T, a[0], a[0, 0], a.sum(), cupy.sum(a, axis=0),
                  np.sqrt(a), a[cupy.asarray([1, 0])], a * np.float64(2), *cupy.split(a, 2)):
        assert isinstance(value, cupy.ndarray)
    assert float(a[0, 1]) == 1.0 and a.shape == (2, 3) and a.dtype == np.float64


def test_types_are_cupys(cupy: Any) -> None:
    flags = cupy.asarray([True, False])
    assert (flags ** flags).dtype == np.int8


def test_an_index_beyond_the_end_comes_round(cupy: Any) -> None:
    a = cupy.asarray([10.0, 11.0, 12.0])
    np.testing.assert_array_equal(a[cupy.asarray([3, -4])].get(), [10.0, 12.0])


@pytest.fixture
def twice_plus(cupy: Any) -> Any:
    return cupy.ElementwiseKernel("T x, T y, float32 z", "T sum, T most",
                                  "sum = x + y * z; most = max(x, y)", "twice_plus")


def _play(kernel: Any, *args: Any) -> Any:
    try:
        return kernel(*args)
    except fake_cupy.NotPlayed as unplayed:
        pytest.skip(str(unplayed))


def test_an_elementwise_kernel_is_computed(cupy: Any, twice_plus: Any) -> None:
    x = cupy.asarray(np.arange(6.0).reshape(2, 3))
    y = cupy.asarray(np.array([1.0, 2.0, 30.0]))
    total, most = _play(twice_plus, x, y, 0.5)
    np.testing.assert_array_equal(total.get(), x.get() + y.get() * 0.5)
    np.testing.assert_array_equal(most.get(), np.maximum(x.get(), y.get()))
    assert _play(twice_plus, x[0, 0], 2.0, 1.0)[0].shape == ()


def test_an_elementwise_kernel_wants_one_type_for_a_letter(cupy: Any, twice_plus: Any) -> None:
    x = cupy.asarray(np.zeros(2, np.float32))
    with pytest.raises(TypeError, match="mismatched"):
        twice_plus(x, x.astype("float64"), 1.0)
    with pytest.raises(TypeError, match="numpy.ndarray"):
        twice_plus(x, np.zeros(2, np.float32), 1.0)
    with pytest.raises(TypeError, match="number of arguments"):
        twice_plus(x, x)
