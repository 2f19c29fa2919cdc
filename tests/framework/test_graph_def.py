"""GraphDef export: nodes, attributes, versions, OpDefs, text."""

import numpy as np
import pytest
from google.protobuf import text_format

import tftutor as tf


@pytest.fixture
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_nodes_come_in_order_with_their_inputs(graph):
    a = tf.constant(1.0, name="a")
    with tf.control_dependencies([tf.no_op(name="first")]):
        tf.identity(a * 2.0, name="b")
    nodes = [(n.name, n.op, list(n.input)) for n in graph.as_graph_def().node]
    assert nodes == [("a", "Const", []), ("first", "NoOp", []), ("mul/y", "Const", ["^first"]),
                     ("mul", "Mul", ["a", "mul/y"]), ("b", "Identity", ["mul"])]


def test_default_attributes_are_written(graph):
    tf.placeholder(tf.float32, [None, 3], name="x")
    (node,) = graph.as_graph_def().node
    assert set(node.attr) == {"dtype", "shape"}
    assert node.attr["dtype"].type == 1
    assert [d.size for d in node.attr["shape"].shape.dim] == [-1, 3]


def test_unknown_shape_is_written_as_unknown_rank(graph):
    tf.placeholder(tf.float32)
    (node,) = graph.as_graph_def().node
    assert node.attr["shape"].shape.unknown_rank


def test_second_output_is_named_by_its_index(graph):
    value, index = tf.unique([1, 1, 2])
    tf.identity(index, name="i")
    assert list(graph.as_graph_def().node[-1].input) == ["Unique:1"]


def test_device_and_colocation_are_written(graph):
    with tf.device("/cpu:0"):
        a = tf.constant(1.0, name="a")
    with graph.colocate_with(a.op):
        tf.constant(2.0, name="b")
    a_node, b_node = graph.as_graph_def().node
    assert a_node.device == b_node.device == "/device:CPU:0"
    assert list(b_node.attr["_class"].list.s) == [b"loc:@a"]


def test_float_attributes_are_rounded_to_float32(graph):
    y = tf.nn.leaky_relu(tf.constant([1.0]), alpha=0.1)
    assert y.op.get_attr("alpha") == float(np.float32(0.1))


def test_versions_say_producer_134(graph):
    tf.no_op()
    assert graph.as_graph_def().versions.producer == 134
    assert graph.graph_def_versions.producer == 134


def test_add_shapes_adds_the_static_shapes(graph):
    tf.placeholder(tf.float32, [2, None])
    (node,) = graph.as_graph_def(add_shapes=True).node
    (shape,) = node.attr["_output_shapes"].list.shape
    assert [d.size for d in shape.dim] == [2, -1]


def test_printed_operation_is_its_node_def(graph):
    a = tf.constant(1.0, name="a")
    text = str(tf.identity(a, name="b").op)
    assert text == ('name: "b"\nop: "Identity"\ninput: "a"\nattr {\n  key: "T"\n  value {\n'
                    '    type: DT_FLOAT\n  }\n}\n')


def test_op_def_is_that_of_tensorflow(graph):
    proto = tf.placeholder(tf.float32).op.op_def
    assert proto.SerializeToString(deterministic=True).hex() == (
        "0a0b506c616365686f6c6465721a0f0a066f757470757422056474797065220d0a0564747970651204747970"
        "6522140a057368617065120573686170651a043a021801")


def test_get_attr_gives_protos_for_shapes_and_tensors(graph):
    x = tf.placeholder(tf.float32, [2])
    c = tf.constant(3.0)
    assert [d.size for d in x.op.get_attr("shape").dim] == [2]
    assert x.op.get_attr("dtype") == tf.float32
    assert tf.make_ndarray(c.op.get_attr("value")) == 3.0


def test_text_form_comes_back(graph):
    tf.constant([1.0, 2.0]) * 2.0
    graph_def = graph.as_graph_def()
    back = text_format.Parse(text_format.MessageToString(graph_def), tf.GraphDef())
    assert back == graph_def


def test_public_messages_are_tensorflows():
    for name in ("GraphDef", "NodeDef", "AttrValue", "ConfigProto", "RunOptions", "RunMetadata",
                 "GPUOptions", "OptimizerOptions", "GraphOptions", "SessionLog", "Event",
                 "Summary", "HistogramProto", "MetaGraphDef", "NameAttrList", "TensorInfo",
                 "train.ClusterDef", "train.JobDef", "train.SaverDef"):
        message = tf
        for part in name.split("."):
            message = getattr(message, part)
        assert message.DESCRIPTOR.name == name.rpartition(".")[2]
