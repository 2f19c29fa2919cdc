"""What the devices panel sends to its front end."""
from __future__ import annotations

import json

import numpy as np
import pytest

import tftutor as tf
from tftutor.inspection.devices.model import DevicesModel, Lane, Span, Stretch
from tftutor.widgets.device_data import MOST_SPANS, graph_name, panel_data

anywidget = pytest.importorskip("anywidget")


@pytest.fixture
def traced():
    """(panel of a step with its session, session, trace)."""
    from tftutor.widgets.devices import DevicesPanel

    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [8, 8], name="x")
        with tf.device("/cpu:0"):
            start = tf.sqrt(x, name="start")
        with tf.device("/gpu:0"), tf.name_scope("tower"):
            y = tf.sqrt(tf.matmul(start, start, name="y"), name="root")
        metadata = tf.RunMetadata()
        with tf.Session(config=tf.ConfigProto(device_count={"GPU": 1})) as session:
            session.run(y, {x: np.ones((8, 8))},
                        tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), metadata)
            yield DevicesPanel((metadata, session)), session, metadata


def replies(panel, ask, **data):
    """What the panel answers to a request."""
    sent = []
    panel.send = lambda content: sent.append(content)
    panel._receive(panel, {"id": 1, "ask": ask, "with": data})
    return sent[0]


def test_the_state_is_small_and_the_lanes_come_when_asked_for(traced):
    panel, _, _ = traced
    assert len(json.dumps(panel.data)) < 200
    model = replies(panel, "model")["value"]
    assert [lane["title"] for lane in model["lanes"]] == ["CPU:0", "GPU:0 (simulated)"]
    transfer, = [row for row in model["transfers"] if row["kind"] == "HtoD"]
    assert (transfer["tensor"], transfer["bytes"], transfer["from"], transfer["to"]) == (
        "start", 256, 0, 1)
    assert ["tower/y", "MatMul", "/device:GPU:0", "/device:GPU:0", "asked for: /device:GPU:0",
            False] in model["rows"]
    assert "Between devices" in panel.text_twin


def test_an_operation_is_shown_in_the_graph_with_its_scope_open(traced):
    panel, _, _ = traced
    answer = replies(panel, "graph", reveal="tower/y")["value"]
    assert answer["shown"] == "tower/y" and answer["ops"] == ["tower/y"]
    assert 'data-node="tower/y"' in answer["svg"] and "tower" in answer["groups"]
    closed = replies(panel, "graph", toggle="tower")["value"]
    assert closed["shown"] == "tower" and closed["ops"] == ["tower/y", "tower/root"]
    assert 'data-node="tower/y"' not in closed["svg"]


def test_a_received_value_is_shown_as_its_maker(traced):
    panel, _, _ = traced
    received = next(span[0] for lane in replies(panel, "model")["value"]["lanes"]
                    for span in lane["spans"] if span[1] == "_Recv")
    assert received != "start"
    assert replies(panel, "graph", reveal=received)["value"]["shown"] == "start"


def test_what_is_not_in_the_graph_is_said_in_a_sentence(traced):
    panel, _, _ = traced
    assert "isn't in the graph" in replies(panel, "graph", reveal="nobody")["error"]
    assert "no scope" in replies(panel, "graph", toggle="nobody")["error"]


def test_a_step_can_be_saved_as_a_chrome_trace(traced):
    panel, session, metadata = traced
    events = json.loads(replies(panel, "chrome")["value"])["traceEvents"]
    assert any(event.get("args", {}).get("name") == "tower/y" for event in events)
    from tftutor.widgets.devices import DevicesPanel

    assert "There is no trace" in replies(DevicesPanel(session), "chrome")["error"]


def test_a_trace_alone_finds_the_default_graph_that_ran(traced):
    from tftutor.widgets.devices import DevicesPanel

    _, session, metadata = traced
    assert DevicesPanel(metadata).data["hasGraph"]  # still the default graph here
    with tf.Graph().as_default():
        assert not DevicesPanel(metadata).data["hasGraph"]
    assert DevicesPanel(metadata, graph=session.graph).data["hasGraph"]


def test_a_placement_comes_as_a_map(traced):
    from tftutor.widgets.devices import DevicesPanel

    _, session, _ = traced
    panel = DevicesPanel(session)
    model = replies(panel, "model")["value"]
    assert model["length"] == 0 and model["map"].startswith("<svg")
    assert panel.title == "Placement"


def test_loading_anew_changes_what_the_front_end_watches(traced):
    panel, session, metadata = traced
    before = dict(panel.data)
    panel.reload((metadata, session))
    assert panel.data != before


def test_of_a_very_long_lane_the_longest_operations_are_sent():
    spans = tuple(Span(f"n{i}", "Sqrt", (Stretch("computes", 10 * i, 10 * i + i % 7 + 1),), (), "")
                  for i in range(MOST_SPANS + 500))
    lane, = panel_data(DevicesModel((Lane("d", "d", False, 1, spans),), 1e4))["lanes"]
    assert len(lane["spans"]) + lane["left"] == len(spans)
    assert len(lane["spans"]) == MOST_SPANS
    lengths = [end - start for *_, [[_, start, end]] in lane["spans"]]
    dropped = len(spans) // 7 + 1 - 500  # of the shortest kind, some are left
    assert lengths.count(1) <= dropped and lengths.count(2) >= len(spans) // 7
    assert [span[0] for span in lane["spans"]] == sorted(
        (span[0] for span in lane["spans"]), key=lambda name: int(name[1:]))


@pytest.mark.parametrize("op, expected", [
    ("W/read", "W/read"), ("W/read/_5", "W/read"), ("other/_5", None), ("W/read:1", "W/read")])
def test_names_of_a_step_in_the_graph(op, expected):
    assert graph_name(op, {"W/read"}) == expected
