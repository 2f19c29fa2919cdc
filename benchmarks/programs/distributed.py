"""Steps that reach another task: a parameter server in a process of its own.

The program's own process is the worker, with a server and the session's client, as in TF1 courses.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.cluster import Cluster, Process
from benchmarks.programs.case import Case, start_server
from benchmarks.raw_socket import RawConnection

PS, WORKER = "/job:ps/task:0", "/job:worker/task:0"


class _Worker:
    """A worker in this process and its parameter server."""

    def __init__(self, tf: Any) -> None:
        self.cluster = Cluster(tf, workers=1, here=1)
        self.server = start_server(tf, self.cluster.spec, "worker", 0)
        self.session: Any = None

    def start_session(self, tf: Any) -> Any:
        """An initialised session on this process's task."""
        self.session = tf.Session(self.server.target)
        self.session.run(tf.global_variables_initializer())
        return self.session

    def close(self) -> None:
        """End the session and all tasks; a server of TensorFlow ends with its process only."""
        self.session.close()
        if hasattr(self.server, "stop"):
            self.server.stop()
        self.cluster.close()


def _shape(count: int) -> list[int]:
    return [count] if count else []


def run_nothing(tf: Any) -> Case:
    """A step of the parameter server with nothing to do."""
    worker = _Worker(tf)
    with tf.device(PS):
        tf.Variable(0.0)
        nothing = tf.no_op()
    session = worker.start_session(tf)
    return Case(lambda: session.run(nothing), close=worker.close)


def pull_variable(tf: Any, count: int) -> Case:
    """Fetch a float32 variable of the parameter server: `count` elements, 0 for a scalar."""
    worker = _Worker(tf)
    with tf.device(PS):
        variable = tf.Variable(tf.ones(_shape(count)))
    session = worker.start_session(tf)
    return Case(lambda: session.run(variable), close=worker.close)


def push_variable(tf: Any, count: int) -> Case:
    """Add a variable of the worker to one of the parameter server; nothing comes back."""
    worker = _Worker(tf)
    with tf.device(PS):
        variable = tf.Variable(tf.zeros(_shape(count)))
    with tf.device(WORKER):
        delta = tf.Variable(tf.ones(_shape(count)))
    with tf.device(PS):
        update = tf.assign_add(variable, delta).op
    session = worker.start_session(tf)
    return Case(lambda: session.run(update), close=worker.close)


def compute_from_variable(tf: Any, count: int) -> Case:
    """The worker computes from a variable of the parameter server."""
    worker = _Worker(tf)
    with tf.device(PS):
        variable = tf.Variable(tf.ones(_shape(count)))
    with tf.device(WORKER):
        total = tf.reduce_sum(variable * 2.0)
    session = worker.start_session(tf)
    return Case(lambda: session.run(total), close=worker.close)


def raw_transfer(tf: Any, count: int, is_push: bool) -> Case:
    """`pull_variable` or `push_variable` as a multiple of a raw socket's time."""
    case = (push_variable if is_push else pull_variable)(tf, count)
    other = Process("benchmarks.raw_socket")
    raw = RawConnection(other.answer()["port"])
    array = np.ones(4 * count, np.uint8)

    def close() -> None:
        case.close()  # type: ignore[misc]
        raw.close()
        other.close()

    return Case(case.step, baseline=(lambda: raw.push(array)) if is_push
                else (lambda: raw.pull(4 * count)), is_multiple=True, close=close)


def train_asynchronously(tf: Any, steps: int, batch: int, hidden: int, workers: int = 2) -> Case:
    """An MLP on digits: each worker runs `steps` steps at the same time. The unit is an example."""
    cluster = Cluster(tf, workers)
    for task in cluster.tasks[1:]:  # one after the other: the first one initialises
        task.ask(train={"batch": batch, "hidden": hidden})
        task.answer()

    def step() -> None:
        for task in cluster.tasks[1:]:
            task.ask(steps=steps)
        for task in cluster.tasks[1:]:
            task.answer()

    return Case(step, units=steps * batch * workers, close=cluster.close)
