"""SyncReplicasOptimizer and accumulators: TF 1.15's graphs, answers and errors; real training."""

import gzip
import json
import logging
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import tftutor as tf
from tftutor.train import sync_replicas

GOLDEN = Path(__file__).parent.parent / "golden"
sys.path.insert(0, str(GOLDEN))
try:
    from sync_replicas_answers import lines_of, nodes_of
    from sync_replicas_programs import GRAPHS, RUNS
finally:
    sys.path.remove(str(GOLDEN))

ANSWERS = {answer["name"]: answer for answer in json.loads(
    gzip.decompress((GOLDEN / "sync_replicas.json.gz").read_bytes()))}
PATIENCE = 20  # seconds; a test that takes so long has failed


def test_every_program_has_an_answer():
    assert sorted(ANSWERS) == sorted({**GRAPHS, **RUNS})


@pytest.mark.parametrize("name", GRAPHS)
def test_program_builds_the_graph_of_tf(name):
    nodes = json.loads(json.dumps(nodes_of(tf, np, name)))
    expected = ANSWERS[name]["nodes"]
    forward = [node for node in expected if not node[0].startswith("gradients/")]
    assert [node for node in nodes if not node[0].startswith("gradients/")] == forward


@pytest.mark.parametrize("name", RUNS)
def test_program_gives_what_tf_gives(name):
    assert lines_of(tf, np, name) == ANSWERS[name]["lines"]


# -- training: gradients that can be worked out by hand --------------------------------------------


class Training:
    """loss = w * feed, so a worker's gradient is what it feeds; the workers are threads."""

    def __init__(self, replicas: int, total: int | None = None, rate: float = 1.0,
                 tokens: int = -1):
        self.graph = tf.Graph()
        with self.graph.as_default():
            self.feed = tf.placeholder(tf.float32, [])
            self.w = tf.Variable(0.0, name="w")
            self.step = tf.train.get_or_create_global_step()
            self.optimizer = tf.train.SyncReplicasOptimizer(
                tf.train.GradientDescentOptimizer(rate), replicas, total)
            self.train_op = self.optimizer.minimize(self.w * self.feed, global_step=self.step)
            self.sync_op = self.optimizer.get_chief_queue_runner().enqueue_ops[0]
            self.session = tf.Session()
            self.session.run(tf.global_variables_initializer())
            self.session.run(self.optimizer.chief_init_op)
            self.session.run(self.optimizer.get_init_tokens_op(tokens))
        self.accumulator = self.optimizer._accumulator_list[0][0]
        with self.graph.as_default():
            self.collected = self.accumulator.num_accumulated()
            self.tokens = self.optimizer._sync_token_queue.size()

    def worker(self, *gradients: float) -> threading.Thread:
        """A thread that does one batch a gradient."""
        def work():
            for gradient in gradients:
                self.session.run(self.train_op, {self.feed: gradient})

        thread = threading.Thread(target=work)
        thread.start()
        return thread

    def wait_until_collected(self, count: int) -> None:
        """Come back when so many gradients lie in the accumulator."""
        for _ in range(PATIENCE * 1000):
            if self.session.run(self.collected) == count:
                return
            threading.Event().wait(0.001)
        raise AssertionError(f"{self.session.run(self.collected)} gradients, not {count}")

    def values(self) -> tuple[float, int]:
        """w and the global step."""
        w, step = self.session.run([self.w, self.step])
        return float(w), int(step)


def test_two_workers_step_with_the_mean_of_their_gradients():
    training = Training(2, tokens=0)
    workers = [training.worker(1.0), training.worker(4.0)]
    training.session.run(training.sync_op)
    for worker in workers:
        worker.join(PATIENCE)
        assert not worker.is_alive()
    assert training.values() == (-2.5, 1)


def test_worker_waits_until_the_step_is_done():
    training = Training(2, tokens=0)
    first = training.worker(1.0)
    training.wait_until_collected(1)
    assert first.is_alive()
    assert training.values() == (0.0, 0)
    second = training.worker(3.0)
    training.session.run(training.sync_op)
    first.join(PATIENCE)
    second.join(PATIENCE)
    assert training.values() == (-2.0, 1)


def test_backup_worker_that_comes_late_changes_nothing():
    training = Training(2, total=3, tokens=0)
    workers = [training.worker(1.0), training.worker(3.0)]
    training.session.run(training.sync_op)
    for worker in workers:
        worker.join(PATIENCE)
    assert training.session.run(training.tokens) == 1  # of 3, two are taken
    local_step = training.optimizer._local_step
    training.session.run(local_step.assign(0))  # the straggler's is still at step 0
    training.worker(1000.0).join(PATIENCE)
    assert training.session.run(training.collected) == 0
    assert training.values() == (-2.0, 1)
    assert training.session.run(local_step) == 1  # it has been told the step that it missed


def test_fewer_workers_than_gradients_compute_several_batches_a_step():
    training = Training(3, total=1, tokens=2)
    worker = training.worker(1.0, 2.0, 6.0)
    training.session.run(training.sync_op)
    worker.join(PATIENCE)
    assert not worker.is_alive()
    assert training.values() == (-3.0, 1)
    assert training.session.run(training.tokens) == 2


def test_many_steps_of_many_workers_equal_training_by_hand():
    training = Training(4, rate=0.25, tokens=0)
    steps, expected = 25, 0.0
    for number in range(steps):
        gradients = [float(number + worker) for worker in range(4)]
        workers = [training.worker(gradient) for gradient in gradients]
        training.session.run(training.sync_op)
        for worker in workers:
            worker.join(PATIENCE)
            assert not worker.is_alive()
        expected -= 0.25 * sum(gradients) / 4
    assert training.values() == (expected, steps)


def test_rows_are_averaged_over_the_workers_that_had_them():
    with tf.Graph().as_default(), tf.Session() as session:
        table = tf.Variable(tf.zeros([4, 2]))
        rows = tf.placeholder(tf.int32, [None])
        loss = tf.reduce_sum(tf.gather(table, rows) * [[2.0, 4.0]])
        step = tf.train.get_or_create_global_step()
        optimizer = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(1.0), 2)
        train_op = optimizer.minimize(loss, global_step=step)
        session.run(tf.global_variables_initializer())
        session.run([optimizer.chief_init_op, optimizer.get_init_tokens_op()])
        session.run(train_op, {rows: [0, 1]})
        session.run(train_op, {rows: [1, 3]})
        session.run(optimizer.get_chief_queue_runner().enqueue_ops[0])
        np.testing.assert_array_equal(session.run(table),
                                      [[-2, -4], [-2, -4], [0, 0], [-2, -4]])


def test_momentum_is_applied_to_the_mean():
    with tf.Graph().as_default(), tf.Session() as session:
        w = tf.Variable([0.0, 0.0])
        feed = tf.placeholder(tf.float32, [2])
        step = tf.train.get_or_create_global_step()
        inner = tf.train.MomentumOptimizer(1.0, 0.5)
        optimizer = tf.train.SyncReplicasOptimizer(inner, 2)
        train_op = optimizer.minimize(tf.reduce_sum(w * feed), global_step=step)
        session.run(tf.global_variables_initializer())
        session.run(optimizer.chief_init_op)
        session.run(optimizer.get_init_tokens_op())
        sync_op = optimizer.get_chief_queue_runner().enqueue_ops[0]
        for _ in range(2):
            session.run(train_op, {feed: [1.0, 2.0]})
            session.run(train_op, {feed: [3.0, 2.0]})
            session.run(sync_op)
            session.run(optimizer.local_step_init_op)
        # means [2, 2]; momentum 2, then 2 + 0.5 * 2
        np.testing.assert_array_equal(session.run(w), [-5.0, -5.0])
        np.testing.assert_array_equal(session.run(optimizer.get_slot(w, "momentum")), [3.0, 3.0])


def test_averages_follow_each_step():
    with tf.Graph().as_default(), tf.Session() as session:
        w = tf.Variable(1.0)
        step = tf.train.get_or_create_global_step()
        ema = tf.train.ExponentialMovingAverage(0.5)
        optimizer = tf.train.SyncReplicasOptimizer(
            tf.train.GradientDescentOptimizer(1.0), 1, variable_averages=ema,
            variables_to_average=[w])
        train_op = optimizer.minimize(w * 4.0, global_step=step)
        session.run(tf.global_variables_initializer())
        session.run(optimizer.chief_init_op)
        session.run(optimizer.get_init_tokens_op())
        session.run(train_op)
        session.run(optimizer.get_chief_queue_runner().enqueue_ops[0])
        assert session.run([w, ema.average(w)]) == [-3.0, -1.0]


def test_monitored_training_with_two_workers():
    with tf.Graph().as_default():
        feed = tf.placeholder(tf.float32, [])
        w = tf.Variable(0.0)
        step = tf.train.get_or_create_global_step()
        optimizer = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(1.0), 2)
        train_op = optimizer.minimize(w * feed, global_step=step)
        hooks = [optimizer.make_session_run_hook(is_chief=True, num_tokens=0)]
        with tf.train.MonitoredTrainingSession(hooks=hooks, stop_grace_period_secs=0.1) as session:
            for number in range(1, 4):
                workers = [threading.Thread(target=session.run, args=(train_op, {feed: gradient}))
                           for gradient in (1.0, 3.0)]
                for worker in workers:
                    worker.start()
                for worker in workers:
                    worker.join(PATIENCE)
                    assert not worker.is_alive()
                assert session.run([w, step]) == [-2.0 * number, number]


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_monitored_training_ends_at_once_and_without_a_word(monkeypatch, capsys):
    monkeypatch.setattr(sync_replicas, "GRACE_SECS", 0.05)
    before = set(threading.enumerate())
    with tf.Graph().as_default():
        w = tf.Variable(0.0)
        step = tf.train.get_or_create_global_step()
        optimizer = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(1.0), 1)
        train_op = optimizer.minimize(w * 2.0, global_step=step)
        with tf.train.MonitoredTrainingSession(
                hooks=[optimizer.make_session_run_hook(True)]) as session:
            session.run(train_op)
            ours = set(threading.enumerate()) - before
        for thread in ours:  # would be alive for the 120 s of the coordinator's patience
            thread.join(PATIENCE)
            assert not thread.is_alive()
    assert "Traceback" not in capsys.readouterr().err


def test_closing_the_session_ends_the_chiefs_thread():
    training = Training(2)
    runner = training.optimizer.get_chief_queue_runner()
    coordinator = tf.train.Coordinator()
    threads = runner.create_threads(training.session, coord=coordinator, daemon=True, start=True)
    training.session.close()
    assert coordinator.wait_for_stop(PATIENCE)
    with pytest.raises(tf.errors.CancelledError, match="TakeGrad operation was cancelled"):
        coordinator.join(threads, stop_grace_period_secs=PATIENCE)


def test_deprecation_is_told_once(monkeypatch, caplog):
    monkeypatch.setattr(sync_replicas, "_told", [])
    logger = logging.getLogger("tensorflow")
    monkeypatch.setattr(logger, "propagate", True)
    for _ in range(2):
        tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(1.0), 2)
    told = [r.getMessage() for r in caplog.records if "is deprecated" in r.getMessage()]
    assert len(told) == 1
    assert f"From {__file__}:" in told[0]
    assert "SyncReplicasOptimizer.__init__ (from tensorflow.python.training." in told[0]
