"""Simulated GPUs: their memory, their copies, their labels."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

import tftutor as tf
from tests.runtime.device_kinds import use_gpus
from tftutor.backends import torch_on_cpu
from tftutor.backends.threads import alone, thread_count
from tftutor.runtime.transfers import CopyCounts, copy_counts


@pytest.fixture
def gpu(monkeypatch):
    """A session's simulated GPU, as `gpu.library.memory`."""
    with tf.Graph().as_default():
        yield use_gpus(monkeypatch, "simulated")[1]


def test_memory_is_free_again_after_a_step_but_for_variables(gpu):
    with tf.device("/gpu:0"):
        v = tf.Variable(tf.ones([256, 256]))
        y = tf.matmul(v, v) + v
    with tf.Session() as session:
        session.run(v.initializer)
        session.run(y)
        after = gpu.library.bytes_in_use
        for _ in range(5):
            session.run(y)
        assert gpu.library.bytes_in_use == after
        assert any(a.owner == "Variable" and a.nbytes == 256 * 256 * 4
                   for a in gpu.library.memory.allocations())
        assert gpu.library.memory.peak_bytes >= 3 * 256 * 256 * 4


def test_closing_the_session_frees_its_variables(gpu):
    with tf.device("/gpu:0"):
        v = tf.Variable(np.ones([256, 256], np.float32))
    session = tf.Session()
    session.run(v.initializer)
    assert gpu.library.bytes_in_use >= 256 * 256 * 4
    session.close()
    assert gpu.library.bytes_in_use < 256 * 256 * 4


def test_running_out_of_memory_names_the_node_and_shows_a_table(gpu):
    gpu.library.memory.limit = 1 << 20
    with tf.device("/gpu:0"):
        x = tf.placeholder(tf.float32, [None, 128], name="x")
        w = tf.Variable(tf.zeros([128, 512]), name="weights")
        y = tf.matmul(x, w, name="product")
    with tf.Session() as session:
        session.run(w.initializer)
        session.run(y, {x: np.ones([8, 128])})
        with pytest.raises(tf.errors.ResourceExhaustedError) as caught:
            session.run(y, {x: np.ones([600, 128])})
        text = str(caught.value)
        assert "OOM when allocating tensor with shape[600,512] and type float on " \
               "/job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_simulated" in text
        assert caught.value.op is y.op
        assert "weights  float32[128, 512]" in text and "(simulated)" in text
        # Nothing is left behind, and the session goes on.
        assert session.run(y, {x: np.ones([8, 128])}).shape == (8, 512)
        assert gpu.library.bytes_in_use <= 1 << 19  # the variable, and its initial value


def test_a_huge_static_result_is_refused_before_it_is_computed(gpu):
    with tf.device("/gpu:0"):
        y = tf.fill([1 << 18, 1 << 14], tf.constant(1.0), name="huge")
        total = tf.reduce_sum(y)
    start = time.monotonic()
    with tf.Session() as session, pytest.raises(tf.errors.ResourceExhaustedError, match="huge"):
        session.run(total)
    assert time.monotonic() - start < 60  # 16 GiB would have been filled


def test_copies_are_counted_by_direction(gpu):
    with tf.device("/gpu:0"):
        x = tf.placeholder(tf.float32, [32, 32])
        y = tf.matmul(x, x)
    before = copy_counts(gpu).as_dict()
    with tf.Session() as session:
        session.run(y, {x: np.ones([32, 32])})
    after = copy_counts(gpu).as_dict()
    for kind in ("HtoD", "DtoH"):
        copies, nbytes = (b - a for a, b in zip(before.get(kind, (0, 0)), after[kind],
                                                strict=True))
        assert (copies, nbytes) == (1, 32 * 32 * 4)


def test_counts_add_up():
    counts = CopyCounts()
    counts.add("HtoD", 10)
    counts.add("HtoD", 5)
    assert counts.as_dict() == {"HtoD": (2, 15)}


def test_an_array_that_is_fetched_is_the_callers_own(gpu):
    with tf.device("/gpu:0"):
        v = tf.Variable(tf.zeros([8]))
    with tf.Session() as session:
        session.run(v.initializer)
        value = session.run(v)
        value[:] = 7.0
        np.testing.assert_array_equal(session.run(v), np.zeros(8))


def test_a_feed_that_is_changed_afterwards_changes_nothing(gpu):
    with tf.device("/gpu:0"):
        x = tf.placeholder(tf.float32, [4])
        v = tf.Variable(tf.zeros([4]))
        assign = tf.assign(v, x)
    fed = np.ones(4, np.float32)
    with tf.Session() as session:
        session.run(assign.op, {x: fed})
        fed[:] = 9.0
        np.testing.assert_array_equal(session.run(v), np.ones(4))


def test_everything_that_lists_it_says_simulated(gpu):
    with tf.Session() as session:
        tf.constant(1.0)
        assert "simulated" in repr(session.list_devices()[1])
        assert "simulated" in repr(gpu)
        assert "simulated" in gpu.library.memory.table()


def test_a_device_thread_shares_no_work_out():
    found = []

    def look() -> None:
        with alone():
            found.append(thread_count())

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [1]


def test_int32_arithmetic_on_a_gpu_is_done_in_host_memory(gpu):
    with tf.device("/gpu:0"):
        x = tf.placeholder(tf.int32, [1000])
        y = x + x
    before = copy_counts(gpu).as_dict()
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(y, {x: np.arange(1000)}), np.arange(1000) * 2)
    assert copy_counts(gpu).as_dict() == before


def test_a_big_convolution_on_a_simulated_gpu_does_not_go_through_torch(gpu, monkeypatch):
    pytest.importorskip("torch")
    asked = []
    monkeypatch.setattr(torch_on_cpu, "is_ready", lambda: asked.append(1) or False)

    def run(device: str) -> None:
        with tf.device(device):
            y = tf.nn.conv2d(tf.ones([8, 28, 28, 32]), tf.ones([5, 5, 32, 64]), [1] * 4, "SAME")
            total = tf.reduce_sum(y)
        with tf.Session() as session:
            session.run(total)

    run("/gpu:0")
    assert not asked  # it is one processor, and torch would use all
    run("/cpu:0")
    assert asked
