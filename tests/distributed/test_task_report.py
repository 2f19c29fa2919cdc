"""What a task says about its variables and its traffic."""

from __future__ import annotations

import types

import numpy as np

import tftutor as tf
from tftutor.distributed.launch import status as status_module
from tftutor.distributed.task_report import MOST_VARIABLES, Traffic, variables_as_data
from tftutor.runtime.devices import Device
from tftutor.runtime.resources import ResourceManager


def test_traffic_is_counted_by_receiver():
    traffic = Traffic()
    traffic.send("worker:1", [np.zeros(4, np.float32), np.zeros(2, np.int64)])
    traffic.send("worker:1", [])
    traffic.send("ps:0", [np.zeros((), np.float64)])
    traffic.serve([np.zeros(3, np.float32)], [np.zeros(1, np.int8)])
    assert traffic.as_data() == {"sent": {"worker:1": [32, 2], "ps:0": [8, 1]},
                                 "from_programs": [12, 1], "to_programs": [1, 1]}


def test_variables_of_both_kinds_are_listed_the_biggest_first():
    resources = ResourceManager()
    resources.variable("", "small").commit(np.zeros(3, np.float32))
    resources.resource_variable("", "big").commit(np.zeros((4, 5), np.float64))
    resources.variable("", "empty")
    resources.lookup_or_create("queue", "", "q", object)
    found = variables_as_data(resources, [Device("CPU", 0)])
    assert found["variables"] == [
        {"name": "big", "dtype": "float64", "shape": [4, 5], "bytes": 160,
         "device": "/device:CPU:0"},
        {"name": "small", "dtype": "float32", "shape": [3], "bytes": 12,
         "device": "/device:CPU:0"},
        {"name": "empty", "dtype": "", "shape": None, "bytes": 0, "device": ""}]
    assert (found["variable_count"], found["variable_bytes"]) == (3, 172)


def test_of_many_variables_only_the_biggest_are_named():
    resources = ResourceManager()
    for index in range(MOST_VARIABLES + 5):
        resources.variable("", f"v{index}").commit(np.zeros(index, np.int8))
    found = variables_as_data(resources, [Device("CPU", 0)])
    assert len(found["variables"]) == MOST_VARIABLES
    assert found["variables"][0]["name"] == f"v{MOST_VARIABLES + 4}"
    assert found["variable_count"] == MOST_VARIABLES + 5
    assert found["variable_bytes"] == sum(range(MOST_VARIABLES + 5))


def test_a_cluster_tells_where_its_variables_are_and_what_was_sent():
    with tf.cluster.local(ps=1, worker=1) as cluster, tf.Graph().as_default():
        with tf.device("/job:ps/task:0"):
            weights = tf.Variable(tf.ones([20, 5]), name="weights")
        x = tf.placeholder(tf.float32, [None, 20])
        with tf.device("/job:worker/task:0"):
            product = tf.matmul(x, weights)
        with tf.Session(cluster.target) as session:
            session.run(weights.initializer)
            before = {row.task: row.uses for row in cluster.status()}
            for _ in range(3):
                session.run(product, {x: np.ones([2, 20])})
            after = {row.task: row.uses for row in cluster.status()}
        variable, = after["ps:0"].variables
        assert (variable.name, variable.shape, variable.nbytes) == ("weights", (20, 5), 400)
        assert variable.device == "/device:CPU:0"
        assert after["worker:0"].variables == ()
        nbytes, messages = after["ps:0"].sent["worker:0"]
        assert before["ps:0"].sent == {} and (nbytes, messages) == (3 * 400, 3)
        assert after["worker:0"].from_programs == (3 * 2 * 20 * 4, 3)
        assert after["worker:0"].to_programs == (3 * 2 * 5 * 4, 3)


def test_a_glance_shows_a_killed_task_without_asking_anybody():
    with tf.cluster.local(ps=1, worker=1) as cluster:
        assert {row.state for row in cluster.glance()} == {"serving"}
        cluster.kill("worker", 0)
        states = {row.task: row.state for row in cluster.glance()}
        assert states == {"ps:0": "serving", "worker:0": "ended (SIGKILL)"}
    assert all(row.pid is None for row in cluster.glance())


def test_a_task_that_has_not_answered_lately_is_not_fresh(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(status_module, "time", types.SimpleNamespace(monotonic=lambda: now[0]))
    monitor = status_module.Monitor({"ps:0": "127.0.0.1:1"})
    assert monitor.is_fresh("ps:0")  # nobody has had the time to ask it
    now[0] += 10
    assert not monitor.is_fresh("ps:0")
    monitor.forget("ps:0")  # it was started anew
    assert monitor.is_fresh("ps:0")
    monitor._answers["ps:0"] = status_module._Answer({}, now[0])
    now[0] += 2
    assert monitor.is_fresh("ps:0")
    now[0] += 1
    assert not monitor.is_fresh("ps:0")
