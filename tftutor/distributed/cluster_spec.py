"""tf.train.ClusterSpec: which tasks a cluster has, and the address of each.

A spec is checked when it is made; its protocol buffer is built when somebody asks for it, so that
describing a cluster loads nothing.
"""

from __future__ import annotations

import operator
from typing import Any

from tftutor.framework.api import tf_export

_NOT_A_CLUSTER = ("`cluster` must be a dictionary mapping one or more job names to lists of network"
                  " addresses, or a `ClusterDef` protocol buffer")
_INT32 = range(-2**31, 2**31)


@tf_export("train.ClusterSpec")
class ClusterSpec:
    """The jobs of a cluster: for each job, the address of each of its tasks.

        tf.train.ClusterSpec({"ps": ["127.0.0.1:2222"],
                              "worker": ["127.0.0.1:2223", "127.0.0.1:2224"]})
        tf.train.ClusterSpec({"ps": ["ps0:2222"], "worker": {1: "worker1:2222"}})

    A job given as a dictionary from task indices to addresses may leave tasks out: a worker needs
    to know the parameter servers and itself, not the other workers. A spec is also made of a
    tf.train.ClusterDef or of another spec.

    Raises: TypeError when `cluster`, a job's name or its tasks are something else.
    Source: TF 1.15 docs, tf.train.ClusterSpec.
    """

    def __init__(self, cluster: Any) -> None:
        self._cluster_def: Any = None
        self._is_partial = is_partial(cluster)
        if isinstance(cluster, dict):
            self._cluster_spec = {name: _tasks(name, tasks) for name, tasks in cluster.items()}
            _check(self._cluster_spec)
            return
        if isinstance(cluster, ClusterSpec):
            cluster_def = cluster.as_cluster_def()
            self._cluster_def = type(cluster_def)()
            self._cluster_def.CopyFrom(cluster_def)
        elif _is_cluster_def(cluster):
            self._cluster_def = cluster
        else:
            raise TypeError(_NOT_A_CLUSTER)
        self._cluster_spec = {job.name: dict(job.tasks.items()) for job in self._cluster_def.job}

    def __bool__(self) -> bool:
        return bool(self._cluster_spec)

    def __eq__(self, other: object) -> bool:
        return self._cluster_spec == other

    def __ne__(self, other: object) -> bool:
        return self._cluster_spec != other

    def __str__(self) -> str:
        jobs = self.as_dict()
        return "ClusterSpec({" + ", ".join(f"{k!r}: {jobs[k]!r}" for k in sorted(jobs)) + "})"

    def as_dict(self) -> dict[Any, Any]:
        """{job: its tasks}: a list of addresses, or {index: address} where indices are missing."""
        jobs: dict[Any, Any] = {}
        for name, tasks in self._cluster_spec.items():
            dense = bool(tasks) and max(tasks) + 1 == len(tasks)
            jobs[name] = self.job_tasks(name) if dense else {i: tasks[i] for i in sorted(tasks)}
        return jobs

    def as_cluster_def(self) -> Any:
        """The tf.train.ClusterDef of this cluster, jobs in the order of their names."""
        if self._cluster_def is None:
            from tftutor.framework.protos import proto_module

            cluster_def = proto_module("cluster_pb2").ClusterDef()
            for name, tasks in sorted(self._cluster_spec.items()):
                job = cluster_def.job.add(name=_text(name))
                for index in sorted(tasks):
                    job.tasks[operator.index(index)] = _text(tasks[index])
            self._cluster_def = cluster_def
        return self._cluster_def

    @property
    def jobs(self) -> list[Any]:
        """The names of the jobs."""
        return list(self._cluster_spec)

    def num_tasks(self, job_name: str) -> int:
        """How many tasks a job has. Raises: ValueError when there is no such job."""
        return len(self._job(job_name))

    def task_indices(self, job_name: str) -> list[int]:
        """The indices of a job's tasks. Raises: ValueError when there is no such job."""
        return sorted(self._job(job_name))

    def task_address(self, job_name: str, task_index: int) -> Any:
        """The address of a task. Raises: ValueError when there is no such job or task."""
        tasks = self._job(job_name)
        if task_index not in tasks:
            raise ValueError(f"No task with index {task_index!r} in job {job_name!r}")
        return tasks[task_index]

    def job_tasks(self, job_name: str) -> list[Any]:
        """The addresses of a job by index, None where an index is missing: `num_tasks` counts.

        Raises: ValueError when there is no such job, or it has no task.
        """
        tasks = self._job(job_name)
        addresses = [None] * (max(tasks) + 1)
        for index, address in tasks.items():
            addresses[index] = address
        return addresses

    def _job(self, job_name: str) -> dict[int, Any]:
        if job_name not in self._cluster_spec:
            raise ValueError(f"No such job in cluster: {job_name!r}")
        return self._cluster_spec[job_name]


def is_partial(cluster: Any) -> bool:
    """Whether it may leave tasks out: one of its jobs is written as a dictionary.

    A ClusterDef doesn't say so; indices that are missing in it do.
    """
    if isinstance(cluster, ClusterSpec):
        return cluster._is_partial
    return isinstance(cluster, dict) and any(isinstance(tasks, dict) for tasks in cluster.values())


def _tasks(job_name: Any, tasks: Any) -> dict[Any, Any]:
    """The tasks of one job, as a program gives them, by index."""
    if isinstance(tasks, (list, tuple)):
        return dict(enumerate(tasks))
    if isinstance(tasks, dict):
        return dict(tasks)
    raise TypeError(f"The tasks for job {job_name!r} must be a list or a dictionary from integers"
                    " to strings.")


def _check(jobs: dict[Any, dict[Any, Any]]) -> None:
    """Refuse what a ClusterDef can't hold, in the words of TensorFlow and of protobuf."""
    for job_name, tasks in sorted(jobs.items()):
        if not isinstance(job_name, (str, bytes)):
            raise TypeError(f"Job name {job_name!r} must be bytes or unicode")
        _text(job_name)
        for index, address in sorted(tasks.items()):
            if not isinstance(address, (str, bytes)):
                raise TypeError(f"Task address {address!r} must be bytes or unicode")
            try:
                number = operator.index(index)
            except TypeError:
                raise TypeError(f"{index!r} has type {type(index).__name__}, but expected one of:"
                                " int") from None
            if number not in _INT32:
                raise ValueError(f"Value out of range: {index}")
            _text(address)


def _text(value: str | bytes) -> str:
    if isinstance(value, str):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise ValueError(
            f"{value!r} has type str, but isn't valid UTF-8 encoding. Non-UTF-8 strings must be"
            " converted to unicode objects before being added.") from None


def _is_cluster_def(value: Any) -> bool:
    """Whether it is a tf.train.ClusterDef; whoever has one has loaded the messages already."""
    descriptor = getattr(type(value), "DESCRIPTOR", None)
    return getattr(descriptor, "name", None) == "ClusterDef"
