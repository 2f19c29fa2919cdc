"""A parameter server is killed: what steps in flight say, and how training goes on."""

from __future__ import annotations

import pathlib
import time
from collections.abc import Iterator
from typing import Any

import pytest

import tftutor as tf
from tests.distributed.faults import (
    PS,
    WORKER,
    Attempt,
    comes_to,
    counter,
    endless_wait,
    seen_by,
    train_on,
)


@pytest.fixture
def cluster() -> Iterator[Any]:
    with tf.cluster.local(ps=1, worker=1) as running, tf.Graph().as_default():
        yield running


def test_a_ps_killed_in_a_step_is_named_within_a_second(cluster: Any) -> None:
    waits = endless_wait()
    with tf.device(WORKER):
        result = waits * 2
    with tf.Session(cluster.target) as session:
        attempt = Attempt(lambda: session.run(result))
        time.sleep(0.5)
        assert not attempt.is_done
        killed = time.monotonic()
        cluster.kill("ps")
        error = attempt.outcome(10)
        assert isinstance(error, tf.errors.UnavailableError)
        assert attempt.ended - killed < 1.0
        assert str(error).startswith("From /job:ps/replica:0/task:0:\n")
        assert f"/job:ps/task:0 at {cluster.spec.task_address('ps', 0)}" in error.message


def test_a_worker_killed_in_a_step_of_the_ps_is_named_too(cluster: Any) -> None:
    waits = endless_wait(WORKER)
    with tf.device(PS):
        result = waits * 2
    with tf.Session(cluster.target_of("ps", 0)) as session:
        attempt = Attempt(lambda: session.run(result))
        time.sleep(0.5)
        cluster.kill("worker", 0)
        error = attempt.outcome(2)
        assert isinstance(error, tf.errors.UnavailableError)
        assert "/job:worker/task:0 at " in error.message


def test_an_old_session_is_aborted_by_a_ps_that_was_restarted(cluster: Any) -> None:
    count, add = counter()
    with tf.Session(cluster.target) as session:
        session.run(count.initializer)
        assert session.run(add) == 1
        cluster.kill("ps")
        # The end of the connection may be heard of before the step or while it is on its way.
        with pytest.raises(tf.errors.UnavailableError,
                           match="connection (refused for 2 s|lost)"):
            session.run(add)
        cluster.restart("ps")
        for fetch in (add, count + 1):  # one that the ps before knew, and a new one
            with pytest.raises(tf.errors.AbortedError,
                               match="(?s)^From /job:ps/replica:0/task:0:.*Session .* not found"):
                session.run(fetch)
    with tf.Session(cluster.target) as session:
        assert not session.run(tf.is_variable_initialized(count))


def test_an_error_at_the_end_of_a_killed_step_does_not_spoil_the_next_session(cluster: Any) -> None:
    count, add = counter()
    with tf.Session(cluster.target) as session:
        session.run(count.initializer)
        attempt = Attempt(lambda: [session.run(add) for _ in range(100_000)])
        time.sleep(0.3)
        cluster.kill("ps")
        assert isinstance(attempt.outcome(5), tf.errors.UnavailableError)
    cluster.restart("ps")
    with tf.Session(cluster.target) as session:
        session.run(count.initializer)
        assert session.run(add) == 1


def test_monitored_training_resumes_from_the_checkpoint_when_the_ps_is_back(
        tmp_path: pathlib.Path) -> None:
    with tf.cluster.local(ps=1, worker=2) as cluster:
        for index in range(2):
            train_on(cluster, index, str(tmp_path))
        assert all(comes_to(cluster, index, 50, 10) for index in range(2))
        cluster.kill("ps")
        time.sleep(0.5)
        before = [seen_by(cluster, index) for index in range(2)]
        reached = max(step for _, step in before[0] + before[1])
        cluster.restart("ps")
        back = time.time()
        for index in range(2):
            assert comes_to(cluster, index, len(before[index]) + 30, 10)
        first = [seen_by(cluster, index)[len(before[index])] for index in range(2)]
        assert all(seconds - back < 3.0 for seconds, _ in first)
        _, step = min(first)  # of the worker that was back before the other one trained, too
        assert 20 <= step <= reached + 40  # from a checkpoint, not from 0
        for index in range(2):
            assert cluster.run_cell("worker", index, "print(failed)", 5) == "[]\n"


def test_no_step_is_applied_twice_when_the_ps_dies_and_comes_back(
        cluster: Any, tmp_path: pathlib.Path) -> None:
    """With one worker each step that is seen counts one up; a step done twice would count two."""
    train_on(cluster, 0, str(tmp_path))
    assert comes_to(cluster, 0, 30, 10)
    for _ in range(2):
        cluster.kill("ps")
        done = len(seen_by(cluster, 0))
        cluster.restart("ps")
        assert comes_to(cluster, 0, done + 30, 10)
    steps = [step for _, step in seen_by(cluster, 0)]
    jumps = [(a, b) for a, b in zip(steps, steps[1:], strict=False) if b != a + 1]
    assert len(jumps) <= 2  # one for each time that a checkpoint was restored ...
    assert all(b <= a + 2 for a, b in jumps)  # ... at most a step ahead of what had been heard of
