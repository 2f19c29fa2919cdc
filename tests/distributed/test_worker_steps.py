"""Steps of a task that go wrong: aborted before they began, lost by a restart, failed halfway."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import tftutor as tf
from tests.distributed.faults import Attempt
from tests.distributed.processes import comes_true, free_ports
from tftutor.distributed.cluster_run import ClusterRun
from tftutor.runtime.step_state import StepState

PS, WORKER = "/job:ps/task:0", "/job:worker/task:0"


@pytest.fixture
def servers() -> Iterator[list[Any]]:
    """A parameter server and a worker, each with two devices, in this process."""
    ports = free_ports(2)
    spec = tf.train.ClusterSpec({"ps": [f"localhost:{ports[0]}"],
                                 "worker": [f"localhost:{ports[1]}"]})
    config = tf.ConfigProto(device_count={"CPU": 2})
    made = [tf.train.Server(spec, job, 0, config=config) for job in ("ps", "worker")]
    with tf.Graph().as_default():
        yield made
    for server in made:
        server.stop()


def test_a_step_that_was_aborted_before_it_began_says_why(servers):
    service = servers[0]._service
    service.answer("open_session", {"session": "s"}, ())
    service._sessions.find("s").plans["1"] = object()
    service.answer("abort_step", {"step": 7, "message": "another part has failed"}, ())
    with pytest.raises(tf.errors.CancelledError, match="another part has failed"):
        service.run({"session": "s", "handle": "1", "step": 7}, [])


def test_a_task_that_was_restarted_does_not_know_what_has_arrived(servers):
    """Else who misses a value, that was lost when its sender was killed, would wait for ever."""
    with pytest.raises(tf.errors.AbortedError, match="Session handle is not found: gone"):
        servers[0]._service.answer("confirm_step", {"session": "gone", "step": 7}, ())


def test_a_step_that_is_done_is_forgotten_with_its_values(servers):
    x = tf.placeholder(tf.float32, [1000])
    with tf.device(PS):
        there = x * 2.0
    with tf.device(WORKER):
        total = tf.reduce_sum(there)
    fed = np.ones(1000, np.float32)
    with tf.Session(servers[1].target) as session:
        runs = weakref.WeakSet()
        begin = servers[1]._service._steps.begin
        servers[1]._service._steps.begin = lambda number: (step := begin(number),
                                                           runs.add(step))[0]
        for _ in range(5):
            assert session.run(total, {x: fed}) == 2000
        gc.collect()
        assert not runs
        assert comes_true(lambda: not any(server._service._steps._unconfirmed
                                          for server in servers), 5)


def test_what_was_sent_ahead_for_a_step_that_fails_is_forgotten(servers):
    """The part of the session's own process goes first when it only reads and sends."""
    with tf.device(WORKER):
        good = tf.get_variable("good", [], use_resource=False)
        bad = tf.get_variable("bad", [], use_resource=False)
    with tf.device(PS):
        total = tf.sqrt(good) + tf.sqrt(bad)
    with tf.Session(servers[1].target) as session:
        session.run(good.initializer)
        with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized value bad"):
            session.run(total)
        assert not servers[0]._service._steps.all()


def test_both_devices_of_the_sessions_own_task_wait_for_another_one(servers, monkeypatch):
    """Each looks after a while what the others do; what they find counts once."""
    monkeypatch.setattr("tftutor.runtime.rendezvous._LONGEST_SLEEP", 0.001)
    with tf.device(PS):
        queue = tf.FIFOQueue(1, tf.float32, [], shared_name="q")
        taken = queue.dequeue()
        fetched, put = tf.identity(taken), queue.enqueue(3.0)
    parts = []
    for index in range(2):
        with tf.device(f"{WORKER}/device:CPU:{index}"):
            parts.append(taken * 2.0)
    looking, most = 0, 0
    look = ClusterRun._look

    def slow_look(self: Any, timeout: float) -> None:
        nonlocal looking, most
        looking += 1
        most = max(most, looking)
        time.sleep(0.02)
        look(self, timeout)
        looking -= 1

    monkeypatch.setattr(ClusterRun, "_look", slow_look)
    with tf.Session(servers[1].target) as session, tf.Session(servers[0].target) as other:
        timer = threading.Timer(0.3, lambda: other.run(put))
        timer.start()
        assert session.run([*parts, fetched]) == [6.0, 6.0, 3.0]
        timer.join()
    assert most == 1


def test_who_looks_around_while_it_waits_lets_others_at_what_it_waits_for():
    step, condition, entered = StepState(1), threading.Condition(), []

    def enter() -> None:
        entered.append(condition.acquire(timeout=2))
        if entered[0]:
            condition.release()

    def watch() -> None:
        if not entered:
            thread = threading.Thread(target=enter)
            thread.start()
            thread.join()

    step.watch = watch
    with condition:
        step.wait_for(condition, lambda: bool(entered), "cancelled")
    assert entered == [True]


def test_an_endless_loop_ends_at_the_deadline(servers):
    x = tf.placeholder(tf.int32, [])
    with tf.device(WORKER):
        loop = tf.while_loop(lambda i: i >= 0, lambda i: i * 1, [x])
    options = tf.RunOptions(timeout_in_ms=300)
    session = tf.Session(servers[1].target)
    attempt = Attempt(lambda: session.run(loop, {x: 1}, options=options))
    timer = threading.Timer(20, session.close)
    timer.start()
    assert isinstance(attempt.outcome(30), tf.errors.DeadlineExceededError)
    timer.cancel()
    session.close()


def test_what_takes_long_is_not_done_by_the_thread_that_serves_connections(servers):
    with tf.device(PS):
        variable = tf.get_variable("v", [1000], use_resource=False)
        x = tf.placeholder(tf.float32, [None])
        assign = tf.assign(variable, x, validate_shape=False)
    with tf.Session(servers[1].target) as session:
        session.run(assign, {x: np.ones(4)})
        service = servers[0]._service
        name, = service._sessions._sessions
        handle, = service._sessions.find(name).quick
        header = {"session": name, "handle": handle, "step": 1}
        assert not service.may_wait("run_graph", header, [np.ones(4)])
        assert service.may_wait("run_graph", {**header, "trace": True}, [np.ones(4)])
        assert service.may_wait("run_graph", header, [np.ones(1 << 20)])


def test_a_task_that_has_only_a_constant_which_is_copied_is_left_alone(servers):
    with tf.device(WORKER):
        rate = tf.constant(2.0)
    with tf.device(PS):
        total = tf.sqrt(rate)
    with tf.Session(servers[1].target) as session:
        before = servers[1]._service.counts["steps"]
        assert session.run(total) == np.float32(np.sqrt(2))
        assert servers[1]._service.counts["steps"] == before
        assert session.run([rate, total]) == [2.0, np.float32(np.sqrt(2))]


def test_a_step_that_is_ended_from_outside_says_so_in_tensorflows_words(servers):
    """TF 1.15: without the task, since no task is to blame."""
    with tf.device(PS):
        taken = tf.FIFOQueue(1, tf.float32, [], shared_name="q").dequeue()
    session = tf.Session(servers[1].target)
    with pytest.raises(tf.errors.DeadlineExceededError) as late:
        session.run(taken, options=tf.RunOptions(timeout_in_ms=100))
    assert late.value.message == "Operation timed out."
    threading.Timer(0.3, session.close).start()
    with pytest.raises(tf.errors.CancelledError) as closed:
        session.run(taken)
    assert closed.value.message == (
        "Step was cancelled by an explicit call to `Session::Close()`.")
