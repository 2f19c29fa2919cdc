"""`tf.show` and `tf.explore`: who draws what, in a notebook and elsewhere."""
from __future__ import annotations

import base64
import importlib.util
import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

import tftutor as tf
from tftutor.inspection.gpu_panel import Reading
from tftutor.widgets import explore as explore_module
from tftutor.widgets import show as show_module
from tftutor.widgets import topics
from tftutor.widgets.static_view import bundle, static_html


def _values():
    """(what is shown, the topic that shows it)."""
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        v = tf.get_variable("v", [3, 2])
        y = tf.matmul(x, v)
    session = tf.Session(graph=graph)
    metadata = tf.RunMetadata()
    return [
        (graph, topics.GRAPHS), (y, topics.GRAPHS), (y.op, topics.GRAPHS), ([x, y], topics.GRAPHS),
        ([y.op, v], topics.GRAPHS), (graph.as_graph_def(), topics.GRAPHS),
        (v, topics.RANKS), (np.zeros([2, 3]), topics.RANKS), (np.float32(3), topics.RANKS),
        (42, topics.RANKS), ([[1, 2], [3, 4]], topics.RANKS), (["a", b"b"], topics.RANKS),
        ((10, None, 3), topics.RANKS), (x.shape, topics.RANKS),
        (tf.TensorShape(None), topics.RANKS), ("ranks", topics.RANKS),
        (ValueError("Shape must be rank 2"), topics.ERRORS),
        (tf.errors.InvalidArgumentError(None, None, "x"), topics.ERRORS),
        (session, topics.DEVICES), (session.placement(), topics.DEVICES),
        (metadata, topics.DEVICES), (metadata.step_stats, topics.DEVICES),
        ((metadata, session), topics.DEVICES),
        ("grpc://localhost:2222", topics.CLUSTERS),
        ("gpus", topics.GPUS), (tf.gpu_state(simulated=1), topics.GPUS),
    ]


@pytest.mark.parametrize("number", range(len(_values())))
def test_topic_of_a_value(number):
    value, topic = _values()[number]
    assert topics.topic_of(value) is topic


@pytest.mark.parametrize("value", ["gpu", None, object(), {"a": 1}, [object()], print])
def test_value_that_nothing_shows_is_refused_with_what_can_be_shown(value):
    with pytest.raises(TypeError, match="can't be shown. What can be: a Graph, .*'gpus'"):
        tf.show(value)


def test_show_prints_the_text_outside_notebooks(capsys):
    state = tf.gpu_state(simulated=1)
    assert tf.show(state) is None
    assert capsys.readouterr().out == show_module.drawn(state).text() + "\n"


def test_show_gives_a_displayable_drawing_in_a_notebook(monkeypatch, capsys):
    monkeypatch.setattr(show_module, "in_notebook", lambda: True)
    shown = tf.show(tf.gpu_state(simulated=2), layout="current")
    assert capsys.readouterr().out == ""
    data = shown._repr_mimebundle_()
    assert data["text/plain"] == shown.text() == repr(shown)
    encoded = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', data["text/html"])[1]
    assert base64.b64decode(encoded).decode() == shown.svg()
    assert "MIG M." in data["text/html"]
    assert shown.to_dict()["gpus"][1]["index"] == 1


def test_drawing_without_picture_is_text_that_nothing_in_it_can_break():
    data = bundle(Reading(None, "a < b & </pre><script>"))
    assert "<img" not in data["text/html"]
    assert ElementTree.fromstring(data["text/html"]).find("pre").text == "a < b & </pre><script>"


def test_title_stands_for_the_picture():
    class Drawing(Reading):
        def svg(self):
            return "<svg><title>[2] &amp; [3]</title></svg>"

    assert 'alt="[2] &amp; [3]. The text below says the same."' in static_html(Drawing(None))


def test_drawing_is_saved_as_picture_or_as_text(tmp_path):
    shown = show_module.drawn(tf.gpu_state(simulated=1))
    shown.save(str(tmp_path / "gpus.svg"))
    shown.save(str(tmp_path / "gpus.txt"))
    assert (tmp_path / "gpus.svg").read_text() == shown.svg()
    assert (tmp_path / "gpus.txt").read_text() == shown.text() + "\n"
    nothing = show_module.Shown(Reading(None, "words"), topics.GPUS)
    with pytest.raises(ValueError, match="has no picture"):
        nothing.save(str(tmp_path / "words.svg"))
    assert not (tmp_path / "words.svg").exists()


def test_show_without_a_value_draws_the_default_graph():
    with tf.Graph().as_default() as graph:
        assert topics.subject_of("graph") is graph


def test_explore_outside_notebooks_says_so_and_shows_the_drawing(capsys):
    assert tf.explore(tf.gpu_state(simulated=1)) is None
    captured = capsys.readouterr()
    assert captured.err == explore_module.NO_NOTEBOOK + "\n"
    assert "NVIDIA-SMI SIMULATED" in captured.out


def test_drawing_in_place_of_a_panel_takes_the_options_that_it_knows(capsys):
    tf.explore("gpus", simulated=1, interval=0.5)
    assert "NVIDIA-SMI SIMULATED" in capsys.readouterr().out
    tf.explore((2, 3), reshape=[3, 2])
    assert "[2, 3] becomes [3, 2]" in capsys.readouterr().out
    with tf.Graph().as_default() as graph:
        tf.constant(1, name="one")
    tf.explore(graph, colour="device")
    assert "one" in capsys.readouterr().out


def test_explore_without_anywidget_says_what_to_install_and_gives_the_drawing(
        monkeypatch, capsys):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec",
                        lambda name: None if name == "anywidget" else find(name))
    for module in (explore_module, show_module):
        monkeypatch.setattr(module, "in_notebook", lambda: True)
    shown = tf.explore(tf.gpu_state(simulated=1))
    assert "pip install 'tftutor[lab]'" in capsys.readouterr().err
    assert "NVIDIA-SMI SIMULATED" in shown.text()


def test_explore_in_a_notebook_gives_the_panel(monkeypatch):
    pytest.importorskip("anywidget")
    from tftutor.widgets.gpu_panel import GpuMonitor

    monkeypatch.setattr(explore_module, "in_notebook", lambda: True)
    panel = tf.explore("gpus", simulated=2)
    assert isinstance(panel, GpuMonitor) and panel.data["live"]


def test_import_and_show_load_no_widget_library():
    code = ("import sys, tftutor as tf; assert 'tftutor.widgets' not in sys.modules\n"
            "tf.show(tf.gpu_state(simulated=1))\n"
            "print([n for n in ('anywidget', 'ipywidgets', 'IPython', 'matplotlib')"
            " if n in sys.modules])")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.splitlines()[-1] == "[]", run.stderr
