"""Graphs that several tests look at."""

from __future__ import annotations

import pathlib
import runpy
from types import SimpleNamespace

import numpy as np
import pytest

import tftutor as tf
from tftutor.framework import gradient_registry

GOLDEN = pathlib.Path(__file__).parents[2] / "golden"


@pytest.fixture(scope="session")
def programs() -> dict[str, tf.Graph]:
    """The graphs of all programs whose graphs are compared with TensorFlow's."""
    groups = runpy.run_path(str(GOLDEN / "answers.py"))["programs"]("graph")[0]
    graphs = {}
    registered = dict(gradient_registry._registered)  # a name is registered once in a process
    gradient_registry._registered.clear()
    for name, source in ((n, s) for group in groups.values() for n, s in group.items()):
        graphs[name] = tf.Graph()
        with graphs[name].as_default():
            exec(compile(source, "<program>", "exec"), {"tf": tf, "np": np})
    gradient_registry._registered.clear()
    gradient_registry._registered.update(registered)
    return graphs


@pytest.fixture
def regression() -> SimpleNamespace:
    """The lecture's linear regression: two placeholders, two variables, a loss, an update."""
    graph = tf.Graph()
    with graph.as_default():
        x, y = tf.placeholder("float", name="X"), tf.placeholder("float", name="Y")
        w, b = tf.Variable(0.3, name="weight"), tf.Variable(0.1, name="bias")
        prediction = tf.add(tf.multiply(x, w), b)
        cost = tf.reduce_sum(tf.pow(prediction - y, 2)) / 200
        train = tf.train.GradientDescentOptimizer(0.01).minimize(cost)
        init = tf.global_variables_initializer()
    return SimpleNamespace(graph=graph, x=x, y=y, w=w, b=b, cost=cost, train=train, init=init,
                           prediction=prediction)


def _dense(x: tf.Tensor, outputs: int, name: str) -> tf.Tensor:
    with tf.name_scope(name):
        w = tf.Variable(tf.random_normal([x.shape[1].value, outputs]), name="w")
        b = tf.Variable(tf.zeros([outputs]), name="b")
        return tf.nn.relu(tf.matmul(x, w) + b)


@pytest.fixture(scope="session")
def network() -> SimpleNamespace:
    """Two layers in scopes, a loss, summaries, Adam, init and a saver."""
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [None, 8], name="x")
        labels = tf.placeholder(tf.float32, [None, 3], name="labels")
        logits = _dense(_dense(x, 16, "layer_a"), 3, "layer_b")
        with tf.name_scope("loss"):
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(
                labels=labels, logits=logits), name="value")
        tf.summary.scalar("cost", loss)
        tf.summary.merge_all()
        train = tf.train.AdamOptimizer().minimize(loss, name="train")
        init = tf.global_variables_initializer()
        tf.train.Saver()
    return SimpleNamespace(graph=graph, x=x, labels=labels, loss=loss, train=train, init=init,
                           variables=["layer_a/w", "layer_a/b", "layer_b/w", "layer_b/b"])


@pytest.fixture(scope="session")
def tower() -> SimpleNamespace:
    """Thirty equal layers one after the other, with gradients and Adam: 1,856 operations."""
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [None, 8], name="x")
        value = x
        for number in range(1, 31):
            value = _dense(value, 8, f"layer_{number}")
        loss = tf.reduce_mean(tf.square(value), name="loss")
        tf.train.AdamOptimizer().minimize(loss)
        tf.global_variables_initializer()
        tf.train.Saver()
    return SimpleNamespace(graph=graph, x=x, loss=loss)
