"""Workers and chiefs are killed, and come back."""

from __future__ import annotations

import pathlib
import time
from typing import Any

import numpy as np

import tftutor as tf
from tests.distributed.faults import (
    PS,
    comes_to,
    seen_by,
    train_in_step,
    train_on,
)
from tests.distributed.processes import comes_true


def _last_step(cluster: Any, index: int) -> int:
    return seen_by(cluster, index)[-1][1]


def test_asynchronous_training_goes_on_without_a_killed_worker_and_takes_it_back() -> None:
    with tf.cluster.local(ps=1, worker=3) as cluster:
        for index in range(3):
            train_on(cluster, index)
        assert all(comes_to(cluster, index, 20, 10) for index in range(3))
        cluster.kill("worker", 2)
        for index in (0, 1):
            assert comes_to(cluster, index, len(seen_by(cluster, index)) + 50, 5)
        cluster.restart("worker", 2)
        before = _last_step(cluster, 0)
        train_on(cluster, 2)
        assert comes_to(cluster, 2, 20, 5) and seen_by(cluster, 2)[0][1] > before
        for index in range(3):
            assert cluster.run_cell("worker", index, "print(failed)", 5) == "[]\n"


def test_each_variable_has_an_update_of_a_killed_worker_wholly_or_not_at_all() -> None:
    """The worker adds 1 to all elements of two big variables, again and again, until it dies."""
    text = """
import threading
graph = tf.Graph()
with graph.as_default(), tf.device("/job:ps/task:0"):
    both = [tf.get_variable(name, [300_000], initializer=tf.zeros_initializer()) for name in "ab"]
    with tf.device("/job:worker/task:0"):
        ones = tf.ones([300_000]) * 1.0
    add = [variable.assign_add(ones) for variable in both]
def work():
    with tf.Session(server.target, graph=graph) as session:
        session.run([variable.initializer for variable in both])
        while True:
            session.run([a.op for a in add])
threading.Thread(target=work, daemon=True).start()
"""
    with tf.cluster.local(ps=1, worker=1) as cluster, tf.Graph().as_default():
        with tf.device(PS):
            both = [tf.get_variable(name, [300_000]) for name in "ab"]
        config = tf.ConfigProto(device_filters=["/job:ps"])
        for _ in range(3):
            cluster.run_cell("worker", 0, text, 10)
            time.sleep(0.7)
            cluster.kill("worker", 0)
            with tf.Session(cluster.target_of("ps", 0), config=config) as session:
                values = session.run(both)
                time.sleep(0.2)  # nothing that is late changes them any more
                again = session.run(both)
            for value, later in zip(values, again, strict=True):
                assert value[0] > 0 and np.all(value == value[0]) and np.all(later == value)
            assert abs(values[0][0] - values[1][0]) <= 1
            cluster.restart("worker", 0)


def test_steps_of_a_program_that_is_gone_end_at_the_ps() -> None:
    text = """
import threading
with tf.Graph().as_default() as graph, tf.device("/job:ps/task:0"):
    waits = tf.FIFOQueue(1, tf.float32, [], shared_name="q").dequeue()
session = tf.Session(server.target, graph=graph)
for _ in range(5):
    threading.Thread(target=lambda: session.run(waits), daemon=True).start()
"""
    with tf.cluster.local(ps=1, worker=1) as cluster, tf.Graph().as_default():
        with tf.device(PS):
            queue = tf.FIFOQueue(1, tf.float32, [], shared_name="q")
        put, size = queue.enqueue(1.0), queue.size()
        cluster.run_cell("worker", 0, text, 10)
        time.sleep(0.5)
        cluster.kill("worker", 0)
        time.sleep(1.0)
        config = tf.ConfigProto(device_filters=["/job:ps"])
        with tf.Session(cluster.target_of("ps", 0), config=config) as session:
            session.run(put)
            time.sleep(0.2)
            assert session.run(size) == 1  # none of the five has taken it


def test_synchronous_training_goes_on_with_a_backup_worker() -> None:
    with tf.cluster.local(ps=1, worker=3) as cluster:
        for index in range(3):
            train_in_step(cluster, index, 2, 3)
        assert all(comes_to(cluster, index, 10, 10) for index in range(3))
        cluster.kill("worker", 2)
        before = _last_step(cluster, 0)
        assert comes_true(lambda: _last_step(cluster, 0) > before + 20, 5)
        assert cluster.run_cell("worker", 1, "print(failed)", 5) == "[]\n"


def test_synchronous_training_without_a_backup_says_who_is_missing_and_resumes() -> None:
    with tf.cluster.local(ps=1, worker=2) as cluster:
        for index in range(2):
            train_in_step(cluster, index, 2, 2)
        assert all(comes_to(cluster, index, 10, 10) for index in range(2))
        cluster.kill("worker", 1)
        time.sleep(0.5)
        stopped_at = _last_step(cluster, 0)
        assert comes_true(lambda: "worker 1 silent for" in cluster.logs("worker", 0), 9)
        line = next(line for line in cluster.logs("worker", 0).splitlines() if "silent" in line)
        assert line.startswith(f"step {stopped_at}: 1 of 2 gradients; worker 1 silent for ")
        assert _last_step(cluster, 0) == stopped_at
        cluster.restart("worker", 1)
        train_in_step(cluster, 1, 2, 2)
        assert comes_true(lambda: _last_step(cluster, 0) > stopped_at + 10, 5)


def test_a_straggler_is_named_and_training_goes_on_when_it_does() -> None:
    with tf.cluster.local(ps=1, worker=2) as cluster:
        for index in range(2):
            train_in_step(cluster, index, 2, 2)
        assert all(comes_to(cluster, index, 10, 10) for index in range(2))
        cluster.suspend("worker", 1)
        try:
            assert comes_true(lambda: "worker 1 silent for" in cluster.logs("worker", 0), 9)
        finally:
            cluster.resume("worker", 1)
        stopped_at = _last_step(cluster, 0)
        for index in range(2):
            assert comes_true(lambda at=index: _last_step(cluster, at) > stopped_at + 10, 5)
            assert cluster.run_cell("worker", index, "print(failed)", 5) == "[]\n"


def test_a_worker_that_came_before_its_chief_starts_within_a_second_of_it() -> None:
    with tf.cluster.local(ps=1, worker=2) as cluster:
        train_on(cluster, 1)
        time.sleep(1.0)
        assert seen_by(cluster, 1) == []
        train_on(cluster, 0)
        assert all(comes_to(cluster, index, 5, 10) for index in range(2))
        assert seen_by(cluster, 1)[0][0] - seen_by(cluster, 0)[0][0] < 1.0  # TF: up to 30


def test_a_killed_chief_is_waited_for_and_a_new_one_restores(tmp_path: pathlib.Path) -> None:
    with tf.cluster.local(ps=1, worker=2) as cluster:
        for index in range(2):
            train_in_step(cluster, index, 2, 2, str(tmp_path))
        assert all(comes_to(cluster, index, 60, 10) for index in range(2))
        cluster.kill("worker", 0)
        time.sleep(0.5)
        stopped_at = _last_step(cluster, 1)
        assert comes_true(lambda: "worker 0 silent for" in cluster.logs("worker", 1), 9)
        assert f"step {stopped_at}: 1 gradients, and no chief; " in cluster.logs("worker", 1)
        cluster.restart("worker", 0)
        train_in_step(cluster, 0, 2, 2, str(tmp_path))
        assert comes_to(cluster, 0, 30, 10)
        first = seen_by(cluster, 0)[0][1]
        assert stopped_at - 25 <= first <= stopped_at + 3  # from the checkpoint, not from 0
        assert comes_true(lambda: _last_step(cluster, 1) > stopped_at, 5)
        for index in range(2):
            assert cluster.run_cell("worker", index, "print(failed)", 5) == "[]\n"
