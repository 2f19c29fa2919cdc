"""Queues between threads: waiting, closing, cancelling, time limits.

Every wait has a limit, so that a queue that never wakes its steps fails a test, not the whole run.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import tftutor as tf

LIMIT = 20


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


@pytest.fixture
def threads(session):
    """Runs fetches in other threads; closing the session ends those that still wait."""
    pool = ThreadPoolExecutor(4)
    yield lambda fetch: pool.submit(session.run, fetch)
    session.close()
    pool.shutdown(wait=True)


def _queue(capacity=3, **kwargs):
    return tf.FIFOQueue(capacity, [tf.float32], shapes=[[]], name="q", **kwargs)


def _within(milliseconds):
    return tf.RunOptions(timeout_in_ms=milliseconds)


def _wait_until(condition):
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.005)


def _waiting(session, kind):
    """How many enqueues or dequeues wait at the queues of a session."""
    return sum(len(queue._enqueues if kind == "enqueue" else queue._dequeues)
               for queue in session._resources.of_kind("queue"))


def test_a_dequeue_waits_for_an_enqueue_of_another_thread(session, threads):
    queue = _queue()
    take, put = queue.dequeue(), queue.enqueue(7.0)
    waiting = threads(take)
    _wait_until(lambda: _waiting(session, "dequeue") == 1)
    assert not waiting.done()
    session.run(put)
    assert waiting.result(LIMIT) == 7.0


def test_an_enqueue_waits_for_room_and_other_steps_go_on(session, threads):
    queue = _queue(capacity=2)
    put, take, size = queue.enqueue_many([[1.0, 2.0, 3.0]]), queue.dequeue(), queue.size()
    waiting = threads(put)
    _wait_until(lambda: _waiting(session, "enqueue") == 1)
    assert session.run(size) == 2
    assert session.run(tf.constant(5)) == 5
    assert session.run(take) == 1.0
    waiting.result(LIMIT)
    assert session.run(size) == 2


def test_a_batch_is_collected_from_several_enqueues(session, threads):
    queue = _queue()
    put, batch = queue.enqueue(2.0), queue.dequeue_many(5)
    waiting = threads(batch)
    for _ in range(5):
        session.run(put)
    np.testing.assert_array_equal(waiting.result(LIMIT), [2.0] * 5)


def test_waiting_steps_are_served_in_the_order_they_came(session, threads):
    queue = _queue(capacity=10)
    first, second = queue.dequeue_many(3), queue.dequeue()
    put = queue.enqueue_many([[1.0, 2.0, 3.0, 4.0]])
    batch = threads(first)
    _wait_until(lambda: _waiting(session, "dequeue") == 1)
    single = threads(second)
    _wait_until(lambda: _waiting(session, "dequeue") == 2)
    session.run(put)
    np.testing.assert_array_equal(batch.result(LIMIT), [1, 2, 3])
    assert single.result(LIMIT) == 4.0


def test_closing_ends_a_waiting_dequeue_and_gives_back_what_it_took(session, threads):
    queue = _queue()
    put, batch, close, size = (queue.enqueue(1.0), queue.dequeue_many(2), queue.close(),
                               queue.size())
    session.run(put)
    waiting = threads(batch)
    _wait_until(lambda: _waiting(session, "dequeue") == 1)
    session.run(close)
    with pytest.raises(tf.errors.OutOfRangeError, match="is closed and has insufficient elements"):
        waiting.result(LIMIT)
    assert session.run(size) == 1


def test_closing_waits_for_the_enqueues_before_it(session, threads):
    queue = _queue(capacity=1)
    put, take, close, closed = (queue.enqueue_many([[1.0, 2.0]]), queue.dequeue(), queue.close(),
                                queue.is_closed())
    putting = threads(put)
    _wait_until(lambda: _waiting(session, "enqueue") == 1)
    closing = threads(close)
    _wait_until(lambda: _waiting(session, "enqueue") == 2)
    assert not session.run(closed)
    assert [session.run(take), session.run(take)] == [1.0, 2.0]
    putting.result(LIMIT)
    closing.result(LIMIT)
    assert session.run(closed)


def test_closing_may_cancel_the_enqueues_that_wait(session, threads):
    queue = _queue(capacity=1)
    put, cancel = queue.enqueue_many([[1.0, 2.0]]), queue.close(cancel_pending_enqueues=True)
    putting = threads(put)
    _wait_until(lambda: _waiting(session, "enqueue") == 1)
    session.run(cancel)
    with pytest.raises(tf.errors.CancelledError, match="Enqueue operation was cancelled"):
        putting.result(LIMIT)


def test_closing_the_session_ends_what_waits(session, threads):
    take = _queue().dequeue()
    waiting = threads(take)
    _wait_until(lambda: _waiting(session, "dequeue") == 1)
    session.close()
    with pytest.raises(tf.errors.CancelledError, match="Dequeue operation was cancelled"):
        waiting.result(LIMIT)


def test_a_time_limit_ends_the_wait_and_the_queue_stays_usable(session):
    queue = _queue()
    take, put = queue.dequeue(), queue.enqueue(1.0)
    with pytest.raises(tf.errors.DeadlineExceededError) as raised:
        session.run(take, options=_within(30))
    assert raised.value.message == "Timed out waiting for notification"
    assert raised.value.op is None
    session.run(put)
    assert session.run(take) == 1.0


def test_the_time_limit_of_the_session_counts_when_a_run_has_none():
    with tf.Graph().as_default():
        take = _queue().dequeue()
        with tf.Session(config=tf.ConfigProto(operation_timeout_in_ms=30)) as session:
            with pytest.raises(tf.errors.DeadlineExceededError):
                session.run(take)


def test_what_is_enqueued_is_a_copy(session):
    queue = tf.FIFOQueue(3, [tf.float32], shapes=[[2]])
    value = tf.placeholder(tf.float32, [2])
    put, take = queue.enqueue(value), queue.dequeue()
    given = np.array([1, 2], np.float32)
    session.run(put, {value: given})
    given[:] = 9
    np.testing.assert_array_equal(session.run(take), [1, 2])


def test_many_threads_neither_lose_nor_double_elements(session):
    queue = tf.RandomShuffleQueue(5, 0, [tf.int64], shapes=[[]])
    number = tf.placeholder(tf.int64, [])
    put, take = queue.enqueue(number), queue.dequeue()
    with ThreadPoolExecutor(8) as pool:
        for i in range(100):
            pool.submit(session.run, put, {number: i}, options=_within(1000 * LIMIT))
        results = [session.run(take, options=_within(1000 * LIMIT)) for _ in range(100)]
    assert sorted(results) == list(range(100))


def test_nodes_with_one_shared_name_share_a_queue_and_others_do_not(session):
    first = tf.FIFOQueue(3, [tf.float32], shared_name="shared", name="a")
    second = tf.FIFOQueue(3, [tf.float32], shared_name="shared", name="b")
    alone = tf.FIFOQueue(3, [tf.float32], name="shared")
    session.run(first.enqueue(1.0))
    assert session.run([second.size(), alone.size()]) == [1, 0]
    other = tf.FIFOQueue(4, [tf.float32], shared_name="shared", name="c")
    with pytest.raises(tf.errors.InvalidArgumentError,
                       match="has capacity 3 but requested capacity was 4"):
        session.run(other.size())


def test_each_session_has_queues_of_its_own():
    with tf.Graph().as_default():
        queue = _queue()
        put, size = queue.enqueue(1.0), queue.size()
        with tf.Session() as one, tf.Session() as two:
            one.run(put)
            assert (one.run(size), two.run(size)) == (1, 0)


def test_a_priority_queue_keeps_the_order_of_equal_priorities(session):
    queue = tf.PriorityQueue(10, [tf.string], shapes=[[]])
    session.run(queue.enqueue_many([np.int64([2, 1, 2, 1]), ["c", "a", "d", "b"]]))
    _, words = session.run(queue.dequeue_many(4))
    assert words.tolist() == [b"a", b"b", b"c", b"d"]


def test_an_interrupt_leaves_the_queue_usable(session, monkeypatch):
    queue = _queue()
    take, put = queue.dequeue(), queue.enqueue(3.0)

    def interrupt(self, timeout=None):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(threading.Condition, "wait", interrupt)
        with pytest.raises(KeyboardInterrupt):
            session.run(take)
    session.run(put)
    assert session.run(take) == 3.0
