"""A plan is made once for each combination of fetches and feeds, and again when nodes change."""

from __future__ import annotations

import numpy as np
import pytest

import tftutor as tf
from tftutor.client import base_session


@pytest.fixture
def plans_made(monkeypatch):
    """A list that grows by one for each plan that is made."""
    made: list[object] = []
    original = base_session.BaseSession._plan_for

    def counting(*args, **kwargs):
        made.append(args)
        return original(*args, **kwargs)

    monkeypatch.setattr(base_session.BaseSession, "_plan_for", counting)
    with tf.Graph().as_default():
        yield made


def _training_graph():
    x = tf.placeholder(tf.float32, [None, 4])
    w = tf.Variable(tf.ones([4, 1]))
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w)))
    return x, loss, tf.train.AdamOptimizer(0.1).minimize(loss)


def test_training_steps_share_one_plan(plans_made) -> None:
    x, loss, step = _training_graph()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        before = len(plans_made)
        for rows in (3, 3, 5):
            session.run([loss, step], {x: np.ones([rows, 4])})
            session.run({"loss": loss, "parts": (step, [loss])}, {x: np.ones([rows, 4])})
        assert len(plans_made) == before + 2


def test_new_nodes_leave_old_plans_valid(plans_made) -> None:
    x, loss, _ = _training_graph()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(loss, {x: np.ones([2, 4])})
        before = len(plans_made)
        tf.constant(1.0)
        session.run(loss, {x: np.ones([2, 4])})
        assert len(plans_made) == before


def test_a_changed_node_makes_a_new_plan(plans_made) -> None:
    a = tf.Variable(1.0)
    total = tf.add(a, 0.0)
    with tf.Session() as session:
        session.run(a.initializer)
        assert session.run(total) == 1.0
        before = len(plans_made)
        total.op._add_control_input(tf.assign_add(a, 1.0).op)
        session.run(total)
        assert len(plans_made) == before + 1
        assert session.run(a) == 2.0


@pytest.mark.parametrize("is_remote", [False, True])
@pytest.mark.usefixtures("plans_made")
def test_nothing_runs_while_a_new_node_has_no_device(is_remote):
    server = tf.train.Server.create_local_server() if is_remote else None
    known = tf.constant(1.0) + 1.0
    with tf.Session(server.target if server else "") as session:
        assert session.run(known) == 2.0
        with tf.device("/device:GPU:7"):
            tf.constant(2.0, name="misplaced")
        for fetch in (known, tf.constant(5.0) + 1.0, known):
            with pytest.raises(tf.errors.InvalidArgumentError,
                               match="Cannot assign a device for operation misplaced"):
                session.run(fetch)
    if server:
        server.stop()


def test_a_known_step_runs_on_when_the_graph_has_grown(plans_made):
    known = tf.constant(1.0) + 1.0
    with tf.Session() as session:
        for _ in range(3):
            assert session.run(known) == 2.0
            tf.constant(2.0)
    assert len(plans_made) == 1
