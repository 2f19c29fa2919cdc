"""What the tests of faults share: a counter on the parameter server, and steps in threads."""

from __future__ import annotations

import threading
import time
from typing import Any

import tftutor as tf

PS, WORKER = "/job:ps/task:0", "/job:worker/task:0"


class Attempt:
    """Something that is done in a thread: what it gives or raises, and when."""

    def __init__(self, function: Any) -> None:
        self.result: Any = None
        self.error: BaseException | None = None
        self.ended = 0.0
        self._function = function
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.result = self._function()
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.error = error
        self.ended = time.monotonic()

    @property
    def is_done(self) -> bool:
        """Whether it has ended."""
        return not self._thread.is_alive()

    def outcome(self, seconds: float) -> BaseException | None:
        """What it has raised, or None. Raises: AssertionError when it still runs."""
        self._thread.join(seconds)
        assert not self._thread.is_alive(), f"still running after {seconds} s"
        return self.error


def counter(device: str = PS) -> tuple[Any, Any]:
    """A variable and the operation that counts it up."""
    with tf.device(device):
        variable = tf.get_variable("count", [], tf.int64, initializer=tf.zeros_initializer(),
                                   use_resource=False)
        return variable, variable.assign_add(1)


def endless_wait(device: str = PS, name: str = "empty") -> Any:
    """A tensor that nobody ever computes: a step that needs it waits in the middle."""
    with tf.device(device):
        return tf.FIFOQueue(1, tf.int64, [], shared_name=name).dequeue()


# A training program of between-graph replication, to be run as a cell of a worker. It counts the
# steps that it has seen done, and keeps them in `seen` for other cells.
TRAINING = """
import threading, time
tf.logging.set_verbosity(tf.logging.ERROR)
graph = tf.Graph()
seen, stop, failed = [], threading.Event(), []
with graph.as_default(), tf.device(tf.train.replica_device_setter(
        cluster=cluster, worker_device=f"/job:worker/task:{task_index}")):
    step = tf.train.get_or_create_global_step()
    w = tf.get_variable("w", [4, 1], initializer=tf.zeros_initializer())
    x = tf.random_normal([16, 4], seed=task_index + 1)
    y = tf.matmul(x, tf.constant([[1.0], [2.0], [3.0], [4.0]]))
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w) - y))
    train = tf.train.GradientDescentOptimizer(0.05).minimize(loss, global_step=step)
def work():
    try:
        with graph.as_default(), tf.train.MonitoredTrainingSession(
                server.target, is_chief=task_index == 0, checkpoint_dir=DIRECTORY or None,
                save_checkpoint_steps=20, save_summaries_steps=None, save_summaries_secs=None,
                log_step_count_steps=None) as session:
            while not stop.is_set():
                done = int(session.run([train, step])[1]) + 1  # it is read before the update
                seen.append((time.time(), done))
                time.sleep(0.002)
    except BaseException as error:
        failed.append(repr(error))
        raise
thread = threading.Thread(target=work, daemon=True)
thread.start()
"""


def train_on(cluster: Any, index: int, directory: str = "") -> None:
    """Begin to train on a worker; with a directory, checkpoints go there."""
    cluster.run_cell("worker", index, f"DIRECTORY = {directory!r}\n{TRAINING}", 10)


def seen_by(cluster: Any, index: int) -> list[tuple[float, int]]:
    """(time, global step) of the steps that a worker has seen done."""
    return eval(cluster.run_cell("worker", index, "print(seen)", 10))


def comes_to(cluster: Any, index: int, steps: int, seconds: float) -> bool:
    """Whether a worker sees at least so many steps done, within some seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if len(seen_by(cluster, index)) >= steps:
            return True
        time.sleep(0.05)
    return False


# The same with synchronous updates: NEEDED gradients of TOTAL workers make a step.
SYNC_TRAINING = """
import threading, time
tf.logging.set_verbosity(tf.logging.ERROR)
graph = tf.Graph()
seen, stop, failed = [], threading.Event(), []
is_chief = task_index == 0
with graph.as_default(), tf.device(tf.train.replica_device_setter(
        cluster=cluster, worker_device=f"/job:worker/task:{task_index}")):
    step = tf.train.get_or_create_global_step()
    w = tf.get_variable("w", [2], initializer=tf.zeros_initializer())
    loss = tf.reduce_sum(tf.square(w - [1.0, 2.0]))
    optimizer = tf.train.SyncReplicasOptimizer(
        tf.train.GradientDescentOptimizer(0.01), replicas_to_aggregate=NEEDED,
        total_num_replicas=TOTAL)
    train = optimizer.minimize(loss, global_step=step)
def work():
    try:
        with graph.as_default(), tf.train.MonitoredTrainingSession(
                server.target, is_chief=is_chief, checkpoint_dir=DIRECTORY or None,
                hooks=[optimizer.make_session_run_hook(is_chief, num_tokens=0)],
                save_checkpoint_steps=20, save_summaries_steps=None, save_summaries_secs=None,
                log_step_count_steps=None, stop_grace_period_secs=2) as session:
            while not stop.is_set():
                seen.append((time.time(), int(session.run([train, step])[1]) + 1))
                time.sleep(0.002)
    except BaseException as error:
        failed.append(repr(error))
        raise
thread = threading.Thread(target=work, daemon=True)
thread.start()
"""


def train_in_step(cluster: Any, index: int, needed: int, total: int, directory: str = "") -> None:
    """Begin to train synchronously on a worker."""
    names = f"DIRECTORY, NEEDED, TOTAL = {directory!r}, {needed}, {total}\n"
    cluster.run_cell("worker", index, names + SYNC_TRAINING, 10)
