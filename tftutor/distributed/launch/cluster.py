"""Cluster: what is the same for all clusters that tftutor starts, wherever their tasks run."""

from __future__ import annotations

from typing import Any

from tftutor.distributed.cluster_spec import ClusterSpec
from tftutor.distributed.launch.status import ClusterStatus, Monitor

# Which job a session talks to unless it says another.
_FIRST_JOBS = ("chief", "master", "worker")


def tasks_of(spec: ClusterSpec) -> dict[str, tuple[str, int]]:
    """{"worker:0": ("worker", 0)} for all tasks."""
    return {f"{job}:{index}": (job, index)
            for job in spec.jobs for index in spec.task_indices(job)}


class Cluster:
    """A running cluster. Use it in a `with` block, or call `stop()` at the end.

    `spec` is its tf.train.ClusterSpec, `is_stopped` says whether it was stopped.
    """

    def __init__(self, spec: ClusterSpec) -> None:
        self.spec = spec
        self.is_stopped = False
        self._tasks = tasks_of(spec)
        self._monitor = Monitor({task: spec.task_address(*where)
                                 for task, where in self._tasks.items()})

    @property
    def target(self) -> str:
        """The target of a session, `tf.Session(cluster.target)`: the chief, or worker 0."""
        jobs = sorted(self.spec.jobs, key=lambda job: (
            _FIRST_JOBS.index(job) if job in _FIRST_JOBS else len(_FIRST_JOBS)))
        return self.target_of(jobs[0], self.spec.task_indices(jobs[0])[0])

    def target_of(self, job: str, index: int) -> str:
        """The target of one task: `cluster.target_of("worker", 1)`.

        Raises: ValueError when the cluster has no such task.
        """
        return f"grpc://{self.spec.task_address(job, index)}"

    def status(self, timeout: float = 1.0) -> ClusterStatus:
        """A table of the tasks; those that don't answer within `timeout` seconds say so."""
        answered = self._monitor.ask(self._may_answer(), timeout)
        return ClusterStatus([self._monitor.row(task, *self._state(task, task in answered))
                              for task in self._tasks])

    def glance(self) -> ClusterStatus:
        """The same table without asking: what the tasks said last, at most a second or so ago.

        A process that has ended shows at once, and nobody waits for one that is silent.
        """
        return ClusterStatus([
            self._monitor.row(task, *self._state(task, self._monitor.is_fresh(task)))
            for task in self._tasks])

    def _may_answer(self) -> list[str]:
        """The tasks that it makes sense to ask."""
        return list(self._tasks)

    def _state(self, task: str, answered: bool) -> tuple[str, int | None]:
        """A task's state in a word, and its process."""
        return "serving" if answered else "no answer", None

    def stop(self) -> None:
        """Stop all tasks. A second call does nothing."""
        self.is_stopped = True
        self._monitor.stop()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.stop()

    def __repr__(self) -> str:
        jobs = ", ".join(f"{job}={self.spec.num_tasks(job)}" for job in self.spec.jobs)
        state = "stopped" if self.is_stopped else f"target {self.target}"
        return f"<{type(self).__name__} {jobs}, {state}>"
