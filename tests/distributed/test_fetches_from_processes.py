"""Values that come from another process belong to whoever has fetched them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import tftutor as tf


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A parameter server in a process of its own."""
    with tf.cluster.local(ps=1) as made:
        yield made


@pytest.mark.parametrize("shape", [[3], [300, 1000]], ids=["in one message", "in chunks"])
def test_fetched_arrays_can_be_written_and_are_nobody_elses(cluster, shape):
    with tf.Graph().as_default(), tf.device("/job:ps/task:0"):
        variable = tf.Variable(tf.ones(shape), name=f"v{len(shape)}")
        with tf.Session(cluster.target) as session:
            session.run(variable.initializer)
            first, again = session.run([variable, variable.read_value()])
            first[...] = 7.0
            np.testing.assert_array_equal(again, np.ones(shape))
            np.testing.assert_array_equal(session.run(variable), np.ones(shape))


def test_scalars_are_scalars_of_numpy(cluster):
    with tf.Graph().as_default(), tf.device("/job:ps/task:0"):
        x = tf.placeholder(tf.float32, [])
        with tf.Session(cluster.target) as session:
            value = session.run(x * 2.0, {x: 1.5})
    assert type(value) is np.float32 and value == 3.0
