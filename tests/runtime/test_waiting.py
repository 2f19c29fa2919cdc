"""Control edges hold, also through operations that aren't run because nobody takes their value."""

from __future__ import annotations

import time

import numpy as np
import pytest

import tftutor as tf
from tftutor.runtime.pruning import without_unused_values
from tftutor.runtime.waiting import waits_through_others

TWO_CPUS = tf.ConfigProto(device_count={"CPU": 2})


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_variable_is_read_after_an_update_behind_an_unused_value() -> None:
    w = tf.Variable(1.0)
    unused = tf.identity(tf.assign(w, 5.0) + 1.0)
    with tf.control_dependencies([unused]):
        doubled = w * 2.0
    with tf.Session() as session:
        session.run(w.initializer)
        assert session.run(doubled) == 10.0


@pytest.mark.parametrize("devices", [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1), (1, 0, 0)])
def test_order_holds_across_devices(devices: tuple[int, int, int]) -> None:
    told: list[str] = []

    def saying(word: str, seconds: float) -> tf.Tensor:
        def say() -> np.float32:
            time.sleep(seconds)
            told.append(word)
            return np.float32(0.0)
        return tf.py_func(say, [], tf.float32)

    first, between, last = (f"/cpu:{number}" for number in devices)
    with tf.device(first):
        one = saying("first", 0.05)
    with tf.device(between), tf.control_dependencies([one]):
        unused = tf.identity(tf.constant(1.0)) + 1.0
    with tf.device(last), tf.control_dependencies([unused]):
        two = saying("last", 0.0)
    with tf.Session(config=TWO_CPUS) as session:
        session.run(two)
        assert told == ["first", "last"]
        session.run(two.op)
        assert told == ["first", "last"] * 2


def test_only_effects_are_waited_for() -> None:
    w = tf.Variable(1.0)
    draw = tf.random_uniform([])
    unused = tf.identity(w + draw)
    also = tf.identity(w.assign(2.0))
    with tf.control_dependencies([unused, also]):
        last = tf.no_op()
    ops = last.graph.get_operations()
    kept = without_unused_values(ops, [draw], [last, also.op.inputs[0].op])
    waits = waits_through_others(ops, kept)
    assert {op.name: [other.name for other in others] for op, others in waits.items()} == {
        last.name: ["Assign"]}
