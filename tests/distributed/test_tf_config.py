"""Which task a process is: TF_CONFIG, and what `tftutor server` is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

import tftutor as tf
from tftutor.distributed.launch.tf_config import read_cluster

CLUSTER = {"chief": ["c:1"], "ps": ["p0:1", "p1:1"], "worker": ["w0:1", "w1:1"]}


def _task(**found: Any) -> Any:
    return tf.cluster.from_tf_config({"TF_CONFIG": json.dumps(found)})


@pytest.mark.parametrize(("job", "index", "is_chief", "is_ps"), [
    ("chief", 0, True, False), ("worker", 0, False, False), ("worker", 1, False, False),
    ("ps", 1, False, True)])
def test_a_task_of_a_cluster_with_a_chief(job: str, index: int, is_chief: bool, is_ps: bool
                                          ) -> None:
    task = _task(cluster=CLUSTER, task={"type": job, "index": index}, environment="cloud")
    assert (task.job, task.index, task.is_chief, task.is_ps) == (job, index, is_chief, is_ps)
    assert task.cluster.as_dict() == CLUSTER and task.environment == "cloud"


def test_the_first_worker_is_the_chief_of_a_cluster_without() -> None:
    cluster = {"ps": ["p0:1"], "worker": ["w0:1", "w1:1"]}
    assert [_task(cluster=cluster, task={"type": "worker", "index": i}).is_chief
            for i in range(2)] == [True, False]


def test_a_master_is_a_chief() -> None:
    assert _task(cluster={"master": ["m:1"]}, task={"type": "master", "index": 0}).is_chief


def test_the_evaluator_is_outside_and_has_no_server() -> None:
    task = _task(cluster=CLUSTER, task={"type": "evaluator", "index": 0})
    assert task.is_evaluator and not task.is_chief
    with pytest.raises(ValueError, match="no part of the cluster"):
        task.server()


def test_indices_may_be_text_and_a_cluster_sparse() -> None:
    task = _task(cluster={"ps": ["p:1"], "worker": {"3": "w3:1"}},
                 task={"type": "worker", "index": "3"})
    assert task.cluster.as_dict() == {"ps": ["p:1"], "worker": {3: "w3:1"}}
    assert task.name == "/job:worker/task:3"


def test_without_tf_config_the_process_is_alone() -> None:
    task = tf.cluster.from_tf_config({})
    assert task.is_chief and task.cluster.num_tasks("worker") == 1 and task.cluster.jobs == [
        "worker"]


@pytest.mark.parametrize(("found", "text"), [
    ({"task": {"type": "ps"}}, "no cluster"), ({"cluster": CLUSTER}, "which task this is"),
    ({"cluster": CLUSTER, "task": {"type": "gpu"}}, "no job 'gpu': its jobs are chief, ps, worker"),
    ({"cluster": CLUSTER, "task": {"type": "ps", "index": 2}}, "'ps' has no task 2: it has 0, 1"),
    ({"cluster": CLUSTER, "task": {"type": "ps", "index": "x"}}, "must be a number, but got 'x'"),
    ({"cluster": ["c:1"], "task": {"type": "ps"}}, "map from jobs to addresses"),
    ({"cluster": CLUSTER, "task": "ps"}, "must be"),
])
def test_a_wrong_tf_config_says_what_is_wrong(found: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        _task(**found)


def test_a_tf_config_that_is_no_json_says_so() -> None:
    with pytest.raises(ValueError, match="not JSON"):
        tf.cluster.from_tf_config({"TF_CONFIG": "worker 0"})


def test_variables_go_to_the_parameter_servers_and_the_rest_to_this_worker() -> None:
    task = _task(cluster=CLUSTER, task={"type": "worker", "index": 1})
    with tf.Graph().as_default(), tf.device(task.device_setter()):
        weights = tf.get_variable("weights", [2])
        doubled = weights * 2.0
    assert (weights.device, doubled.device) == ("/job:ps/task:0", "/job:worker/task:1")


def test_a_cluster_is_read_from_a_file_from_text_and_from_a_whole_tf_config(tmp_path: Any) -> None:
    jobs = {"ps": ["p:1"], "worker": {1: "w:1"}}
    path = tmp_path / "cluster.json"
    path.write_text(json.dumps({"cluster": jobs, "task": {}}))
    assert read_cluster(str(path)) == read_cluster(json.dumps(jobs)) == jobs


@pytest.mark.parametrize("text", ['{"ps"', "{}", '{"cluster": {}}'])
def test_a_cluster_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cluster"):
        read_cluster(text)
