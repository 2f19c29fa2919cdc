"""Data parallelism in one graph: a tower a GPU, shared variables, averaged gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tftutor as tf

GPUS = 2


def _tower(images: Any, labels: Any) -> Any:
    images = tf.reshape(images, [-1, 8, 8, 1])
    conv = tf.layers.conv2d(images, 4, 3, padding="same", activation=tf.nn.relu, name="conv")
    pool = tf.layers.max_pooling2d(conv, 2, 2)
    logits = tf.layers.dense(tf.layers.flatten(pool), 10, name="logits")
    return tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))


def average_gradients(tower_grads: list[Any]) -> list[Any]:
    """As in TensorFlow's multi-GPU tutorials: a list of (gradient, variable) pairs a tower."""
    averages = []
    for pairs in zip(*tower_grads, strict=True):
        stacked = tf.concat([tf.expand_dims(gradient, 0) for gradient, _ in pairs], axis=0)
        averages.append((tf.reduce_mean(stacked, 0), pairs[0][1]))
    return averages


def _data() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.RandomState(0)
    return random.rand(16, 64).astype(np.float32), random.randint(0, 10, 16)


def _train(devices: list[str], variables_on: str, steps: int = 5) -> tuple[list[float], Any]:
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(7)
        x, y = tf.placeholder(tf.float32, [16, 64]), tf.placeholder(tf.int64, [16])
        with tf.device(variables_on):
            optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
        parts = zip(devices, tf.split(x, len(devices)), tf.split(y, len(devices)), strict=True)
        tower_grads, losses = [], []
        for number, (device, images, labels) in enumerate(parts):
            with tf.device(tf.train.replica_device_setter(
                    worker_device=device, ps_device=variables_on, ps_tasks=1)
                    if hasattr(tf.train, "replica_device_setter") else _setter(
                        device, variables_on)), tf.variable_scope(
                            "model", reuse=number > 0), tf.name_scope(f"tower_{number}"):
                loss = _tower(images, labels)
                tower_grads.append(optimizer.compute_gradients(loss))
                losses.append(loss)
        with tf.device("/cpu:0"):
            train = optimizer.apply_gradients(average_gradients(tower_grads))
            mean = tf.add_n(losses) / len(losses)
        values = dict(zip((x, y), _data(), strict=True))
        config = tf.ConfigProto(device_count={"GPU": GPUS}, allow_soft_placement=True)
        with tf.Session(config=config) as session:
            session.run(tf.global_variables_initializer())
            found = [float(session.run([mean, train], values)[0]) for _ in range(steps)]
            placed = {op.name: session.placement().device_of(op).short_name
                      for op in graph.get_operations()}
        return found, placed


def _setter(device: str, variables_on: str) -> Any:
    def choose(op: Any) -> str:
        return variables_on if op.type in ("VariableV2", "Variable", "VarHandleOp") else device

    return choose


def test_two_towers_train_as_one_device_with_the_whole_batch():
    one, _ = _train(["/cpu:0"], "/cpu:0")
    two, placed = _train(["/gpu:0", "/gpu:1"], "/cpu:0")
    np.testing.assert_allclose(two, one, rtol=1e-4)
    assert placed["model/conv/kernel"] == "/device:CPU:0"
    assert {placed[name] for name in placed if name.endswith("conv/Conv2D")} == {
        "/device:GPU:0", "/device:GPU:1"}


def test_towers_with_their_variables_on_the_first_gpu():
    one, _ = _train(["/cpu:0"], "/cpu:0")
    two, placed = _train(["/gpu:0", "/gpu:1"], "/gpu:0")
    np.testing.assert_allclose(two, one, rtol=1e-4)
    assert placed["model/conv/kernel"] == "/device:GPU:0"


def test_the_variables_of_the_towers_are_the_same():
    with tf.Graph().as_default():
        for number in range(2):
            with tf.device(f"/gpu:{number}"), tf.variable_scope("m", reuse=number > 0):
                tf.get_variable("w", [3])
        assert [v.name for v in tf.global_variables()] == ["m/w:0"]


@pytest.mark.parametrize("count", [2, 4])
def test_a_batch_queue_feeds_each_tower_its_part(count):
    with tf.Graph().as_default():
        data = tf.data.Dataset.range(8 * count).map(tf.to_float).batch(8).repeat()
        iterator = data.make_one_shot_iterator()
        sums = []
        for number in range(count):
            batch = iterator.get_next()
            with tf.device(f"/gpu:{number % GPUS}"):
                sums.append(tf.reduce_sum(batch))
        with tf.Session(config=tf.ConfigProto(device_count={"GPU": GPUS})) as session:
            found = sorted(session.run(sums))
    expected = np.arange(8 * count, dtype=np.float32).reshape(count, 8).sum(1)
    np.testing.assert_allclose(found, expected)
