"""Train for minutes on a cluster whose tasks are killed, frozen and restarted at random.

    python -m tests.distributed.soak --minutes 30 [--seed 1] [--workers 3]

Prints what it does, then the loss by time, and what has grown: file descriptors, threads and memory
of every process, processes that are left, shared memory and socket files. The exit code is 0 when
the loss has fallen and nothing has leaked.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import tftutor as tf
from tests.distributed.leaks import Usage, leftovers, usage_of
from tests.distributed.processes import is_alive

# What each worker runs: asynchronous training, and the mean loss of every second in `curve`.
PROGRAM = """
import json, os, threading, time
import numpy as np
tf.logging.set_verbosity(tf.logging.ERROR)
graph = tf.Graph()
curve, failed = {}, []
with graph.as_default(), tf.device(tf.train.replica_device_setter(
        cluster=cluster, worker_device=f"/job:worker/task:{task_index}")):
    step = tf.train.get_or_create_global_step()
    x = tf.placeholder(tf.float32, [None, 64])
    y = tf.placeholder(tf.float32, [None, 1])
    hidden = tf.layers.dense(x, 128, tf.nn.tanh)
    loss = tf.reduce_mean(tf.square(tf.layers.dense(hidden, 1) - y))
    train = tf.train.GradientDescentOptimizer(0.01).minimize(loss, global_step=step)
random = np.random.RandomState(task_index)
weights = np.random.RandomState(7).randn(64, 1)
def batch():
    inputs = random.randn(64, 64)
    return {x: inputs, y: np.sin(inputs @ weights / 4)}
def work():
    config = tf.ConfigProto(device_filters=["/job:ps", f"/job:worker/task:{task_index}"])
    try:
        with graph.as_default(), tf.train.MonitoredTrainingSession(
                server.target, is_chief=task_index == 0, checkpoint_dir=DIRECTORY, config=config,
                save_checkpoint_secs=2, save_summaries_steps=None, save_summaries_secs=None,
                log_step_count_steps=None, stop_grace_period_secs=2) as session:
            while True:
                value = float(session.run([loss, train], batch())[0])
                entry = curve.setdefault(int(time.time()), [0, 0.0])
                entry[0] += 1
                entry[1] += value
                time.sleep(0.005)
    except BaseException as error:
        failed.append(repr(error))
threading.Thread(target=work, daemon=True).start()
"""
_SETTLE = 8.0  # seconds that a process has before its first measurement


@dataclasses.dataclass
class Report:
    """What a soak has found."""

    curve: dict[int, tuple[int, float]]  # second -> (steps, mean loss)
    events: dict[str, int]
    growth: list[tuple[str, Usage, Usage]]  # process, at first and at last
    errors: list[str]
    left: list[str]

    def losses(self) -> tuple[float, float]:
        """The mean loss of the first and of the last tenth of the time."""
        values = [loss for _, (_, loss) in sorted(self.curve.items())]
        tenth = max(1, len(values) // 10)
        return sum(values[:tenth]) / tenth, sum(values[-tenth:]) / tenth

    def problems(self) -> list[str]:
        """What is wrong; empty when all is well."""
        if len(self.curve) < 3:
            return ["hardly any step was done"]
        first, last = self.losses()
        found = [*self.errors, *self.left]
        if not last < 0.7 * first:
            found.append(f"the loss hasn't fallen: {first:.4f} at first, {last:.4f} at last")
        found += [f"{name} has grown from {a} to {b}" for name, a, b in self.growth
                  if b.has_leaked(a)]
        return found

    def lines(self) -> Iterator[str]:
        """The report as text."""
        yield "second  steps  loss"
        begun = min(self.curve, default=0)
        width = max(1, (max(self.curve, default=0) - begun) // 30)
        for at in range(begun, max(self.curve, default=0) + 1, width):
            group = [self.curve[t] for t in range(at, at + width) if t in self.curve]
            steps = sum(count for count, _ in group)
            mean = sum(loss for _, loss in group) / len(group) if group else 0.0
            bar = "#" * round(60 * min(mean, 1.0))
            yield f"{at - begun:6d}  {steps:5d}  {f'{mean:.4f} {bar}' if group else '-'}"
        yield "events: " + ", ".join(f"{n} x {what}" for what, n in sorted(self.events.items()))
        for name, first, last in self.growth:
            yield f"{name}: {first} at first, {last} at last"
        yield from (f"PROBLEM: {text}" for text in self.problems())


class Soak:
    """One run; `run()` gives the report."""

    def __init__(self, minutes: float, workers: int = 3, seed: int = 1, say: Any = print) -> None:
        self._end = time.monotonic() + 60 * minutes
        self._workers = workers
        self._random = random.Random(seed)
        self._say = say
        self._curve: dict[int, dict[tuple[int, int], tuple[int, float]]] = {}
        self._events: dict[str, int] = {}
        self._errors: list[str] = []
        self._usages: dict[int, tuple[str, float, Usage, Usage]] = {}

    def run(self) -> Report:
        """Train until the time is over."""
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="soak-") as directory:
            with tf.cluster.local(ps=1, worker=self._workers) as cluster:
                for index in range(self._workers):
                    self._train(cluster, index, directory)
                while time.monotonic() < self._end:
                    time.sleep(self._random.uniform(1.0, 4.0))
                    self._collect(cluster)
                    # The last part is quiet, so that the end can be compared with the beginning.
                    if time.monotonic() - begun < 0.75 * (self._end - begun):
                        self._disturb(cluster, directory)
                self._collect(cluster)
                rows = list(cluster.status())
        left = [f"process {row.pid} of {row.task} is left" for row in rows
                if row.pid and is_alive(row.pid)]
        left += [f"{path} is left" for path in leftovers(row.address for row in rows)]
        growth = [(name, first, last) for name, _, first, last in self._usages.values()]
        return Report(self._joined_curve(), self._events, growth, self._errors, left)

    def _train(self, cluster: Any, index: int, directory: str) -> None:
        cluster.run_cell("worker", index, f"DIRECTORY = {directory!r}\n{PROGRAM}", 30)

    def _disturb(self, cluster: Any, directory: str) -> None:
        job = self._random.choice(["ps", *["worker"] * self._workers])
        index = 0 if job == "ps" else self._random.randrange(self._workers)
        what = self._random.choice(["kill", "kill", "freeze", "freeze for long"])
        self._events[f"{what} {job}"] = self._events.get(f"{what} {job}", 0) + 1
        self._say(f"{time.strftime('%H:%M:%S')} {what} {job} {index}")
        if what == "kill":
            cluster.kill(job, index)
            time.sleep(self._random.uniform(0.0, 2.0))
            cluster.restart(job, index)
            if job == "worker":
                self._train(cluster, index, directory)
        else:
            cluster.suspend(job, index)
            time.sleep(8.0 if what.endswith("long") else self._random.uniform(0.1, 3.0))
            cluster.resume(job, index)

    # -- what is measured -------------------------------------------------------------------

    def _collect(self, cluster: Any) -> None:
        for index in range(self._workers):
            with contextlib.suppress(tf.cluster.CellError, TimeoutError):
                text = cluster.run_cell(
                    "worker", index, "print(json.dumps([os.getpid(), curve, failed]))", 10)
                pid, curve, failed = json.loads(text)
                self._errors += [f"worker {index}: {error}" for error in failed
                                 if f"worker {index}: {error}" not in self._errors]
                for second, (count, total) in curve.items():
                    self._curve.setdefault(int(second), {})[index, pid] = (count, total)
        rows = [(row.task, row.pid) for row in cluster.status(2.0) if row.pid]
        for name, pid in [*rows, ("the launcher", os.getpid())]:
            self._measure(f"{name} (pid {pid})", pid)

    def _measure(self, name: str, pid: int) -> None:
        now, usage = time.monotonic(), usage_of(pid)
        if usage is None:
            return
        known = self._usages.get(pid)
        if known is None or now - known[1] < _SETTLE:
            self._usages[pid] = (name, now if known is None else known[1], usage, usage)
        else:
            self._usages[pid] = (name, known[1], known[2], usage)

    def _joined_curve(self) -> dict[int, tuple[int, float]]:
        joined = {}
        for second, parts in self._curve.items():
            steps = sum(count for count, _ in parts.values())
            joined[second] = (steps, sum(total for _, total in parts.values()) / steps)
        return joined


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    report = Soak(arguments.minutes, arguments.workers, arguments.seed).run()
    print("\n".join(report.lines()))
    return 1 if report.problems() else 0


if __name__ == "__main__":
    sys.exit(main())
