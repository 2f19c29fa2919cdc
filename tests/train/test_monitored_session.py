"""Monitored sessions: what TF 1.15 logs, records and raises, and what runs underneath."""

from __future__ import annotations

import json
import pathlib
import sys

import numpy as np
import pytest

import tftutor as tf

GOLDEN = pathlib.Path(__file__).parent.parent / "golden"
sys.path.insert(0, str(GOLDEN))

from monitored_answers import PROGRAMS, answer  # noqa: E402

ANSWERS = json.loads((GOLDEN / "monitored.json").read_text())


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture()
def train_op():
    step = tf.train.get_or_create_global_step()
    w = tf.get_variable("w", [], initializer=tf.constant_initializer(8.0))
    return tf.train.GradientDescentOptimizer(0.1).minimize(tf.square(w - 2.0), step)


@pytest.mark.parametrize("name", PROGRAMS)
def test_training_goes_as_with_tf(name: str) -> None:
    assert answer(tf, name) == ANSWERS[name]


def test_every_recorded_program_is_asked() -> None:
    assert set(ANSWERS) == set(PROGRAMS)


def test_restored_training_goes_on_from_the_same_weights(train_op, tmp_path) -> None:
    for _ in range(2):
        hooks = [tf.train.StopAtStepHook(num_steps=3)]
        with tf.train.MonitoredTrainingSession(checkpoint_dir=str(tmp_path),
                                               hooks=hooks) as sess:
            while not sess.should_stop():
                sess.run(train_op)
    value = tf.train.load_variable(str(tmp_path), "w")
    np.testing.assert_allclose(value, 2.0 + 6.0 * 0.8 ** 6, rtol=1e-5)
    assert tf.train.load_variable(str(tmp_path), "global_step") == 6


def test_a_server_is_a_master(train_op) -> None:
    with tf.train.Server.create_local_server() as server, \
            tf.train.MonitoredTrainingSession(server.target) as session:
        for _ in range(3):
            session.run(train_op)


def test_worker_gives_up_waiting_for_a_chief(train_op) -> None:
    with pytest.raises(tf.errors.DeadlineExceededError,
                       match="Session was not ready after waiting 1 secs."):
        tf.train.MonitoredTrainingSession(is_chief=False, max_wait_secs=1)


def test_each_step_reuses_the_compiled_run(train_op) -> None:
    hooks = [tf.train.StopAtStepHook(100), tf.train.NanTensorHook(tf.constant(1.0))]
    with tf.train.SingularMonitoredSession(hooks=hooks) as sess:
        sess.run(train_op)
        compiled = len(sess.raw_session()._cache)
        for _ in range(5):
            sess.run(train_op)
        assert len(sess.raw_session()._cache) == compiled


def test_run_without_options_is_not_traced(train_op) -> None:
    seen = []

    class Look(tf.train.SessionRunHook):
        def after_run(self, run_context, run_values):
            seen.append((run_values.options, run_values.run_metadata))

    with tf.train.MonitoredSession(hooks=[Look()]) as sess:
        sess.run(train_op)
    options, metadata = seen[0]
    assert isinstance(options, tf.RunOptions) and isinstance(metadata, tf.RunMetadata)
    assert options == tf.RunOptions() and metadata == tf.RunMetadata()


def test_queue_threads_end_with_the_session(train_op) -> None:
    queue = tf.FIFOQueue(1, tf.int32)
    tf.train.add_queue_runner(tf.train.QueueRunner(queue, [queue.enqueue(7)] * 2))
    value = queue.dequeue()
    with tf.train.MonitoredSession() as sess:
        coord = sess._coordinated_creator.coord
        assert [sess.run(value) for _ in range(3)] == [7, 7, 7]
        assert len(coord._registered_threads) == 3
    assert coord.joined and coord.should_stop()


def test_error_of_a_thread_is_raised_at_the_end(train_op) -> None:
    with pytest.raises(ValueError, match="of a thread"):
        with tf.train.MonitoredSession() as sess:
            sess._coordinated_creator.coord.request_stop(ValueError("of a thread"))
            assert sess.should_stop()


def test_restart_reported_by_a_thread_makes_a_new_session(train_op) -> None:
    with tf.train.MonitoredSession() as sess:
        sess.run(train_op)
        first = sess._tf_sess()
        sess._coordinated_creator.coord.request_stop(tf.errors.AbortedError(None, None, "gone"))
        assert not sess.should_stop()
        assert sess._tf_sess() is not first
        assert sess.run(tf.train.get_global_step()) == 0
