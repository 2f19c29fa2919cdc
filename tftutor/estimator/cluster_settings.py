"""Which task of which cluster a RunConfig is for, by TF_CONFIG as TensorFlow's estimators read it.

Unlike `tf.cluster.from_tf_config`, a cluster needs a chief (or a master, which evaluates, too), and
an evaluator is told of no cluster at all: it works beside the others.
"""

from __future__ import annotations

from typing import Any

from tftutor.distributed.cluster_spec import ClusterSpec


class TaskType:
    """The names of the jobs that have a part in a training."""

    MASTER = "master"
    PS = "ps"
    WORKER = "worker"
    CHIEF = "chief"
    EVALUATOR = "evaluator"


def set_cluster(config: Any, tf_config: dict[str, Any]) -> None:
    """Fill in the fields of a RunConfig that say which task it is for.

    Raises: ValueError for a task or a cluster that no training can have; TypeError for a service
    that is no dict.
    """
    config._service = _checked_service(tf_config.get("service"))
    cluster = config._cluster_spec = ClusterSpec(tf_config.get("cluster", {}))
    task = tf_config.get("task", {})
    if TaskType.MASTER in cluster.jobs:
        _set_task_beside_master(config, task, tf_config)
    elif cluster:
        _set_task(config, task, tf_config)
    else:
        _set_single_task(config, task, tf_config)


def _checked_service(service: Any) -> Any:
    if service is not None and not isinstance(service, dict):
        raise TypeError('If "service" is set in TF_CONFIG, it must be a dict. Given '
                        f"{type(service)}")
    return service


def _set_task(config: Any, task: dict[str, Any], tf_config: dict[str, Any]) -> None:
    cluster = config._cluster_spec
    config._task_type, config._task_id = _checked_task(cluster, task, TaskType.CHIEF)
    config._evaluation_master = _evaluation_master(config._task_type, tf_config)
    if config._task_type != TaskType.EVALUATOR:
        config._master = _session_master(cluster, config._task_type, config._task_id, tf_config)
        config._num_ps_replicas = _count(cluster, TaskType.PS)
        config._num_worker_replicas = _count(cluster, TaskType.WORKER, TaskType.CHIEF)
        config._global_id_in_cluster = _global_id(cluster, config._task_type, config._task_id,
                                                  TaskType.CHIEF)
    else:
        config._cluster_spec = ClusterSpec({})
        config._master = ""
        config._num_ps_replicas = 0
        config._num_worker_replicas = 0
        config._global_id_in_cluster = None
    config._is_chief = config._task_type == TaskType.CHIEF


def _set_task_beside_master(config: Any, task: dict[str, Any], tf_config: dict[str, Any]) -> None:
    cluster = config._cluster_spec
    if TaskType.CHIEF in cluster.jobs:
        raise ValueError("If `master` node exists in `cluster`, job `chief` is not supported.")
    config._task_type, config._task_id = _checked_task(cluster, task, TaskType.MASTER)
    if config._task_type == TaskType.EVALUATOR:
        raise ValueError("If `master` node exists in `cluster`, task_type `evaluator` is not "
                         "supported.")
    config._global_id_in_cluster = _global_id(cluster, config._task_type, config._task_id,
                                              TaskType.MASTER)
    config._master = _session_master(cluster, config._task_type, config._task_id, tf_config)
    config._evaluation_master = _evaluation_master(config._task_type, tf_config)
    config._num_ps_replicas = _count(cluster, TaskType.PS)
    config._num_worker_replicas = _count(cluster, TaskType.WORKER, TaskType.MASTER)
    config._is_chief = config._task_type == TaskType.MASTER


def _set_single_task(config: Any, task: dict[str, Any], tf_config: dict[str, Any]) -> None:
    config._task_type = task.get("type", TaskType.WORKER)
    config._task_id = int(task.get("index", 0))
    config._global_id_in_cluster = 0
    if config._task_type != TaskType.WORKER:
        raise ValueError('If "cluster" is not set in TF_CONFIG, task type must be WORKER.')
    if config._task_id != 0:
        raise ValueError('If "cluster" is not set in TF_CONFIG, task index must be 0.')
    config._master = tf_config.get("session_master", "")
    config._evaluation_master = tf_config.get("eval_session_master", "")
    config._is_chief = True
    config._num_ps_replicas = 0
    config._num_worker_replicas = 1


def _checked_task(cluster: ClusterSpec, task: dict[str, Any], chief: str) -> tuple[str, int]:
    """(job, index) of the task."""
    if chief not in cluster.jobs:
        raise ValueError(f'If "cluster" is set in TF_CONFIG, it must have one "{chief}" node.')
    if len(cluster.job_tasks(chief)) > 1:
        raise ValueError(f'The "cluster" in TF_CONFIG must have only one "{chief}" node.')
    job, index = task.get("type"), task.get("index")
    if not job:
        raise ValueError('If "cluster" is set in TF_CONFIG, task type must be set.')
    if index is None:
        raise ValueError('If "cluster" is set in TF_CONFIG, task index must be set.')
    index = int(index)
    if index < 0:
        raise ValueError("Task index must be non-negative number.")
    if job == TaskType.EVALUATOR:
        return job, index
    source = (f"in the cluster_spec:\n{cluster}\n\nNote that these values may be coming from the "
              "TF_CONFIG environment variable.")
    if job not in cluster.jobs:
        raise ValueError(f"{job} is not a valid task_type {source}")
    if index >= len(cluster.job_tasks(job)):
        raise ValueError(f"{index} is not a valid task_id for task_type {job} {source}")
    return job, index


def _session_master(cluster: ClusterSpec, job: str, index: int, tf_config: dict[str, Any]) -> str:
    """The target of the task's sessions; "" for a cluster of one task, which needs no server."""
    if "session_master" in tf_config:
        return tf_config["session_master"]
    if sum(len(cluster.job_tasks(each)) for each in cluster.jobs) == 1:
        return ""
    return "grpc://" + cluster.job_tasks(job)[index]


def _evaluation_master(job: str, tf_config: dict[str, Any]) -> str:
    return tf_config.get("eval_session_master", "") if job == TaskType.EVALUATOR else ""


def _count(cluster: ClusterSpec, *jobs: str) -> int:
    return sum(len(cluster.as_dict().get(job, [])) for job in jobs)


def _global_id(cluster: ClusterSpec, job: str, index: int, chief: str) -> int:
    """A number for each task: the chief is 0, the others follow by name, servers come last."""
    others = sorted(each for each in cluster.jobs if each not in (chief, TaskType.PS))
    order = [chief, *others, TaskType.PS]
    return index + sum(len(cluster.job_tasks(each)) for each in order[:order.index(job)])


def default_device_filters(job: str, index: int) -> list[str] | None:
    """The tasks that a task of a training has to do with; None for one that isn't part of it."""
    own = {TaskType.MASTER: "/job:master", TaskType.CHIEF: "/job:chief",
           TaskType.WORKER: f"/job:worker/task:{index}"}
    if job == TaskType.PS:
        return ["/job:ps", "/job:worker", "/job:chief", "/job:master"]
    return ["/job:ps", own[job]] if job in own else None
