"""Evaluation of constant subgraphs while the graph is built: as deep as the graph is."""

from __future__ import annotations

import tftutor as tf


def test_a_shape_that_hangs_on_a_long_chain_of_constants_is_static() -> None:
    with tf.Graph().as_default():
        size = tf.constant(1)
        for _ in range(3000):
            size = size + 1
        rows = tf.reshape(tf.zeros([3001, 2]), tf.stack([size, 2]))
    assert rows.shape.as_list() == [3001, 2]


def test_a_deep_chain_that_begins_with_a_placeholder_has_no_value() -> None:
    with tf.Graph().as_default():
        size = tf.placeholder(tf.int32, ())
        for _ in range(3000):
            size = size + 1
        rows = tf.fill(tf.stack([size, 2]), 0.0)
    assert rows.shape.as_list() == [None, 2]


def test_a_value_that_is_used_twice_is_found_once_and_used_twice() -> None:
    with tf.Graph().as_default():
        two = tf.constant(1) + 1
        rows = tf.reshape(tf.zeros([12]), tf.stack([two + two, two * two - 1]))
    assert rows.shape.as_list() == [4, 3]
