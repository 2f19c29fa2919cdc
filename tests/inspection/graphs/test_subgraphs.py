"""Parts to highlight, beside what the runtime itself logs and what TensorFlow's API says."""

from __future__ import annotations

import numpy as np
import pytest

import tftutor as tf
from tftutor.inspection.graphs import graph_model
from tftutor.inspection.graphs.model import GraphModel
from tftutor.inspection.graphs.subgraphs import (
    backward_pairs,
    executed,
    gradient_part,
    init_part,
)


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
    said = executed(graph_model(graph), [loss, train])
    logged = traced(graph, [loss, train], {x: np.ones(2)})
    assert {name for name in logged if name in graph._nodes_by_name} <= set(said)
    assert "unused" not in said and "loss" in said
    place = {name: index for index, name in enumerate(said)}
    for name in said:
        op = graph.get_operation_by_name(name)
        assert all(place[t.op.name] < place[name] for t in op.inputs)


def test_feeding_a_tensor_leaves_out_what_makes_it(regression) -> None:
    model = graph_model(regression.graph)
    said = executed(model, regression.cost, [regression.prediction])
    assert not {"Mul", "Add", "weight/read"} & set(said)
    assert {"sub", "Pow", "Sum", "truediv"} <= set(said)


def test_what_is_fetched_by_name_is_found(regression) -> None:
    model = graph_model(regression.graph)
    assert executed(model, "Mul:0") == executed(model, regression.graph.get_tensor_by_name("Mul:0"))


def test_the_gradient_part_is_what_an_optimizer_adds() -> None:
    with tf.Graph().as_default() as graph:
        w = tf.Variable(1.0, name="w")
        loss = tf.square(w)
        before = set(graph._nodes_by_name)
        tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
        added = set(graph._nodes_by_name) - before
    model = graph_model(graph)
    first_values = {name for name in added if model.nodes[name].role == "init"}
    assert gradient_part(model) == added - first_values
    assert all("Initializer" in name or name.endswith("Assign") for name in first_values)


def test_the_init_part_is_what_the_initializer_executes(network) -> None:
    model = graph_model(network.graph)
    runs = set(executed(model, network.init))
    assert init_part(model) <= runs
    rest = [model.nodes[name] for name in runs - init_part(model)]
    assert all(node.type == "VariableV2" or node.role == "training" for node in rest)


def test_forward_and_backward_belong_together(network) -> None:
    pairs = backward_pairs(graph_model(network.graph))
    assert set(pairs["layer_a/Relu"]) == {"gradients/layer_a/Relu_grad/ReluGrad"}


def test_a_model_without_operations_is_refused() -> None:
    with pytest.raises(LookupError, match="without operations"):
        executed(GraphModel({}), "x")
