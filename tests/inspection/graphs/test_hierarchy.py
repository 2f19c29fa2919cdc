"""The tree of scopes: complete, without overfull groups, with equal things gathered."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

import tftutor as tf
from tftutor.inspection.graphs import graph_model
from tftutor.inspection.graphs.hierarchy import MOST_CHILDREN, Group, Hierarchy
from tftutor.inspection.graphs.model import GraphModel, GraphNode

NAMES = st.lists(
    st.lists(st.sampled_from(["a", "b", "conv_1", "conv_2", "conv_3", "x"]), min_size=1, max_size=4)
    .map("/".join), min_size=1, max_size=60, unique=True)


def model_of(names: list[str], op_type: str = "Neg") -> GraphModel:
    return GraphModel({name: GraphNode(name, op_type) for name in names})


def check_tree(tree: Hierarchy, names: list[str]) -> None:
    assert sorted(node.name for node in tree.root.nodes()) == sorted(names)
    assert tree.root.count == len(names)
    found = list(tree.groups.values())
    assert sorted(tree.groups) == sorted(group.id for group in found)
    for group in found:
        assert len(group.children) <= MOST_CHILDREN
        assert group.count == sum(group.types.values()) == len(list(group.nodes()))
        for child in group.children:
            if isinstance(child, Group):
                assert child.parent is group
            else:
                assert tree.home[child.name] is group


@settings(max_examples=60, deadline=None)
@given(NAMES)
def test_every_node_stands_in_one_group_and_every_group_counts_right(names) -> None:
    check_tree(Hierarchy(model_of(names)), names)


def test_groups_with_thousands_of_members_are_divided() -> None:
    names = [f"n{number}x" for number in range(5000)]  # no common pattern but the numbers
    check_tree(Hierarchy(model_of(names)), names)


def test_equal_layers_are_one_series_and_an_odd_one_is_not() -> None:
    names = [f"layer_{n}/{part}" for n in range(1, 41) for part in ("w", "b")] + ["head/w"]
    tree = Hierarchy(model_of(names))
    series = [group for group in tree.groups.values() if group.kind == "series"]
    assert [(group.id, len(group.children)) for group in series] == [("layer_[1 to 40]", 40)]
    assert [tree.label_of(child) for child in tree.root.children] == ["layer_[1 to 40]", "head"]


def test_scopes_of_one_node_are_a_series_under_their_own_names() -> None:
    tree = Hierarchy(model_of([f"layer_{n}/MatMul" for n in range(40)] + ["x"]))
    assert [tree.label_of(child) for child in tree.root.children] == ["layer_[0 to 39]", "x"]


def test_few_equal_layers_stay_apart() -> None:
    names = [f"layer_{n}/{part}" for n in range(20) for part in ("w", "b")]
    names += [f"deep/layer_{n}/{part}" for n in range(4) for part in ("w", "b")]
    names += [f"deep/other_{letter}" for letter in "abcdefghijklmnopqrstuvwxyzABCDE"]
    assert not [g for g in Hierarchy(model_of(names)).groups.values() if g.kind == "series"]


def test_layers_of_another_structure_are_no_part_of_the_series() -> None:
    names = [f"layer_{n}/{part}" for n in range(1, 41) for part in ("w", "b")]
    names += ["layer_41/w", "layer_41/other"]
    tree = Hierarchy(model_of(names))
    assert [child.label for child in tree.root.children] == ["layer_[1 to 40]", "layer_41"]


def test_a_scope_around_one_node_is_no_group() -> None:
    tree = Hierarchy(model_of(["Merge/MergeSummary", "x"]))
    assert [child.name for child in tree.root.children] == ["Merge/MergeSummary", "x"]
    assert tree.labels == {"Merge/MergeSummary": "Merge"}


def test_a_variable_and_its_machinery_are_one_group(network) -> None:
    tree = Hierarchy(graph_model(network.graph))
    group = tree.groups["layer_a/w"]
    assert group.kind == "variable"
    assert group.own is not None and group.own.type == "VariableV2"
    assert {"layer_a/w", "layer_a/w/Assign", "layer_a/w/read"} <= {n.name for n in group.nodes()}


def test_loops_and_branches_are_named_so() -> None:
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, ())
        tf.while_loop(lambda i: i < 9.0, lambda i: i + x, [x])
        y = tf.cond(x > 0, lambda: x * 2, lambda: x - 1)
        tf.gradients(y, x)
    tree = Hierarchy(graph_model(graph))
    kinds = {group.id: group.kind for group in tree.groups.values()}
    assert kinds["while"] == "loop" and kinds["cond"] == "branch"
    assert kinds["gradients"] == kinds["cond/mul"] == "scope"


def test_the_path_to_a_node_leads_from_the_root(network) -> None:
    tree = Hierarchy(graph_model(network.graph))
    assert [group.id for group in tree.path("layer_a/w/read")] == ["", "layer_a", "layer_a/w"]
