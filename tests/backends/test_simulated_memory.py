"""The accounted memory of a simulated GPU."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from tftutor.backends.simulated_memory import (
    SimulatedMemory,
    SimulatedOutOfMemoryError,
    bytes_text,
)


def test_bytes_count_from_tracking_until_nobody_holds_the_array():
    memory = SimulatedMemory("test", 1 << 20)
    array = memory.track(np.zeros(100, np.float32), "a")
    assert memory.bytes_in_use == 512  # 400 bytes in blocks of 256
    assert memory.holds(array) and not memory.holds(np.zeros(100, np.float32))
    del array
    assert memory.bytes_in_use == 0 and memory.peak_bytes == 512


def test_a_view_takes_no_memory_and_keeps_its_array():
    memory = SimulatedMemory("test", 1 << 20)
    array = memory.track(np.zeros((64, 64), np.float32), "a")
    view = memory.track(array[2:, ::2].T, "b")
    assert memory.bytes_in_use == 64 * 64 * 4 and memory.holds(view)
    del array
    assert memory.bytes_in_use == 64 * 64 * 4
    del view
    assert memory.bytes_in_use == 0


def test_an_array_is_counted_once():
    memory = SimulatedMemory("test", 1 << 20)
    array = np.zeros(64, np.float32)
    memory.track(array, "a")
    memory.track(array, "b")
    assert memory.bytes_in_use == 256
    assert [a.owner for a in memory.allocations()] == ["a"]


def test_scalars_take_nothing():
    memory = SimulatedMemory("test", 16)
    assert memory.track(np.float32(3.0), "a") == 3.0
    assert memory.bytes_in_use == 0 and memory.holds(np.float32(3.0))


def test_what_does_not_fit_raises_with_a_table_and_leaves_the_rest():
    memory = SimulatedMemory("GPU_0_simulated", 4096)
    kept = memory.track(np.zeros(512, np.float32), "weights")
    with pytest.raises(SimulatedOutOfMemoryError) as caught:
        memory.track(np.zeros(1024, np.float32), "activations")
    assert caught.value.allocation.shape == (1024,)
    assert "2.00KiB of 4.00KiB in use" in caught.value.table
    assert "weights  float32[512]" in caught.value.table
    assert memory.bytes_in_use == kept.nbytes


def test_an_array_beyond_the_whole_memory_is_refused_before_it_is_made():
    memory = SimulatedMemory("test", 1 << 30)
    with pytest.raises(SimulatedOutOfMemoryError):
        memory.check_fits("a", np.float32, (1 << 20, 1 << 20))
    memory.check_fits("a", np.float32, (1 << 10, 1 << 10))


def test_arrays_in_a_cycle_are_freed_by_the_collector():
    memory = SimulatedMemory("test", 1 << 20)
    holder = [memory.track(np.zeros(64, np.float32), "a")]
    holder.append(holder)
    del holder
    gc.collect()
    assert memory.bytes_in_use == 0


def test_memory_reused_at_the_same_address_is_counted_anew():
    memory = SimulatedMemory("test", 1 << 20)
    for _ in range(100):  # the same address comes back most times
        array = memory.track(np.ones(300, np.float32), "a")
        assert memory.bytes_in_use == 1280
        del array
    assert memory.bytes_in_use == 0


@pytest.mark.parametrize("count, text", [(0, "0B"), (1023, "1023B"), (1536, "1.50KiB"),
                                         (1 << 20, "1.00MiB"), (11 << 30, "11.00GiB")])
def test_bytes_as_text(count, text):
    assert bytes_text(count) == text
