"""Reading graphs: every source gives the nodes that the graph's own objects describe."""

from __future__ import annotations

import numpy as np
import pytest

import tftutor as tf
from tftutor.inspection.graphs import graph_model
from tftutor.inspection.graphs.read_graph import constant_text


def ancestors(*targets: tf.Operation, cut: tuple[tf.Tensor, ...] = ()) -> set[str]:
    """What running the targets needs, found by following public attributes."""
    found, todo = set(), list(targets)
    while todo:
        op = todo.pop()
        if op.name not in found:
            found.add(op.name)
            todo += [t.op for t in op.inputs if t not in cut]
            todo += op.control_inputs
    return found


def test_nodes_are_the_graphs_operations(network) -> None:
    model = graph_model(network.graph)
    ops = network.graph.get_operations()
    assert list(model.nodes) == [op.name for op in ops]
    for op in ops:
        node = model.nodes[op.name]
        assert node.type == op.type
        assert [t.name for t in node.inputs] == [t.name for t in op.inputs]
        assert [(t.name, t.dtype, t.shape_text) for t in node.outputs] == [
            (t.name, t.dtype.name, str(t.shape)) for t in op.outputs]
        assert list(node.control_inputs) == [c.name for c in op.control_inputs]


def test_consumers_are_those_of_the_tensors(network) -> None:
    model = graph_model(network.graph)
    for op in network.graph.get_operations():
        expected = {c.name for t in op.outputs for c in t.consumers()}
        assert set(model.consumers[op.name]) == expected


def test_forward_and_backward_belong_together(network) -> None:
    gradients = graph_model(network.graph).gradients
    assert gradients["layer_a/Relu"] == ("gradients/layer_a/Relu_grad/ReluGrad",)
    assert "Adam" not in gradients


def test_a_graph_def_gives_the_nodes_and_roles_of_its_graph(network) -> None:
    model = graph_model(network.graph)
    read = graph_model(network.graph.as_graph_def())
    assert sorted(read.nodes) == sorted(model.nodes)
    for name, node in model.nodes.items():
        other = read.nodes[name]
        assert (other.type, other.inputs, other.outputs, other.role, other.backward_of) == (
            node.type, node.inputs, node.outputs, node.role, node.backward_of)


def test_a_tensor_stands_for_what_running_it_executes(regression) -> None:
    model = graph_model(regression.cost)
    assert set(model.nodes) == ancestors(regression.cost.op)
    assert model.fetches == (regression.cost.name,)
    assert model.fetched_nodes == {regression.cost.op.name}


def test_a_structure_of_fetches_names_tensors_and_operations(regression) -> None:
    model = graph_model({"update": regression.train, "values": [regression.w, "Mul:0"]})
    assert set(model.nodes) == ancestors(regression.train, regression.w.op,
                                         regression.graph.get_operation_by_name("Mul"))
    assert model.fetches == ("weight:0", "Mul:0", "GradientDescent")


def test_a_fed_tensor_cuts_off_what_only_it_needs(regression) -> None:
    model = graph_model(regression.graph, fetches=regression.cost, feeds=[regression.prediction])
    assert "Mul" not in model.nodes and "weight" not in model.nodes
    assert set(model.nodes) == (ancestors(regression.cost.op, cut=(regression.prediction,))
                                | {regression.prediction.op.name})
    assert model.fed_nodes == {"Add"}


def traced(graph: tf.Graph, fetches, feeds) -> set[str]:
    """The nodes that a traced run logs."""
    metadata = tf.RunMetadata()
    with tf.Session(graph=graph) as sess:
        with graph.as_default():
            init = [v.initializer for v in tf.global_variables()]
        sess.run(init)
        sess.run(fetches, feeds, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE),
                 run_metadata=metadata)
    return {node.node_name for device in metadata.step_stats.dev_stats
            for node in device.node_stats}


def test_all_that_a_traced_run_logs_is_said_to_run() -> None:
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [2], name="x")
        w = tf.Variable([1.0, 2.0], name="w")
        loss = tf.reduce_sum(tf.square(x * w), name="loss")
        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
        tf.identity(loss, name="unused")
    said = set(graph_model(graph, [loss, train]).nodes)
    logged = traced(graph, [loss, train], {x: np.ones(2)})
    assert {name for name in logged if name in graph._nodes_by_name} <= said
    assert "unused" not in said and "loss" in said


def test_a_session_says_where_operations_run(monkeypatch) -> None:
    monkeypatch.setenv("TFTUTOR_SIMULATED_GPUS", "1")
    with tf.Graph().as_default() as graph:
        with tf.device("/gpu:0"):
            a = tf.constant([[1.0]], name="a")
            b = tf.matmul(a, a, name="b")
        with tf.device("/cpu:0"):
            tf.identity(b, name="c")
    with tf.Session(graph=graph) as sess:
        model = graph_model(sess)
        rows = {row.op: row for row in sess.placement().table()}
    assert model.has_placement
    assert {row.actual for row in rows.values()} == {"/device:CPU:0", "/device:GPU:0"}
    for name, node in model.nodes.items():
        assert node.device == rows[name].requested
        is_gpu = "GPU" in rows[name].actual
        assert node.runs_on == rows[name].actual + (" (simulated)" if is_gpu else "")


def test_the_function_of_a_dataset_stands_below_its_node() -> None:
    with tf.Graph().as_default() as graph:
        data = tf.data.Dataset.range(4).map(lambda value: value * value)
        data.make_initializable_iterator().get_next()
    model = graph_model(graph)
    inside = {name.rpartition("/")[2]: node.type for name, node in model.nodes.items()
              if name.startswith("MapDataset/[")}
    assert inside["mul"] == "Mul" and "Placeholder" in inside.values()
    assert model.nodes["MapDataset"].type == "MapDataset"


def test_something_else_is_refused_with_what_is_possible() -> None:
    with pytest.raises(TypeError, match=r"Can't draw int as a graph: give a tf\.Graph"):
        graph_model(3)


def test_a_fetch_that_is_no_part_of_the_graph_is_refused(regression) -> None:
    with pytest.raises(ValueError, match="cannot be interpreted as a Tensor"):
        graph_model(regression.graph, fetches="nothing:0")


@pytest.mark.parametrize(("value", "text"), [
    (2.0, "2.0"), (3, "3"), (0.001, "0.001"), (b"name", "'name'"), ([1, 2], "[1, 2]"),
    ([[1.5], [2.5]], "[[1.5], [2.5]]"), ([0.0] * 100, "all 0.0"), (list(range(12)), "12 values"),
    ([[1, 2, 3], [4, 5, 6], [7, 8, 9]], "3 x 3 values"), ([], "[]"), (float("nan"), "nan"),
    (True, "True"), (b"a long text that goes on and on", "'a long text that goes o…'")])
def test_a_constant_is_shown_in_short(value, text) -> None:
    assert constant_text(value) == text
