"""The ServerDef of a server, from the arguments of `tf.train.Server`."""

from __future__ import annotations

import operator
import re
from typing import Any

from tftutor import errors
from tftutor.distributed.cluster_spec import ClusterSpec
from tftutor.formats.server_protos import server_def as server_def_class

_JOB_NAME = re.compile(r"[a-zA-Z][_a-zA-Z0-9]*")


def make_server_def(server_or_cluster_def: Any, job_name: str | None, task_index: int | None,
                    protocol: str | None, config: Any) -> Any:
    """The ServerDef proto that says which task of which cluster a server is.

    Raises: ValueError, TypeError and tf.errors.OpError in TensorFlow's words.
    """
    kind = server_def_class()
    made = kind()
    if isinstance(server_or_cluster_def, kind):
        made.CopyFrom(server_or_cluster_def)
        if job_name is not None:
            made.job_name = _as_name(job_name)
        if task_index is not None:
            made.task_index = _as_index(task_index)
        if protocol is not None:
            made.protocol = protocol
    else:
        cluster = _cluster_spec(server_or_cluster_def)
        made.cluster.CopyFrom(cluster.as_cluster_def())
        made.job_name = _job_name(cluster, job_name)
        made.task_index = _task_index(cluster, made.job_name, task_index)
        made.protocol = "grpc" if protocol is None else protocol
    if config is not None:
        made.default_session_config.MergeFrom(config)
    _check(made)
    return made


def _cluster_spec(given: Any) -> ClusterSpec:
    try:
        return ClusterSpec(given)
    except TypeError:
        raise TypeError("Could not convert `server_or_cluster_def` to a `tf.train.ServerDef` or "
                        "`tf.train.ClusterSpec`.") from None


def _job_name(cluster: ClusterSpec, given: str | None) -> str:
    if given is not None:
        return _as_name(given)
    if len(cluster.jobs) == 1:
        return cluster.jobs[0]
    raise ValueError("Must specify an explicit `job_name`.")


def _task_index(cluster: ClusterSpec, job: str, given: int | None) -> int:
    if given is not None:
        return _as_index(given)
    indices = cluster.task_indices(job)
    if len(indices) == 1:
        return indices[0]
    raise ValueError("Must specify an explicit `task_index`.")


def _as_name(given: Any) -> Any:
    if isinstance(given, str | bytes):
        return given
    raise _wrong_type(given, "bytes, unicode")


def _as_index(given: Any) -> int:
    """The number of a task: a command line's "1" is none."""
    try:
        return operator.index(given)
    except TypeError:
        raise _wrong_type(given, "int") from None


def _wrong_type(given: Any, expected: str) -> TypeError:
    return TypeError(f"{given!r} has type {type(given).__name__}, but expected one of: {expected}")


def _check(server_def: Any) -> None:
    """Raise what TensorFlow's runtime raises for a task that isn't there."""
    if server_def.protocol != "grpc":
        raise errors.NotFoundError(
            None, None, f"No server factory registered for the given ServerDef: {server_def}\n"
                        "The available server factories are: [ GRPC_SERVER ]")
    cluster = ClusterSpec(server_def.cluster)
    job, index = server_def.job_name, server_def.task_index
    if job not in cluster.jobs:
        raise errors.InternalError(None, None, f'Job "{job}" was not defined in cluster')
    if index not in cluster.task_indices(job):
        raise errors.InvalidArgumentError(
            None, None, f'Task {index} was not defined in job "{job}"')
    for name in cluster.jobs:
        if not _JOB_NAME.fullmatch(name):
            raise errors.InvalidArgumentError(
                None, None, f"a job's name must be letters, digits and _, a letter first, as it is "
                            f"part of device names, but got {name!r}")
