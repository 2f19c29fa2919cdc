"""`tf.cluster.from_tf_config()`: which task of which cluster a process is, by TF_CONFIG.

    TF_CONFIG='{"cluster": {"ps": ["a:2222"], "chief": ["b:2222"], "worker": ["c:2222"]},
                "task": {"type": "worker", "index": 0}}'

Kubernetes operators and Google's machines set the variable; TensorFlow's estimators read it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tftutor.distributed.cluster_spec import ClusterSpec

_CHIEFS = ("chief", "master")
_OUTSIDE = "evaluator"


@dataclass(frozen=True)
class TaskConfig:
    """One task of a cluster.

    `cluster` is a tf.train.ClusterSpec, `job` and `index` say which task of it this process is.
    Raises: ValueError when the cluster has no such task.
    """

    cluster: ClusterSpec
    job: str
    index: int = 0
    environment: str = ""

    def __post_init__(self) -> None:
        if self.job == _OUTSIDE:
            return
        if self.job not in self.cluster.jobs:
            raise ValueError(f"the cluster has no job {self.job!r}: its jobs are "
                             f"{', '.join(map(str, self.cluster.jobs)) or 'none'}")
        indices = self.cluster.task_indices(self.job)
        if self.index not in indices:
            raise ValueError(f"job {self.job!r} has no task {self.index}: it has "
                             f"{', '.join(map(str, indices)) or 'none'}")

    @property
    def name(self) -> str:
        """`/job:worker/task:0`, as device strings spell it."""
        return f"/job:{self.job}/task:{self.index}"

    @property
    def is_chief(self) -> bool:
        """Whether it initialises and saves: chief or master, or else worker 0."""
        has_chief = any(job in self.cluster.jobs for job in _CHIEFS)
        return self.job in _CHIEFS or (self.job == "worker" and self.index == 0 and not has_chief)

    @property
    def is_ps(self) -> bool:
        """Whether it keeps variables and only has to serve: `task.server().join()`."""
        return self.job == "ps"

    @property
    def is_evaluator(self) -> bool:
        """Whether it reads checkpoints beside the cluster, of which it is no part."""
        return self.job == _OUTSIDE

    def server(self, **arguments: Any) -> Any:
        """Start the tf.train.Server of this task; the arguments are the server's.

        Raises: ValueError for the evaluator, which is no part of the cluster.
        """
        from tftutor.distributed.server import Server

        if self.job not in self.cluster.jobs:
            raise ValueError("the evaluator is no part of the cluster: it has no server, only a "
                             "program that reads checkpoints")
        return Server(self.cluster, job_name=self.job, task_index=self.index, **arguments)

    def device_setter(self, **arguments: Any) -> Any:
        """The tf.train.replica_device_setter of this worker, for `tf.device`."""
        from tftutor.distributed.device_setter import replica_device_setter

        return replica_device_setter(cluster=self.cluster, worker_device=self.name, **arguments)


def from_tf_config(environ: Mapping[str, str] | None = None) -> TaskConfig:
    """Which task this process is, by the environment variable TF_CONFIG.

        task = tf.cluster.from_tf_config()
        server = task.server()
        if task.is_ps:
            server.join()
        with tf.device(task.device_setter()):
            ...

    Without TF_CONFIG the process is the only worker of a cluster of one, at a free port.
    Raises: ValueError when TF_CONFIG is no JSON object, names no cluster, or a task that the
    cluster doesn't have.
    """
    text = (os.environ if environ is None else environ).get("TF_CONFIG", "")
    found = _parsed(text or "{}", "TF_CONFIG")
    if not isinstance(found, dict) or not isinstance(found.get("task", {}), dict):
        raise ValueError(f'TF_CONFIG must be {{"cluster": ..., "task": {{"type", "index"}}}}, but '
                         f"got {text!r}")
    task = found.get("task", {})
    if not found.get("cluster"):
        if task:
            raise ValueError(f"TF_CONFIG names a task but no cluster: {text!r}")
        return TaskConfig(ClusterSpec({"worker": ["localhost:0"]}), "worker", 0,
                          found.get("environment", ""))
    if "type" not in task:
        raise ValueError(f"TF_CONFIG doesn't say which task this is (task: type, index): {text!r}")
    return TaskConfig(ClusterSpec(jobs_of(found["cluster"])), task["type"],
                      _index(task.get("index", 0)), found.get("environment", ""))


def _index(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ValueError(f"a task's index must be a number, but got {value!r}") from None


def read_cluster(text: str) -> dict[str, Any]:
    """The jobs that a JSON file, or JSON itself, describes; a whole TF_CONFIG will do.

    Raises: ValueError when it describes no cluster; OSError when the file can't be read.
    """
    source = "the cluster"
    if not text.lstrip().startswith("{"):
        source, text = text, _contents(text)
    found = _parsed(text, source)
    if isinstance(found, dict) and isinstance(found.get("cluster"), dict):
        found = found["cluster"]
    if not isinstance(found, dict) or not found:
        raise ValueError('a cluster must be {"job": ["host:port", ...], ...}, but '
                         f"{source} is {text.strip()[:200]!r}")
    return jobs_of(found)


def _contents(path: str) -> str:
    """Raises: ValueError for what is no file of text."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise ValueError(f"cannot read the cluster from {path!r}: {error.strerror}; it must be a "
                         "file of JSON, or JSON itself") from None
    except UnicodeDecodeError:
        raise ValueError(f"cannot read the cluster from {path!r}: it is no text in UTF-8") from None


def _parsed(text: str, source: str) -> Any:
    """Raises: ValueError that shows where JSON ends to be JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        before = text[:error.pos].rpartition("\n")[2][-40:]
        where = f"after {before!r}" if before else f"at {text[error.pos:][:40]!r}"
        quotes = "; JSON has double quotes" if text[error.pos:][:1] == "'" else ""
        raise ValueError(f"{source} is not JSON: {error.msg} in line {error.lineno}, {where}"
                         f"{quotes}") from None


def jobs_of(described: Any) -> dict[str, Any]:
    """The jobs of a JSON description, in which task indices are text: {"worker": {"1": ...}}.

    Raises: ValueError for what is no map from jobs to addresses.
    """
    if not isinstance(described, dict):
        raise ValueError(f"a cluster must be a map from jobs to addresses, but got {described!r}")
    return {job: _tasks_of(job, tasks) for job, tasks in described.items()}


def _tasks_of(job: str, tasks: Any) -> Any:
    found = ({_index(index): address for index, address in tasks.items()}
             if isinstance(tasks, dict) else tasks)
    addresses = list(found.values()) if isinstance(found, dict) else found
    if not isinstance(addresses, list) or not all(isinstance(each, str) for each in addresses):
        raise ValueError(f'job {job!r} must have a list ["host:port", ...], or a map from indices '
                         f"to addresses, but has {tasks!r}")
    return found
