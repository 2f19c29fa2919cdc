"""Accumulators of a session: who waits, who comes first, what ends the waiting."""

import logging
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

import tftutor as tf
from tftutor.framework import dtypes
from tftutor.runtime.accumulators import DenseAccumulator, SparseAccumulator
from tftutor.runtime.step_state import StepState

PATIENCE = 20  # seconds; a test that takes so long has failed


def dense(shape=None, is_mean=True):
    return DenseAccumulator("", "", "node", dtypes.float64, shape, is_mean)


def sparse(shape=None, is_mean=True):
    return SparseAccumulator("", "", "node", dtypes.float64, shape, is_mean)


class Taker(threading.Thread):
    """Takes in a thread; `result` is the value or the error."""

    def __init__(self, accumulator, required, step=None):
        super().__init__(daemon=True)
        self.accumulator, self.required = accumulator, required
        self.step = step or StepState(1)
        self.result = None
        self.start()

    def run(self):
        try:
            self.result = self.accumulator.take(self.required, self.step)
        except tf.errors.OpError as error:
            self.result = error

    def wait_until_queued(self, position):
        """Come back when the taker stands in the line."""
        for _ in range(PATIENCE * 1000):
            if len(self.accumulator._takes) == position:
                return self
            time.sleep(0.001)
        raise AssertionError("the taker doesn't wait")

    def finished(self):
        self.join(PATIENCE)
        assert not self.is_alive()
        return self.result


def test_take_waits_for_the_last_gradient():
    accumulator = dense()
    accumulator.apply(0, np.array([1.0]))
    taker = Taker(accumulator, 2).wait_until_queued(1)
    assert taker.is_alive()
    accumulator.apply(0, np.array([5.0]))
    np.testing.assert_array_equal(taker.finished(), [3.0])
    assert (accumulator.num_accumulated(), accumulator.global_step) == (0, 1)


def test_who_came_first_takes_first():
    accumulator = dense()
    first = Taker(accumulator, 2).wait_until_queued(1)
    second = Taker(accumulator, 1).wait_until_queued(2)
    accumulator.apply(0, np.array([1.0]))  # enough for the second, who isn't first in line
    time.sleep(0.05)
    assert first.is_alive() and second.is_alive()
    accumulator.apply(0, np.array([3.0]))
    np.testing.assert_array_equal(first.finished(), [2.0])
    accumulator.apply(1, np.array([7.0]))
    np.testing.assert_array_equal(second.finished(), [7.0])
    assert accumulator.global_step == 2


def test_a_chief_that_waits_at_another_accumulator_is_not_missed():
    weights, biases = dense(), dense()
    for step in range(2):
        weights.apply(step, np.array([1.0]), source="worker 0")
        biases.apply(step, np.array([1.0]), source="worker 0")
        if step == 0:  # the chief has taken both means, one after the other
            for accumulator in (weights, biases):
                accumulator.take(1, StepState(1, session=SimpleNamespace(origin="worker 0")))
    taker = Taker(weights, 2).wait_until_queued(1)
    assert weights.is_awaited and not biases.is_awaited
    assert weights.stall(0.0) == "step 1: 1 of 2 gradients; for 0 s"
    assert biases.stall(0.0) == "step 1: 1 gradients, and no chief; worker 0 silent for 0 s"
    assert biases.stall(0.0, is_chief_here=weights.is_awaited) is None
    weights.apply(1, np.array([3.0]), source="worker 1")
    np.testing.assert_array_equal(taker.finished(), [2.0])


def test_one_whose_time_is_up_leaves_the_line():
    accumulator = dense()
    first = Taker(accumulator, 2, StepState(1, time.monotonic() + 0.05)).wait_until_queued(1)
    second = Taker(accumulator, 1).wait_until_queued(2)
    accumulator.apply(0, np.array([4.0]))
    assert isinstance(first.finished(), tf.errors.DeadlineExceededError)
    np.testing.assert_array_equal(second.finished(), [4.0])


def test_cancelled_step_stops_waiting():
    accumulator = dense()
    taker = Taker(accumulator, 1).wait_until_queued(1)
    taker.step.cancelled = "Session has been closed."
    error = taker.finished()
    assert isinstance(error, tf.errors.CancelledError)
    assert error.message == "TakeGrad operation was cancelled"
    accumulator.apply(0, np.array([4.0]))
    assert accumulator.num_accumulated() == 1  # nobody took it


def test_closing_cancels_who_waits_and_who_comes_later():
    accumulator = sparse()
    taker = Taker(accumulator, 1).wait_until_queued(1)
    accumulator.close()
    assert isinstance(taker.finished(), tf.errors.CancelledError)
    assert isinstance(Taker(accumulator, 1).finished(), tf.errors.CancelledError)


def test_gradients_of_many_threads_are_all_counted():
    accumulator, threads = dense(is_mean=False), []
    for worker in range(8):
        threads.append(threading.Thread(target=lambda w=worker: [
            accumulator.apply(0, np.full([3], float(w))) for _ in range(200)]))
        threads[-1].start()
    taken = Taker(accumulator, 1600).finished()
    np.testing.assert_array_equal(taken, [200.0 * sum(range(8))] * 3)


def test_gradient_is_not_changed_and_the_result_is_not_reused():
    accumulator = dense()
    gradient = np.array([1.0, 2.0])
    gradient.flags.writeable = False
    accumulator.apply(0, gradient)
    accumulator.apply(0, gradient)
    taken = accumulator.take(2, StepState(1))
    accumulator.apply(1, np.array([9.0, 9.0]))
    accumulator.apply(1, np.array([9.0, 9.0]))
    np.testing.assert_array_equal(taken, [1.0, 2.0])
    np.testing.assert_array_equal(gradient, [1.0, 2.0])


def test_gradient_that_does_not_fit_leaves_the_others():
    accumulator = dense((2,))
    accumulator.apply(0, np.array([1.0, 2.0]))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"expected \[2\], got \[3\]"):
        accumulator.apply(0, np.zeros(3))
    np.testing.assert_array_equal(accumulator.take(1, StepState(1)), [1.0, 2.0])


def test_scalar_gradients():
    accumulator = dense(())
    accumulator.apply(0, np.float64(1))
    accumulator.apply(0, np.float64(2))
    assert accumulator.take(2, StepState(1)) == 1.5


def test_sorted_sparse_gradients_give_the_mean_of_each_row():
    random = np.random.RandomState(0)
    accumulator, total, counts = sparse((50, 3)), np.zeros([50, 3]), np.zeros(50)
    for _ in range(6):
        rows = np.sort(random.choice(50, 20, replace=False))
        values = random.uniform(size=[20, 3])
        accumulator.apply(0, rows, values, np.array([50, 3]))
        total[rows] += values
        counts[rows] += 1
    rows, values, shape = accumulator.take(6, StepState(1))
    np.testing.assert_array_equal(rows, np.flatnonzero(counts))
    np.testing.assert_allclose(values, total[rows] / counts[rows, None])
    np.testing.assert_array_equal(shape, [50, 3])


def test_unsorted_sparse_gradients_sum_up_to_the_whole():
    random = np.random.RandomState(1)
    accumulator, total = sparse(is_mean=False), np.zeros([9, 2])
    for _ in range(5):
        rows, values = random.randint(0, 9, 12), random.uniform(size=[12, 2])
        accumulator.apply(0, rows, values, None)
        np.add.at(total, rows, values)
    rows, values, shape = accumulator.take(5, StepState(1))
    summed = np.zeros([9, 2])
    np.add.at(summed, rows, values)
    np.testing.assert_allclose(summed, total)
    np.testing.assert_array_equal(shape, [-1, 2])


def test_step_back_is_warned_of(monkeypatch, caplog):
    monkeypatch.setattr(logging.getLogger("tensorflow"), "propagate", True)
    accumulator = dense()
    accumulator.set_global_step(2)
    assert not caplog.records
    accumulator.set_global_step(1)
    assert [record.getMessage() for record in caplog.records] == [
        "Attempt to set current_global_step_ to smaller value: current_global_step_ = 2 >= 1 = "
        "new_global_step."]
    assert accumulator.global_step == 1


def test_session_timeout_and_a_second_try():
    with tf.Graph().as_default():
        accumulator = tf.ConditionalAccumulator(tf.float32, [2])
        take, push = accumulator.take_grad(1), accumulator.apply_grad([1.0, 2.0])
        with tf.Session() as session:
            options = tf.RunOptions(timeout_in_ms=30)
            with pytest.raises(tf.errors.DeadlineExceededError):
                session.run(take, options=options)
            session.run(push)
            np.testing.assert_array_equal(session.run(take), [1.0, 2.0])


def test_closed_session_names_the_node_that_waited():
    with tf.Graph().as_default():
        take = tf.SparseConditionalAccumulator(tf.float32).take_grad(1)
        session = tf.Session()
        found = []

        def wait():
            try:
                session.run(take)
            except tf.errors.CancelledError as error:
                found.append(error)

        thread = threading.Thread(target=wait)
        thread.start()
        while not session._running:
            time.sleep(0.001)
        session.close()
        thread.join(PATIENCE)
        assert [error.op.name for error in found] == ["SparseAccumulatorTakeGradient"]


@pytest.mark.parametrize("name", ["bfloat16", "int32", "complex64"])
def test_types_without_a_kernel(name):
    with tf.Graph().as_default(), tf.Session() as session:
        count = tf.ConditionalAccumulator(getattr(tf, name)).num_accumulated()
        with pytest.raises(tf.errors.InvalidArgumentError,
                           match="No OpKernel was registered to support Op "
                                 "'ResourceConditionalAccumulator' used by node"):
            session.run(count)


def test_gradient_of_another_type_than_the_accumulators():
    from tftutor.ops.accumulator_ops import (
        ResourceAccumulatorApplyGradient,
        ResourceAccumulatorTakeGradient,
        SparseAccumulatorApplyGradient,
    )

    with tf.Graph().as_default(), tf.Session() as session:
        handle = tf.ConditionalAccumulator(tf.float32).accumulator_ref
        zero = tf.constant(0, tf.int64)
        rows = tf.SparseConditionalAccumulator(tf.float32).accumulator_ref
        wrong = {
            ResourceAccumulatorApplyGradient(handle, zero, tf.zeros([2], tf.float64)):
                "have: resource, int64, double-> expected: resource, int64, float->",
            ResourceAccumulatorTakeGradient(handle, 1, dtype=tf.float64):
                "have: resource, int32->double expected: resource, int32->float",
            SparseAccumulatorApplyGradient(rows, zero, [zero], tf.zeros([1], tf.float64), [zero],
                                           has_known_shape=False):
                "have: string_ref, int64, int64, double, int64-> expected: string_ref, int64, "
                "int64, float, int64->"}
        for node, text in wrong.items():
            with pytest.raises(tf.errors.InvalidArgumentError) as raised:
                session.run(node)
            assert raised.value.message.startswith(f"Signature mismatch, {text}\n")


def test_fed_vector_where_a_step_is_wanted():
    with tf.Graph().as_default(), tf.Session() as session:
        accumulator = tf.ConditionalAccumulator(tf.float32)
        number = tf.placeholder(tf.int64)
        push = accumulator.apply_grad([1.0], local_step=number)
        with pytest.raises(tf.errors.InvalidArgumentError,
                           match=r"Argument local_step must be scalar, but had bad shape \[2\]"):
            session.run(push, {number: [1, 2]})
