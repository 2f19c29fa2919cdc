"""Searching a graph."""

from __future__ import annotations

import pytest

import tftutor as tf
from tftutor.inspection.graphs.read_graph import graph_model
from tftutor.widgets.graph_search import SearchError, search


@pytest.fixture(scope="module")
def model():
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 784], name="images")
        with tf.name_scope("layer"):
            with tf.device("/gpu:1"):
                y = tf.matmul(x, tf.zeros([784, 10], name="weights"), name="product")
            tf.nn.relu(y, name="relu")
        tf.nn.relu(tf.constant([1.0], name="layer_constant"), name="other")
        tf.placeholder(tf.float32, name="anything")
    return graph_model(graph)


@pytest.mark.parametrize(("query", "expected"), [
    ("product", ["layer/product"]),
    ("LAYER/RELU", ["layer/relu"]),
    ("type:MatMul", ["layer/product"]),
    ("type:relu layer", ["layer/relu"]),
    ("shape:[?,784]", ["images"]),
    ("shape:[?, 10]", ["layer/product", "layer/relu"]),
    ("shape:(784,10)", ["layer/weights"]),
    ("shape:[*,10] type:relu", ["layer/relu"]),
    ("shape:784", ["images", "layer/weights"]),
    ("device:gpu type:matmul", ["layer/product"]),
    ("device:gpu:0", []),
    ("type:relu role:forward", ["layer/relu", "other"]),
    ("nothing here", []),
    ("   ", []),
])
def test_what_is_found(model, query, expected):
    assert [node.name for node in search(model, query)] == expected


def test_a_label_that_begins_with_the_word_comes_before_one_that_holds_it(model):
    assert [node.name for node in search(model, "re")][0] == "layer/relu"
    assert [node.name for node in search(model, "layer")][0] == "layer_constant"


@pytest.mark.parametrize(("query", "words"), [
    ("size:3", "no key 'size'"), ("shape:[a,2]", "'a' is no size"),
    ("shape:[-1]", "'-1' is no size")])
def test_mistakes_are_explained(model, query, words):
    with pytest.raises(SearchError, match=words.replace("[", r"\[")):
        search(model, query)
