"""What is kept of a value, and its statistics."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tftutor.inspection.steps.values import Watcher, statistics_of


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int32", "uint8", "bool"])
def test_statistics_are_those_of_the_elements(dtype):
    numbers = [0, 1, 1, 0, 1, 0] if dtype == "bool" else [0, 1, 3, 0, 7, 100]
    found = statistics_of(np.array(numbers, dtype))
    mean = sum(numbers) / 6
    assert (found.elements, found.minimum, found.maximum) == (6, min(numbers), max(numbers))
    assert found.mean == pytest.approx(mean, rel=1e-3)
    assert found.deviation == pytest.approx(
        math.sqrt(sum((n - mean) ** 2 for n in numbers) / 6), rel=1e-3)
    assert found.zeros == pytest.approx(numbers.count(0) / 6)
    assert found.nans == found.infinities == 0


def test_nan_and_infinities_are_counted_and_left_out_of_the_rest():
    found = statistics_of(np.array([np.nan, 2.0, np.inf, -np.inf, 4.0, np.nan], np.float32))
    assert (found.nans, found.infinities) == (2, 2)
    assert (found.minimum, found.mean, found.maximum) == (2, 3, 4)


def test_nothing_finite_and_nothing_at_all():
    assert statistics_of(np.array([np.nan])).mean is None
    empty = statistics_of(np.zeros((0, 3)))
    assert (empty.elements, empty.mean, empty.zeros) == (0, None, 0)


def test_a_histogram_counts_every_element_once():
    found = statistics_of(np.arange(64.0))
    assert found.histogram == (4,) * 16
    assert statistics_of(np.ones(64)).histogram == ()


def test_text_is_kept_without_statistics():
    value = Watcher(1 << 20).look(np.array([b"abc", b"\xff"], object))
    assert (value.dtype, value.shape, value.statistics, value.health) == ("string", (2,), None, "")
    assert value.to_dict()["rows"] == ["abc", "�"]


def test_a_kept_array_is_a_copy():
    array = np.array([1.0, 2.0])
    value = Watcher(1 << 20).look(array)
    array[0] = 9
    assert value.array[0] == 1


def test_the_corner_of_a_batch_is_of_its_first_member():
    batch = np.arange(100 * 20 * 30, dtype=np.int32).reshape(100, 20, 30)
    value = Watcher(1 << 20).look(batch)
    np.testing.assert_array_equal(value.array, batch[0, :8, :8])
    assert not value.is_whole and value.nbytes == batch.nbytes


def test_a_big_array_is_read_in_pieces_and_gives_the_same():
    array = np.random.default_rng(3).normal(5.0, 2.0, (700, 701)).astype(np.float32)
    array[3, 4], array[699, 700], array[500, :10] = np.nan, -np.inf, 0
    found = statistics_of(array)
    finite = array[np.isfinite(array)].astype(np.float64)
    assert (found.nans, found.infinities, found.elements) == (1, 1, array.size)
    assert found.mean == pytest.approx(finite.mean(), rel=1e-12)
    assert found.deviation == pytest.approx(finite.std(), rel=1e-12)
    assert (found.minimum, found.maximum) == (finite.min(), finite.max())
    assert found.zeros == pytest.approx(10 / array.size)
