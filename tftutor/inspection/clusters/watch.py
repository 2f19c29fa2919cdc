"""Watch: reads a cluster again and again; two readings make rates of totals."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from tftutor.distributed.launch.cluster import Cluster
from tftutor.distributed.launch.status import ClusterStatus, TaskStatus, status
from tftutor.inspection.clusters.model import (
    GONE,
    PROGRAMS,
    SERVING,
    SILENT,
    STARTING,
    ClusterModel,
    Link,
    Task,
    Variable,
)

_SHORTEST = 0.2  # seconds: rates over less say nothing


class _Totals(NamedTuple):
    """What was counted at a moment: (sender, receiver) -> (bytes, messages), and steps by task."""

    time: float
    links: dict[tuple[str, str], tuple[int, int]]
    steps: dict[str, int]


class Watch:
    """Reads one cluster.

    Args:
      subject: a cluster, a ClusterStatus (which stays as it is), a tf.train.Server, or a target.
      clock: the time in seconds since 1970.

    Raises: TypeError for something else.
    """

    def __init__(self, subject: Any, clock: Callable[[], float] = time.time) -> None:
        self._ask = _question(subject)
        self._clock = clock
        self._before: _Totals | None = None
        self._rates: dict[Any, tuple[float, float]] = {}
        self._glances = isinstance(subject, Cluster)
        self._lock = threading.Lock()  # a panel's two threads may read
        self._subject = subject

    def read(self) -> ClusterModel:
        """Ask the tasks, which takes up to a second where one is silent."""
        rows = self._ask()
        with self._lock:
            return self._model(rows)

    def glance(self) -> ClusterModel:
        """As `read`, from what the tasks said last if somebody asks them anyway: takes no time."""
        rows = self._subject.glance() if self._glances else self._ask()
        with self._lock:
            return self._model(rows)

    def _model(self, rows: ClusterStatus) -> ClusterModel:
        now = self._clock()
        totals = _Totals(now, _links(rows), {row.task: row.steps or 0 for row in rows})
        before = self._before
        if before is None or now - before.time >= _SHORTEST:
            self._rates = _rates(before, totals)
            self._before = totals
        links = tuple(Link(*ends, *counts, *self._rates.get(ends, (None, None)))
                      for ends, counts in sorted(totals.links.items()))
        return ClusterModel(tuple(_task(row, self._rates.get(row.task)) for row in rows), links,
                            now)


def _question(subject: Any) -> Callable[[], ClusterStatus]:
    if isinstance(subject, Cluster):
        return subject.status
    if isinstance(subject, ClusterStatus):
        return lambda: subject
    target = subject if isinstance(subject, str) else getattr(subject, "target", None)
    if isinstance(target, str) and target.startswith("grpc://"):
        return lambda: status(target)
    raise TypeError("expected a cluster, its status(), a tf.train.Server or a target such as "
                    f"\"grpc://127.0.0.1:2222\", but got {type(subject).__name__}")


def condition_of(state: str) -> str:
    """Which of the four conditions a state in words is."""
    words = {"serving": SERVING, "starting": STARTING, "no answer": SILENT,
             "not started": STARTING}
    return words.get(state, GONE)


def _links(rows: ClusterStatus) -> dict[tuple[str, str], tuple[int, int]]:
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for row in rows:
        if row.uses is None:
            continue
        for target, counts in row.uses.sent.items():
            found[row.task, target] = (counts.nbytes, counts.messages)
        if row.uses.from_programs.messages:
            fed, fetched = row.uses.from_programs, row.uses.to_programs
            found[PROGRAMS, row.task] = (fed.nbytes, fed.messages)
            found[row.task, PROGRAMS] = (fetched.nbytes, fetched.messages)
    return found


def _rates(before: _Totals | None, now: _Totals) -> dict[Any, tuple[float, float]]:
    """Per second: (bytes, messages) for each link, (steps, 0) for each task.

    A task that was started anew counts from zero again.
    """
    if before is None:
        return {}
    seconds = now.time - before.time
    found: dict[Any, tuple[float, float]] = {}
    for ends, (nbytes, messages) in now.links.items():
        old_bytes, old_messages = before.links.get(ends, (0, 0))
        found[ends] = (max(nbytes - old_bytes, 0) / seconds,
                       max(messages - old_messages, 0) / seconds)
    for task, steps in now.steps.items():
        found[task] = (max(steps - before.steps.get(task, 0), 0) / seconds, 0.0)
    return found


def _task(row: TaskStatus, rate: tuple[float, float] | None) -> Task:
    uses = row.uses
    task = Task(row.task, row.address, condition_of(row.state), row.state, row.pid, row.heartbeat,
                row.uptime, row.steps, rate[0] if rate else None)
    if uses is None:
        return task
    return Task(**{**vars(task), "devices": uses.devices, "simulated": uses.simulated,
                   "variables": tuple(Variable(*each) for each in uses.variables),
                   "variable_count": uses.variable_count,
                   "variable_bytes": uses.variable_bytes})
