"""tf.train.replica_device_setter and its strategies against TensorFlow 1.15's answers."""

from __future__ import annotations

import logging
from typing import Any

import pytest

import tftutor as tf
from tests.golden.cluster_programs import LOADS, SETTERS

CLUSTER = {"ps": ["p0:1", "p1:1"], "worker": ["w0:1", "w1:1"]}


@pytest.mark.parametrize("setter", sorted(SETTERS))
def test_nodes_of_a_model_are_where_tensorflow_puts_them(cluster_answers: Any, setter: str
                                                         ) -> None:
    asked = {one for one in cluster_answers.tensorflow if one.startswith(f"{setter}: ")}
    assert len(asked) == 21
    assert not (found := cluster_answers.differences(asked)), "\n".join(found)


@pytest.mark.parametrize("load", sorted(LOADS))
def test_load_in_bytes_as_in_tensorflow(cluster_answers: Any, load: str) -> None:
    assert not (found := cluster_answers.differences({f"load of {load}"})), "\n".join(found)


def test_every_worker_puts_the_variables_in_the_same_places() -> None:
    placed = []
    for task in range(2):
        setter = tf.train.replica_device_setter(
            cluster=CLUSTER, worker_device=f"/job:worker/task:{task}")
        with tf.Graph().as_default(), tf.device(setter):
            variables = [tf.get_variable(name, [2]) for name in "abc"]
            product = variables[0] * 2.0
        placed.append([v.device for v in variables])
        assert product.device == f"/job:worker/task:{task}"
    assert placed[0] == placed[1] == ["/job:ps/task:0", "/job:ps/task:1", "/job:ps/task:0"]


def test_slots_of_an_optimizer_live_beside_their_variable() -> None:
    with tf.Graph().as_default(), tf.device(tf.train.replica_device_setter(cluster=CLUSTER)):
        tf.train.get_or_create_global_step()
        weights = tf.get_variable("weights", [4])
        optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
        optimizer.minimize(tf.reduce_sum(weights * weights))
        slot = optimizer.get_slot(weights, "momentum")
    assert weights.device == slot.device == "/job:ps/task:1"


def test_a_node_def_gets_a_device_too() -> None:
    setter = tf.train.replica_device_setter(ps_tasks=2)
    assert setter(tf.NodeDef(name="v", op="VariableV2")) == "/job:ps/task:0"
    assert setter(tf.NodeDef(name="v", op="VariableV2", device="/gpu:1")) == (
        "/job:ps/task:1/device:GPU:1")
    assert setter(tf.NodeDef(name="p", op="MatMul")) == "/job:worker"


def test_without_merging_a_warning_says_what_is_better(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("tensorflow")
    logger.addHandler(caplog.handler)
    try:
        tf.train.replica_device_setter(ps_tasks=1, merge_devices=False)
    finally:
        logger.removeHandler(caplog.handler)
    assert "merge_devices=true" in caplog.text
