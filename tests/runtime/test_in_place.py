"""Operators written in place never change what somebody else may see."""

from __future__ import annotations

import numpy as np
import pytest

import tftutor as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def run(fetches, feeds=None):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        value = session.run(fetches, feeds)
        plan = list(session._cache.values())[-1].plan
        return value, plan.source


def test_a_chain_of_operators_works_on_one_buffer() -> None:
    x = tf.placeholder(tf.float32, [3])
    fed = np.array([1, 2, 3], np.float32)
    value, source = run(((x * 2.0) + 1.0) / 4.0, {x: fed})
    assert source.count("v0 = ") == 1 and "v1" not in source and source.count(", v0)") == 2
    np.testing.assert_array_equal(value, np.array([0.75, 1.25, 1.75], np.float32))
    np.testing.assert_array_equal(fed, [1, 2, 3])


def test_values_that_are_fetched_or_used_twice_keep_their_buffer() -> None:
    x = tf.placeholder(tf.float32, [2])
    y = x * 2.0
    z = y + 1.0
    w = y * z
    values, _ = run([y, z, w], {x: [1, 2]})
    assert [v.tolist() for v in values] == [[2, 4], [3, 5], [6, 20]]


def test_a_view_of_a_temporary_keeps_its_values() -> None:
    x = tf.placeholder(tf.float32, [4])
    y = x * 2.0
    view = tf.reshape(y, [2, 2])
    values, _ = run([view, y + 1.0], {x: [1, 2, 3, 4]})
    assert values[0].tolist() == [[2, 4], [6, 8]] and values[1].tolist() == [3, 5, 7, 9]


@pytest.mark.parametrize("use_resource", [False, True])
def test_variables_and_constants_are_never_written(use_resource: bool) -> None:
    w = tf.Variable([1.0, 2.0], use_resource=use_resource)
    c = tf.constant([5.0, 6.0])
    results = [w * 2.0, (w + c) * 2.0, (c * 1.0) + w]
    with tf.Session() as session:
        session.run(w.initializer)
        for _ in range(2):
            values = [session.run(result).tolist() for result in results]
            assert values == [[2, 4], [12, 16], [6, 8]]
        assert session.run([w, c])[0].tolist() == [1, 2] and session.run(c).tolist() == [5, 6]


def test_a_result_that_broadcasts_gets_a_buffer_of_its_own() -> None:
    a = tf.placeholder(tf.float32, [None, 2])
    b = tf.placeholder(tf.float32, [None, 2])
    value, _ = run((a * 2.0) + b, {a: [[1, 2]], b: [[1, 1], [2, 2]]})
    assert value.tolist() == [[3, 5], [4, 6]]


def test_an_operator_in_a_loop_sees_the_same_value_each_time() -> None:
    x = tf.placeholder(tf.float32, [2])
    outside = x * 2.0
    total = tf.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, s + (outside + 1.0)),
                          [tf.constant(0), tf.zeros([2])])[1]
    value, _ = run(total, {x: [1, 2]})
    assert value.tolist() == [9, 15]


def test_a_value_of_another_cpu_is_not_written_over() -> None:
    x = tf.placeholder(tf.float32, [5])
    with tf.device("/cpu:0"):
        made = x * 2.0
    with tf.device("/cpu:1"):
        root = tf.sqrt(made + 1.0)
    with tf.device("/cpu:0"):
        negative = tf.tanh(-made) + made
    with tf.Session(config=tf.ConfigProto(device_count={"CPU": 2})) as session:
        session.run([made, root, negative], {x: np.ones(5)})
        plan = list(session._cache.values())[-1].plan
        for part in plan.parts:
            assert not any(t.op.type == "Mul" and part.plan.names[t] in line
                           for t in part.plan.names for line in part.plan.source.splitlines()
                           if line.endswith(f", {part.plan.names[t]})"))
        for _ in range(50):
            values = session.run([made, root, negative], {x: np.ones(5)})
            np.testing.assert_array_equal(values[0], np.full(5, 2, np.float32))
