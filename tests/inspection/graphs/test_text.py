"""The text twin: what a reader sees, line by line."""

from __future__ import annotations

import tftutor as tf
from tftutor.inspection.graphs import drawing


def lines(x, **options) -> list[str]:
    return drawing(x, **options).text().splitlines()


def test_hello_world_is_drawn_with_its_two_constants() -> None:
    with tf.Graph().as_default() as graph:
        a, b = tf.constant(2.0, name="a"), tf.constant(3.0, name="b")
        tf.multiply(a, b, name="c")
    assert lines(graph) == [
        "Graph of 3 operations (2 Const, 1 Mul)",
        "",
        "●    a  Const 2.0  ()",
        "│ ●  b  Const 3.0  ()",
        "●─┘  c  Mul(a, b)  ()"]


def test_linear_regression_reads_from_the_inputs_to_the_loss(regression) -> None:
    text = lines(regression.cost)
    assert text[0].startswith("What sess.run(truediv:0) executes: 18 operations (4 Const, ")
    assert [" ".join(line.split()) for line in text[2:14]] == [
        "● X Placeholder ?",
        "│ ● weight VariableV2 ()",
        "●─┘ Mul Mul(X, weight) ?",
        "│ ● bias VariableV2 ()",
        "●─┘ Add Add(Mul, bias) ?",
        "│ ● Y Placeholder ?",
        "●─┘ sub Sub(Add, Y) ?",
        "● Pow Pow (y = 2.0) <- sub ?",
        "├─● Rank Rank(Pow) int32 ()",
        "│ ● range Range (start = 0, delta = 1) <- Rank (?,)",
        "●─┘ Sum Sum(Pow, range) ()",
        "◉ truediv RealDiv (y = 200.0) <- Sum [fetch]"]
    assert text[-1] == "? is a size that is known only when the graph runs."


def test_machinery_is_listed_apart_with_what_it_hangs_on(regression) -> None:
    text = drawing(regression.graph).text()
    aside = [" ".join(line.split()) for line in text.partition("Aside")[2].splitlines()]
    assert aside[2].startswith("optimizer GradientDescent 4 operations takes from weight, ")
    assert aside[3] == "initialisation init NoOp takes from weight, bias"


def test_closed_groups_say_what_is_inside(network) -> None:
    text = drawing(network.graph, expanded=[]).text()
    inside = text.partition("Inside the closed groups")[2]
    assert "layer_a  MatMul, AddV2, Relu; variables w (8, 16), b (16,)" in " ".join(
        inside.split(" ")).replace("   ", "  ")


def test_an_open_group_that_stands_apart_has_rows_of_its_own(network) -> None:
    text = drawing(network.graph, expanded=["gradients"]).text()
    assert "gradients, gradient:  takes from" in text
    assert "    ●─┘  gradients/Fill" in text


def test_control_dependencies_are_said_in_words() -> None:
    with tf.Graph().as_default() as graph:
        first = tf.constant(1, name="first")
        with tf.control_dependencies([first]):
            tf.constant(2, name="second")
    assert "second  Const 2 after first" in drawing(graph).text()


def test_fed_nodes_are_marked(regression) -> None:
    text = drawing(regression.graph, fetches=regression.cost, feeds=[regression.x]).text()
    assert "Placeholder  [fed]" in text
    assert "executes" in text.splitlines()[0] and "feeding X:0" in text.splitlines()[0]


def test_devices_stand_at_the_end_of_the_row(monkeypatch) -> None:
    monkeypatch.setenv("TFTUTOR_SIMULATED_GPUS", "1")
    with tf.Graph().as_default() as graph, tf.device("/gpu:0"):
        tf.add(tf.constant(1.0, name="a"), 2.0, name="b")
    with tf.Session(graph=graph) as sess:
        text = lines(sess)
    assert text[2].endswith("/device:GPU:0 (simulated)")


def test_many_sources_are_counted_not_cut_in_the_middle() -> None:
    with tf.Graph().as_default() as graph:
        parts = [tf.placeholder(tf.float32, (), name=f"a_rather_long_name_{n}") for n in range(7)]
        tf.add_n(parts, name="total")
    row = next(line for line in lines(graph) if " total " in line)
    assert "AddN(a_rather_long_name_0, a_rather_long_name_1 and 5 more)" in row


def test_an_empty_graph_says_so() -> None:
    assert drawing(tf.Graph()).text() == "An empty graph: no operations yet."


def test_a_page_without_room_says_what_was_left_closed(tower) -> None:
    view = drawing(tower.graph, expanded=[]).view
    names = [f"layer_{number}" for number in range(1, 31)]
    text = drawing(tower.graph, expanded=["layer_[1 to 30]", *names]).text()
    assert "Left closed, because the page would be too full: layer_[1 to 30]" not in text
    assert "Left closed, because the page would be too full: layer_1" in text
    assert len(view.nodes) < 20


def test_no_line_is_wider_than_a_page_of_a_notebook(network, regression) -> None:
    for graph in (network.graph, regression.graph):
        assert max(map(len, lines(graph))) <= 180
