"""Roles: what TensorFlow's own collections and scopes say of the same operations."""

from __future__ import annotations

import tftutor as tf
from tftutor.inspection.graphs import graph_model
from tftutor.inspection.graphs.model import FORWARD, GRADIENT, INIT, SAVE, SUMMARY, TRAINING


def roles(graph: tf.Graph) -> dict[str, str]:
    return {name: node.role for name, node in graph_model(graph).nodes.items()}


def test_variables_are_the_models_or_the_optimizers(network) -> None:
    found = roles(network.graph)
    with network.graph.as_default():
        trainable = {v.op.name for v in tf.trainable_variables()}
        others = {v.op.name for v in tf.global_variables()} - trainable
    assert {found[name] for name in trainable} == {FORWARD}
    assert len(others) == 10
    assert {found[name] for name in others} == {TRAINING}


def test_what_stands_in_the_gradients_scope_is_gradient(network) -> None:
    found = roles(network.graph)
    assert {role for name, role in found.items() if name.startswith("gradients/")} == {GRADIENT}
    assert not [name for name, role in found.items()
                if role == GRADIENT and not name.startswith("gradients/")]


def test_a_gradient_in_a_scope_of_another_name_is_known_by_its_origin() -> None:
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [])
        y = tf.sin(x)
        tf.gradients(y, x, name="derivative")
    found = roles(graph)
    assert {role for name, role in found.items() if "Sin_grad" in name} == {GRADIENT}
    assert found["Sin"] == FORWARD


def test_first_values_are_init_and_what_computes_with_them_is_not(network) -> None:
    found = roles(network.graph)
    assert found["layer_a/w/Assign"] == INIT
    assert found["layer_a/random_normal/RandomStandardNormal"] == INIT
    assert found["init"] == INIT
    assert found["layer_a/w/read"] == FORWARD
    assert found["layer_a/MatMul"] == FORWARD


def test_random_numbers_that_the_model_uses_are_forward() -> None:
    with tf.Graph().as_default() as graph:
        noise = tf.random_normal([3], name="noise")
        tf.Variable(tf.zeros([3])).assign_add(noise)
    assert roles(graph)["noise"] == FORWARD


def test_an_assignment_that_a_program_makes_is_no_initializer() -> None:
    with tf.Graph().as_default() as graph:
        count = tf.Variable(0, name="count")
        tf.assign(count, count + 1, name="next")
    found = roles(graph)
    assert found["next"] == FORWARD and found["count/Assign"] == INIT


def test_summaries_and_savers_have_their_own(network) -> None:
    found = roles(network.graph)
    assert found["cost"] == found["Merge/MergeSummary"] == found["cost/tags"] == SUMMARY
    assert found["loss/value"] == FORWARD
    assert {role for name, role in found.items() if name.startswith("save/")} == {SAVE}


def test_updates_and_the_node_that_runs_them_are_training(network) -> None:
    found = roles(network.graph)
    with network.graph.as_default():
        updates = [op.name for op in network.graph.get_operations() if op.type == "ApplyAdam"]
    assert len(updates) == 4
    assert {found[name] for name in [*updates, "train"]} == {TRAINING}


def test_backward_nodes_know_their_forward_node(network) -> None:
    model = graph_model(network.graph)
    for op in network.graph.get_operations():
        if op._original_op is not None:
            assert model.nodes[op.name].backward_of == op._original_op.name
    assert model.nodes["gradients/layer_a/MatMul_grad/MatMul_1"].backward_of == "layer_a/MatMul"
    assert model.nodes["layer_a/MatMul"].backward_of is None


def test_a_saver_in_a_scope_leaves_the_model_around_it_what_it_is() -> None:
    with tf.Graph().as_default() as graph, tf.name_scope("model"):
        w = tf.Variable([1.0, 2.0], name="w")
        tf.square(w, name="y")
        tf.train.Saver()
    found = roles(graph)
    assert found["model/w"] == found["model/w/read"] == found["model/y"] == FORWARD
    assert {role for name, role in found.items() if name.startswith("model/save/")} == {SAVE}


def test_the_gradient_part_is_what_an_optimizer_adds() -> None:
    with tf.Graph().as_default() as graph:
        w = tf.Variable(1.0, name="w")
        loss = tf.square(w)
        before = set(graph._nodes_by_name)
        tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
        added = set(graph._nodes_by_name) - before
    found = roles(graph)
    first_values = {name for name in added if found[name] == INIT}
    machinery = {name for name, role in found.items() if role in (GRADIENT, TRAINING)}
    assert machinery == added - first_values
    assert all("Initializer" in name or name.endswith("Assign") for name in first_values)


def test_what_the_initializer_executes_is_initial_values_and_variables(network) -> None:
    found = roles(network.graph)
    runs = graph_model(network.init).nodes
    assert {name for name, role in found.items() if role == INIT} <= runs.keys()
    rest = [node for node in runs.values() if found[node.name] != INIT]
    assert all(node.type == "VariableV2" or found[node.name] == TRAINING for node in rest)
