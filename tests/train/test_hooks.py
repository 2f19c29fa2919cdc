"""Hooks by themselves: what they fetch, write and ask for. Whole trainings are compared with TF's
in test_monitored_session."""

from __future__ import annotations

import logging
import time

import pytest

import tftutor as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture()
def lines(monkeypatch):
    found: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record):
            found.append(record.getMessage())

    logger = tf.get_logger()
    monkeypatch.setattr(logger, "handlers", [Handler()])
    level = logger.level
    logger.setLevel(logging.INFO)
    yield found
    logger.setLevel(level)


@pytest.fixture()
def count():
    return tf.assign_add(tf.train.get_or_create_global_step(), 1)


def events(folder):
    tf.summary.FileWriterCache.clear()
    return [event for path in sorted(folder.glob("events*"))
            for event in tf.train.summary_iterator(str(path))]


def test_base_class_does_nothing() -> None:
    hook = tf.train.SessionRunHook()
    assert hook.begin() is None and hook.after_create_session(None, None) is None
    assert hook.before_run(None) is None and hook.after_run(None, None) is None
    assert hook.end(None) is None


def test_timer_by_seconds_triggers_when_they_are_over(monkeypatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    timer = tf.train.SecondOrStepTimer(every_secs=10)
    assert timer.update_last_triggered_step(1) == (None, None)
    now[0] = 109.0
    assert not timer.should_trigger_for_step(2)
    now[0] = 110.5
    assert timer.should_trigger_for_step(2) and not timer.should_trigger_for_step(1)
    assert timer.update_last_triggered_step(5) == (10.5, 4)


def test_stop_at_step_counts_from_the_first_session(count) -> None:
    hook = tf.train.StopAtStepHook(num_steps=2)
    runs = 0
    with tf.train.MonitoredSession(hooks=[hook]) as sess:
        while not sess.should_stop():
            sess.run(count)
            runs += 1
    assert runs == 2


def test_stop_at_step_waits_for_runs_that_count(count) -> None:
    other = tf.constant(1.0)
    with tf.train.MonitoredSession(hooks=[tf.train.StopAtStepHook(last_step=1)]) as sess:
        sess.run(other)
        assert not sess.should_stop()
        sess.run(count)
        assert sess.should_stop()


def test_step_counter_writes_the_speed(count, tmp_path, monkeypatch, lines) -> None:
    now = [1000.0]
    hook = tf.train.StepCounterHook(every_n_steps=2, output_dir=str(tmp_path))
    with tf.train.MonitoredSession(hooks=[hook]) as sess:
        monkeypatch.setattr(time, "time", lambda: now[0])
        for _ in range(5):
            sess.run(count)
            now[0] += 0.25
        monkeypatch.undo()
    written = [(e.step, v.tag, v.simple_value) for e in events(tmp_path) for v in e.summary.value]
    assert written == [(3, "global_step/sec", 4.0), (5, "global_step/sec", 4.0)]
    assert lines[-2:] == ["global_step/sec: 4"] * 2


def test_logging_hook_formats_numbers_as_numpy_prints_them(count, lines) -> None:
    values = {"x": tf.constant([1e-9, 1.0]), "f": tf.constant(0.1), "s": tf.constant("é")}
    with tf.train.MonitoredSession(hooks=[tf.train.LoggingTensorHook(values, 1)]) as sess:
        sess.run(count)
    assert r"f = 0.1, s = b'\xc3\xa9', x = [0. 1.]" in lines


def test_logging_hook_refuses_tensors_of_another_graph() -> None:
    tensor = tf.constant(1.0)
    with tf.Graph().as_default(), pytest.raises(ValueError, match="equal to current graph"):
        tf.train.LoggingTensorHook([tensor], 1).begin()


def test_summary_hook_takes_a_list_of_summaries_and_a_writer(count, tmp_path) -> None:
    summaries = [tf.summary.scalar(name, 2.0) for name in "ab"]
    with tf.summary.FileWriter(str(tmp_path)) as writer:
        hook = tf.train.SummarySaverHook(1, summary_writer=writer, summary_op=summaries)
        with tf.train.MonitoredSession(hooks=[hook]) as sess:
            sess.run(count)
            sess.run(count)
    tags = [(e.step, v.tag) for e in events(tmp_path) for v in e.summary.value]
    assert tags == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]


def test_summary_hook_writes_every_fifth_step_whatever_the_order_of_the_nodes(tmp_path) -> None:
    step = tf.train.get_or_create_global_step()
    with tf.control_dependencies([tf.constant(1.0) + 1.0]):
        train = step.assign_add(1)
    hook = tf.train.SummarySaverHook(5, output_dir=str(tmp_path),
                                     summary_op=tf.summary.scalar("a", 2.0))
    with tf.train.MonitoredSession(hooks=[hook]) as sess:
        for _ in range(17):
            sess.run(train)
    assert [e.step for e in events(tmp_path) for _ in e.summary.value] == [1, 6, 11, 16]


def test_summary_hook_without_summaries_fetches_the_step_alone(count, tmp_path) -> None:
    scaffold = tf.train.Scaffold()
    hook = tf.train.SummarySaverHook(1, output_dir=str(tmp_path), scaffold=scaffold)
    with tf.train.SingularMonitoredSession([hook], scaffold) as sess:
        sess.run(count)
        assert set(hook.before_run(None).fetches) == {"global_step"}


def test_final_ops_that_read_input_warn_and_fail(lines) -> None:
    tf.train.get_or_create_global_step()
    element = tf.data.Dataset.range(1).make_one_shot_iterator().get_next()
    with pytest.raises(tf.errors.OutOfRangeError):
        with tf.train.MonitoredSession(hooks=[tf.train.FinalOpsHook(element)]) as sess:
            sess.run(element)
    assert any("FinalOpsHook" in line for line in lines)


def test_checkpoint_hook_keeps_the_checkpoints_of_an_earlier_process(count, tmp_path) -> None:
    for steps in (2, 4):
        scaffold = tf.train.Scaffold(saver=tf.train.Saver(max_to_keep=2))
        with tf.train.MonitoredTrainingSession(
                checkpoint_dir=str(tmp_path), scaffold=scaffold, save_checkpoint_steps=1,
                hooks=[tf.train.StopAtStepHook(last_step=steps)]) as sess:
            while not sess.should_stop():
                sess.run(count)
    assert sorted(p.stem for p in tmp_path.glob("*.index")) == ["model.ckpt-3", "model.ckpt-4"]


def test_global_step_is_read_by_one_node_for_all_hooks(count, graph) -> None:
    for _ in range(2):
        tf.train.StopAtStepHook(1).begin()
    assert [t.name for t in graph.get_collection("global_step_read_op_cache")] == [
        "global_step/add:0"]
    graph.add_to_collection("global_step_read_op_cache", tf.constant(1))
    with pytest.raises(RuntimeError, match="multiple items in collection"):
        tf.train.StopAtStepHook(1).begin()
