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
        with pytest.raises(tf.errors.UnavailableError, match="connection refused for 2 s"):
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
        cluster: Any, tmp_path: pathlib.Path) -> None:
    train_on(cluster, 0, str(tmp_path))
    assert comes_to(cluster, 0, 50, 10)
    cluster.kill("ps")
    time.sleep(0.5)
    before = seen_by(cluster, 0)
    cluster.restart("ps")
    back = time.time()
    assert comes_to(cluster, 0, len(before) + 30, 10)
    after = seen_by(cluster, 0)[len(before):]
    assert after[0][0] - back < 3.0
    # The chief restored a checkpoint: the count goes on from a number that had been reached.
    assert 1 < after[0][1] <= before[-1][1] + 2
    # And no step is applied twice, neither before nor after: each adds one.
    for run in (before, after):
        assert [b - a for (_, a), (_, b) in zip(run, run[1:], strict=False)] == [1] * (len(run) - 1)
    assert cluster.run_cell("worker", 0, "print(failed)", 5) == "[]\n"
