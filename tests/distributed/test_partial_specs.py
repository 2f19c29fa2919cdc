"""ClusterSpecs that list some tasks only are welcome; those that contradict each other are not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

import tftutor as tf
from tftutor.distributed import servers_here
from tftutor.distributed.cluster_spec import is_partial


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Starts servers that talk over sockets, as those of several processes do."""
    monkeypatch.setattr(servers_here, "service_at", lambda address: None)
    for module in ("server", "cluster_tasks"):
        monkeypatch.setattr(f"tftutor.distributed.{module}.service_at", lambda address: None)
    with ExitStack() as servers:
        yield lambda cluster, job, index: servers.enter_context(
            tf.train.Server(cluster, job, index))


def train(target: str, worker: int) -> float:
    """A worker's step that changes a variable of the ps by a value of the worker."""
    with tf.Graph().as_default():
        with tf.device("/job:ps/task:0"):
            v = tf.get_variable("v", initializer=1.0)
        with tf.device(f"/job:worker/task:{worker}"):
            change = tf.square(tf.constant(3.0)) + v
        with tf.device("/job:ps/task:0"):
            update = v.assign_add(change)
        config = tf.ConfigProto(device_filters=["/job:ps", f"/job:worker/task:{worker}"])
        with tf.Session(target, config=config) as session:
            session.run(v.initializer)
            return float(session.run(update))


@pytest.mark.parametrize("index", [0, 1])
def test_a_worker_may_know_itself_and_the_parameter_servers_only(start: Any, ports: list[str],
                                                                 index: int) -> None:
    """As TensorFlow's documentation of ClusterSpec suggests; index 0 leaves no gap."""
    start({"ps": ports[:1], "worker": ports[1:]}, "ps", 0)
    sparse = {"ps": ports[:1], "worker": {index: ports[1 + index]}}
    worker = start(sparse, "worker", index)
    assert train(worker.target, index) == 11.0


def test_a_worker_may_know_fewer_jobs(start: Any, ports: list[str]) -> None:
    start({"chief": [ports[2]], "ps": ports[:1], "worker": {0: ports[1]}}, "ps", 0)
    worker = start({"ps": ports[:1], "worker": ports[1:2]}, "worker", 0)
    assert train(worker.target, 0) == 11.0


def test_lists_of_different_length_are_refused_when_the_session_is_made(start: Any,
                                                                        ports: list[str]) -> None:
    start({"ps": ports[:1], "worker": ports[1:]}, "ps", 0)
    worker = start({"ps": ports[:1], "worker": ports[1:2]}, "worker", 0)
    begun = time.monotonic()
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        train(worker.target, 0)
    assert time.monotonic() - begun < 2
    assert caught.value.message == (
        f"/job:worker/replica:0/task:0 and /job:ps/replica:0/task:0 at {ports[0]} were given "
        "different ClusterSpecs: /job:worker/task:1 is unknown for /job:worker/replica:0/task:0, "
        f"but at {ports[2]} for /job:ps/replica:0/task:0")


def test_a_sparse_spec_with_another_address_is_refused(start: Any, ports: list[str]) -> None:
    start({"ps": ports[:1], "worker": ports[1:]}, "ps", 0)
    worker = start({"ps": ports[:1], "worker": {0: ports[2]}}, "worker", 0)
    with pytest.raises(tf.errors.InvalidArgumentError, match=(
            f"/job:worker/task:0 is at {ports[2]} for .*, but at {ports[1]} for")):
        train(worker.target, 0)


def test_a_task_that_does_not_know_the_receiver_of_a_value_says_so(start: Any, ports: list[str]
                                                                   ) -> None:
    start({"ps": {0: ports[0]}}, "ps", 0)
    worker = start({"ps": ports[:1], "worker": ports[1:2]}, "worker", 0)
    with pytest.raises(tf.errors.InvalidArgumentError, match=(
            "nothing can be sent to /job:worker/replica:0/task:0: it is not in the ClusterSpec of "
            "/job:ps/replica:0/task:0")):
        train(worker.target, 0)


def test_a_dictionary_of_tasks_makes_a_spec_partial() -> None:
    assert is_partial({"worker": {0: "a:1"}})
    assert is_partial(tf.train.ClusterSpec({"ps": ["b:1"], "worker": {0: "a:1"}}))
    assert is_partial(tf.train.ClusterSpec(tf.train.ClusterSpec({"worker": {0: "a:1"}})))
    assert not is_partial(tf.train.ClusterSpec({"worker": ["a:1"]}))
