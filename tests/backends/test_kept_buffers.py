"""Buffers of big arrays: lent to one at a time, and given back when nobody wants them."""

from __future__ import annotations

import time

import numpy as np

from tftutor.backends.kept_buffers import KeptBuffers

MIB = 2**20


def address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def test_a_buffer_is_used_again_when_no_array_is_left_in_it():
    buffers = KeptBuffers()
    first = buffers.empty(8 * MIB)
    where = address(first)
    part = first.view(np.float32).reshape(2, -1)[1]  # keeps it in use
    del first
    assert address(buffers.empty(8 * MIB)) != where
    del part
    assert address(buffers.empty(8 * MIB)) == where


def test_a_memoryview_keeps_a_buffer_in_use():
    buffers = KeptBuffers()
    view = memoryview(buffers.empty(8 * MIB))
    view[0] = 7
    buffers.empty(8 * MIB)[0] = 1
    assert view[0] == 7


def test_arrays_in_use_at_the_same_time_share_nothing():
    buffers = KeptBuffers()
    arrays = [buffers.empty(5 * MIB) for _ in range(4)]
    for index, array in enumerate(arrays):
        array[:] = index
    assert [set(array[::MIB].tolist()) for array in arrays] == [{0}, {1}, {2}, {3}]


def test_what_nobody_uses_is_given_back_after_a_while():
    buffers = KeptBuffers(idle=0.0)
    kept = buffers.empty(8 * MIB)
    buffers.empty(16 * MIB)
    time.sleep(0.001)
    buffers.forget_idle()
    assert [buffer.memory.nbytes for buffer in buffers._buffers] == [8 * MIB]
    del kept
    time.sleep(0.001)
    buffers.forget_idle()
    assert not buffers._buffers


def test_no_more_than_so_many_bytes_wait_for_somebody():
    buffers = KeptBuffers(most_idle=18 * MIB)
    for size in (5, 6, 7, 8):
        buffers.empty(size * MIB)
    buffers.forget_idle()
    assert sorted(buffer.memory.nbytes for buffer in buffers._buffers) == [7 * MIB, 8 * MIB]


def test_small_arrays_are_left_to_malloc():
    buffers = KeptBuffers()
    assert buffers.empty(MIB).base is None and not buffers._buffers
