"""Trials leave no trace: not in the student's graph, objects, random numbers or log."""

import logging

import numpy as np
import pytest

import tftutor as tf
from tftutor.inspection.shape_errors import explain
from tftutor.inspection.shape_errors.fixes.replay import Scratch
from tftutor.inspection.shape_errors.fixes.upstream import regrown
from tftutor.inspection.shape_errors.quiet_values import Names


def test_students_graph_gets_no_nodes(program):
    error, names = program("g = tf.get_default_graph()\nx = tf.zeros([2, 3, 1])\n"
                           "v = tf.Variable(tf.zeros([3, 2]))\ny = tf.matmul(x, v)\n")
    before = [op.name for op in names["g"].get_operations()]
    assert explain(error).fixes
    assert [op.name for op in names["g"].get_operations()] == before


def test_students_cell_stays_unbuilt(program):
    error, names = program("cell = tf.nn.rnn_cell.BasicLSTMCell(4)\n"
                           "tf.nn.static_rnn(cell, tf.zeros([2, 3, 4]), dtype=tf.float32)\n")
    assert not names["cell"].built
    assert explain(error).fixes[0].shape == (2, 4)
    assert not names["cell"].built and names["cell"].variables == []


def test_students_functions_are_not_called_again(program):
    error, names = program("calls = []\ndef seen(x):\n    calls.append(x)\n    return x\n"
                           "w = tf.zeros([3, 2])\n"
                           "y = tf.matmul(seen(tf.zeros([2, 3, 1])), w)\n")
    assert explain(error).fixes[0].code == "tf.matmul(tf.squeeze(seen(tf.zeros([2, 3, 1])), 2), w)"
    assert len(names["calls"]) == 1


def test_random_numbers_go_on_as_before(program):
    error, _ = program("x = tf.placeholder(tf.float32, [None, 3])\n"
                       "tf.Session().run(x, {x: np.zeros([3, 5])})\n")
    np.random.seed(1)
    state = np.random.get_state()[1].copy()
    explain(error)
    assert (np.random.get_state()[1] == state).all()


def test_trials_write_nothing_into_the_log(program, caplog):
    error, _ = program("z = tf.zeros([4, 3])\nc = tf.constant([0, 1, 2, 0])\n"
                       "tf.nn.softmax_cross_entropy_with_logits(labels=c, logits=z)\n")
    caplog.clear()
    with caplog.at_level(logging.DEBUG, logger="tensorflow"):
        assert explain(error).fixes
    assert not caplog.records
    assert not tf.get_logger().disabled


def test_stand_in_has_shape_dtype_and_small_constants():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.int64, [None, 3])
        perm = tf.constant([1, 0])
        variable = tf.Variable(tf.zeros([2, 2], tf.float64))
    scratch = Scratch()
    stand_in = scratch.stand_in(x)
    assert (stand_in.shape.as_list(), stand_in.dtype) == ([None, 3], tf.int64)
    assert stand_in.graph is scratch.graph and scratch.stand_in(x) is stand_in
    assert scratch.stand_in([x, 1]) == [stand_in, 1]
    assert scratch.stand_in(variable).shape.as_list() == [2, 2]
    outcome = scratch.evaluate("tf.transpose(x, perm)", Names({"x": x, "perm": perm, "tf": tf}, {}),
                               {})
    assert outcome.shape == (3, None) and outcome.dtype == "int64"


def test_trial_of_what_the_shape_functions_refuse_raises():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [4, 3])
    with pytest.raises(ValueError, match="must be equal"):
        Scratch().evaluate("tf.matmul(x, x)", Names({"x": x, "tf": tf}, {}), {})


def test_what_hangs_on_a_changed_tensor_is_made_anew():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [4, 3])
        y = tf.nn.relu(tf.reduce_sum(x * tf.ones([3]), 0)) + 1.0
    scratch = Scratch()
    changed = regrown(scratch, y, x, scratch.placeholder((7, 4, 3), tf.float32))
    assert changed.shape.as_list() == [4, 3] and changed.graph is scratch.graph
    with pytest.raises(ValueError, match="must be equal"):
        regrown(scratch, y, x, scratch.placeholder((4, 5), tf.float32))
