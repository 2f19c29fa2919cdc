"""Workers that wait for the chief to make the model ready."""

import logging
import threading
import time

import numpy as np
import pytest

import tftutor as tf

PATIENCE = 20  # seconds; a test that takes so long has failed


class Readiness:
    """A model that is ready when somebody says so; it counts who looks."""

    def __init__(self):
        self.is_ready, self.looks = False, 0

    def missing(self):
        self.looks += 1
        return [] if self.is_ready else [b"w"]

    def tensor(self):
        missing = tf.py_func(lambda: np.array(self.missing(), object), [], tf.string)
        missing.set_shape([None])
        return missing


@pytest.fixture
def lines(monkeypatch, caplog):
    monkeypatch.setattr(logging.getLogger("tensorflow"), "propagate", True)
    caplog.set_level(logging.INFO, "tensorflow")
    return lambda: [r.getMessage() for r in caplog.records if "Waiting for model" in r.getMessage()]


def test_worker_begins_soon_after_the_chief_and_tells_once_why_it_waits(lines):
    with tf.Graph().as_default():
        model = Readiness()
        scaffold = tf.train.Scaffold(ready_op=model.tensor(), local_init_op=tf.no_op(),
                                     ready_for_local_init_op=tf.constant([], tf.string))
        creator = tf.train.WorkerSessionCreator(scaffold)
        found = []
        graph = tf.get_default_graph()

        def wait():
            with graph.as_default():
                found.append(creator.create_session())

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        while model.looks < 2:  # TF would look again after 30 s
            time.sleep(0.01)
        assert not found
        model.is_ready = True
        thread.join(PATIENCE)
        assert len(found) == 1
        found[0].close()
    assert lines() == ["Waiting for model to be ready.  Ready_for_local_init_op:  None, ready: "
                       "Variables not initialized: w"]


def test_worker_gives_up_in_time():
    with tf.Graph().as_default():
        model = Readiness()
        manager = tf.train.SessionManager(ready_op=model.tensor())
        with pytest.raises(tf.errors.DeadlineExceededError,
                           match=r"Session was not ready after waiting 0 secs\."):
            manager.wait_for_session("", max_wait_secs=0.2)
        assert model.looks == 1


def test_local_init_runs_only_when_the_model_is_ready_for_it():
    with tf.Graph().as_default():
        globals_ = Readiness()
        local = tf.get_local_variable("local", initializer=3.0)
        manager = tf.train.SessionManager(
            local_init_op=local.initializer, ready_for_local_init_op=globals_.tensor(),
            ready_op=tf.report_uninitialized_variables([local]), recovery_wait_secs=0.01)
        with pytest.raises(tf.errors.DeadlineExceededError):
            manager.wait_for_session("", max_wait_secs=0.1)
        globals_.is_ready = True
        with manager.wait_for_session("", max_wait_secs=PATIENCE) as session:
            assert session.run(local) == 3.0
