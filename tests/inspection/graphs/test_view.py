"""Views: nothing is lost, whatever is open; what is aside leaves stubs; equal views are equal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tftutor as tf
from tftutor.inspection.graphs import View, graph_model
from tftutor.inspection.graphs.hierarchy import Hierarchy
from tftutor.inspection.graphs.view import MOST_NODES


def check_complete(view: View) -> None:
    """Every operation stands behind one thing on the page, every edge is drawn, hidden or a stub.

    An edge is hidden inside a closed group only.
    """
    model = view.model
    assert sum(node.count for node in view.nodes.values()) == len(model)
    drawn = {(edge.source, edge.target) for edge in view.edges}
    stubs = {(node.id, stub.id, stub.direction) for node in view.nodes.values()
             for stub in node.stubs}
    for node in model.nodes.values():
        target = view.where(node.name)
        sources = {t.source for t in node.inputs} | set(node.control_inputs)
        for source in {view.where(name) for name in sources if name in model.nodes} - {target}:
            regions = view.nodes[source].region, view.nodes[target].region
            if regions[0] == regions[1]:
                assert (source, target) in drawn
            else:
                assert {(source, target, "out"), (target, source, "in")} <= stubs


@pytest.fixture(scope="module")
def parts(network):
    model = graph_model(network.graph)
    return model, Hierarchy(model)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_nothing_is_lost_whatever_is_open(parts, data) -> None:
    model, tree = parts
    ids = sorted(identity for identity in tree.groups if identity)
    view = View(model, data.draw(st.lists(st.sampled_from(ids), max_size=12)),
                aside=data.draw(st.lists(st.sampled_from(ids), max_size=2)), hierarchy=tree)
    check_complete(view)
    for cluster in view.clusters.values():
        assert cluster.parent == "" or cluster.parent in view.clusters
    assert {node.cluster for node in view.nodes.values()} - {""} <= set(view.clusters)


def test_nothing_of_any_program_is_lost(programs) -> None:
    assert len(programs) > 150
    for graph in programs.values():
        view = View(graph_model(graph))
        check_complete(view)
        check_complete(View(view.model, [group for group in view.hierarchy.groups if group]))


def test_the_first_view_shows_the_model_and_puts_machinery_aside(network) -> None:
    view = View(graph_model(network.graph))
    check_complete(view)
    main = {node.id for node in view.in_region("")}
    assert {"x", "labels", "layer_a/MatMul", "layer_b/MatMul", "layer_a/w"} <= main
    assert {"gradients", "train", "init", "save", "cost"} <= set(view.aside)
    assert not {"gradients", "train", "init", "save"} & main


def test_a_small_graph_is_shown_whole(regression) -> None:
    view = View(graph_model(regression.cost))
    assert {"X", "Y", "weight", "bias", "Mul", "Add", "sub", "Pow", "Sum"} <= set(view.nodes)
    assert view.nodes["Pow"].kind == "op with constants"
    assert view.nodes["Pow"].detail == "Pow (y = 2.0)"


def test_who_fetches_the_update_sees_the_gradient_in_its_place(regression) -> None:
    view = View(graph_model(regression.train))
    assert view.aside == ()
    assert view.nodes["GradientDescent"].is_fetched
    assert ("gradients", "GradientDescent") in {(e.source, e.target) for e in view.edges}


def test_an_opened_scope_becomes_a_box_around_its_parts(network) -> None:
    model = graph_model(network.graph)
    closed = View(model, ())
    opened = closed.expanded_with("layer_a")
    assert "layer_a" in closed.nodes and "layer_a" not in opened.nodes
    assert opened.clusters["layer_a"].count == closed.nodes["layer_a"].count
    assert opened.nodes["layer_a/MatMul"].cluster == "layer_a"
    assert opened.toggled("layer_a").to_dict() == closed.to_dict()


def test_groups_inside_a_closed_one_are_open_again_with_it(network) -> None:
    view = View(graph_model(network.graph), ["layer_a", "layer_a/w"])
    again = view.collapsed("layer_a").expanded_with("layer_a")
    assert "layer_a/w/read" in again.nodes


def test_revealing_a_node_opens_what_is_around_it(network) -> None:
    view = View(graph_model(network.graph), ()).revealing("layer_b/w/read")
    assert view.nodes["layer_b/w/read"].cluster == "layer_b/w"
    assert view.where("layer_b/w/read") == "layer_b/w/read"


def test_an_unknown_group_is_refused(network) -> None:
    with pytest.raises(KeyError, match="no group 'nowhere'"):
        View(graph_model(network.graph), ["nowhere"])


def test_edges_between_closed_groups_are_counted_and_have_one_shape(tower) -> None:
    view = View(graph_model(tower.graph))
    series = view.nodes["layer_[1 to 30]"]
    assert (series.kind, series.detail) == ("series", f"30 in a row, {series.count} operations")
    edge = next(e for e in view.edges if e.source == "x")
    assert (edge.target, edge.label, edge.count) == (series.id, "(?, 8)", 1)


def test_members_of_a_series_that_know_nothing_of_each_other_stand_side_by_side() -> None:
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 4], name="x")
        for number in range(40):
            with tf.name_scope(f"head_{number}"):
                tf.square(tf.abs(x))
    view = View(graph_model(graph))
    assert view.nodes["head_[0 to 39]"].detail == "40 side by side, 80 operations"


def test_an_overfull_page_closes_what_was_opened_first(tower) -> None:
    view = View(graph_model(tower.graph), ())
    series = "layer_[1 to 30]"
    for number in range(1, 31):
        view = view.expanded_with(f"layer_{number}")
        assert len(view.nodes) <= MOST_NODES
    assert "layer_1" in view.refused and "layer_30" in view.clusters
    assert series in view.clusters
    check_complete(view)


def test_a_source_that_many_use_is_moved_aside_and_named_at_its_users() -> None:
    with tf.Graph().as_default() as graph:
        rate = tf.placeholder(tf.float32, (), name="rate")
        x = tf.placeholder(tf.float32, (), name="x")
        for function in (tf.sin, tf.cos, tf.exp, tf.tanh, tf.sigmoid, tf.square, tf.sqrt, tf.abs):
            x = tf.multiply(function(x), rate)
    model = graph_model(graph)
    view = View(model)
    assert view.aside == ("rate",)
    users = [node for node in view.nodes.values()
             if any(stub.id == "rate" and stub.is_shared for stub in node.stubs)]
    assert [node.type for node in users] == ["Mul"] * 8
    assert View(model, main=["rate"]).aside == ()
    assert view.moved_to_main("rate").aside == ()
    assert view.moved_aside("Sin").nodes["Sin"].region == "Sin"


def test_a_value_that_is_made_of_many_is_not_moved() -> None:
    with tf.Graph().as_default() as graph:
        parts = [tf.placeholder(tf.float32, (), name=name) for name in "abcdefghij"]
        tf.add_n(parts, name="total")
    assert View(graph_model(graph)).aside == ()


def test_the_loops_way_back_is_marked() -> None:
    with tf.Graph().as_default() as graph:
        tf.while_loop(lambda i: i < 9, lambda i: i + 1, [tf.constant(0)])
    view = View(graph_model(graph), ["while"])
    assert [(e.source, e.target) for e in view.edges if e.is_back] == [
        ("while/NextIteration", "while/Merge")]


def test_devices_are_counted_for_groups(monkeypatch) -> None:
    monkeypatch.setenv("TFTUTOR_SIMULATED_GPUS", "1")
    with tf.Graph().as_default() as graph, tf.name_scope("part"):
        with tf.device("/gpu:0"):
            product = tf.matmul(tf.ones([2, 2]), tf.ones([2, 2]))
        with tf.device("/cpu:0"):
            tf.identity(product)
    with tf.Session(graph=graph) as sess:
        view = View(graph_model(sess), ())
    assert dict(view.nodes["part"].devices) == {"/device:GPU:0 (simulated)": 3,
                                                "/device:CPU:0": 1}


def test_what_stands_for_named_nodes_is_counted(network) -> None:
    view = View(graph_model(network.graph), ())
    assert view.ids_of(["layer_a/MatMul", "layer_a/Relu", "x", "nowhere"]) == {"layer_a": 2, "x": 1}


def test_a_view_as_values_is_json_and_the_same_each_time(network) -> None:
    first, second = (json.dumps(View(graph_model(network.graph), ["layer_a"]).to_dict())
                     for _ in range(2))
    assert first == second
    assert json.loads(first)["expanded"] == ["layer_a"]
