"""Programs whose traces are compared with TensorFlow's, and what is compared of a trace.

Each program takes the tensorflow module and returns (what to run first, fetches, feeds). Feeds are
taken and fetches made on the first CPU.
"""

from __future__ import annotations

import re

import numpy as np

_NUMBER = re.compile(r"/_\d+")
_EDGE = re.compile(r"edge_\d+_")


def arithmetic(tf):
    b = tf.placeholder(tf.float32, [100], name="scope/b")
    a = tf.placeholder(tf.float32, [100], name="za")
    c = tf.add(a, b, name="c")
    parts = tf.split(c, 4, name="parts")
    d = tf.identity(parts[1], name="d")
    with tf.control_dependencies([d]):
        done = tf.no_op(name="done")
        total = tf.reduce_sum(c, name="total")
    feeds = {a: np.ones(100, np.float32), b: np.ones(100, np.float32)}
    return None, [total, parts[2], d, done, total], feeds


def reference_variable(tf):
    x = tf.placeholder(tf.float32, [30, 20], name="x")
    w = tf.Variable(np.ones((20, 10), np.float32), name="w", use_resource=False)
    product = tf.matmul(x, w, name="product")
    halved = tf.multiply(product, tf.constant(0.5, name="half"), name="halved")
    update = tf.assign_add(w, tf.reduce_sum(product, name="sum") * tf.ones([20, 10]), name="update")
    return w.initializer, [halved, update], {x: np.ones((30, 20), np.float32)}


def two_cpus(tf):
    with tf.device("/cpu:0"):
        a = tf.placeholder(tf.float32, [50], name="a")
        c = tf.constant(2.0, name="c")
        x = tf.multiply(a, c, name="x")
    with tf.device("/cpu:1"):
        y = tf.add(x, c, name="y")
        one, other = tf.split(y, 2, name="halves")
        counter = tf.Variable(np.zeros(3, np.float32), name="counter", use_resource=False)
        z = tf.assign_add(counter, tf.ones([3]) * tf.constant(3.0, name="three"), name="z")
    with tf.device("/cpu:0"):
        w = tf.add(one, other, name="w")
        v = tf.sqrt(other, name="v")
        with tf.control_dependencies([z]):
            u = tf.negative(x, name="u")
    return counter.initializer, [w, v, u], {a: np.ones(50, np.float32)}


PROGRAMS = {"arithmetic": arithmetic, "reference_variable": reference_variable,
            "two_cpus": two_cpus}


def run(tf, name, make_config):
    """The RunMetadata of one traced run of a program."""
    graph = tf.Graph()
    with graph.as_default():
        before, fetches, feeds = PROGRAMS[name](tf)
        with tf.Session(config=make_config(tf)) as session:
            if before is not None:
                session.run(before)
            options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE,
                                    output_partition_graphs=True)
            metadata = tf.RunMetadata()
            session.run(fetches, feeds, options, metadata)
    return metadata


def answers(metadata):
    """What a trace says beside times: nodes by device, and the graph of each partition."""
    devices = {device.device: sorted(node_answer(node) for node in device.node_stats)
               for device in metadata.step_stats.dev_stats
               if device.device.startswith("/job:")}
    return {"devices": devices, "partitions": sorted(graph_answer(graph)
                                                     for graph in metadata.partition_graphs)}


def node_answer(node):
    """[name, label, outputs, persistent bytes] of one node."""
    outputs = []
    for output in node.output:
        described = output.tensor_description
        outputs.append([output.slot, described.dtype, [d.size for d in described.shape.dim],
                        described.allocation_description.requested_bytes])
    return [_plain(node.node_name), _plain(node.timeline_label), outputs,
            node.memory_stats.persistent_memory_size]


def graph_answer(graph):
    """The nodes of a partition, [name, op, inputs, device, simple attributes], sorted."""
    nodes = []
    for node in graph.node:
        attrs = {key: _EDGE.sub("edge_N_", value.s.decode()) for key, value in node.attr.items()
                 if value.WhichOneof("value") == "s"}
        attrs.update({key: value.type for key, value in node.attr.items()
                      if value.WhichOneof("value") == "type"})
        if "index" in node.attr:
            attrs["index"] = node.attr["index"].i
        nodes.append([_plain(node.name), node.op, [_plain(name) for name in node.input],
                      node.device, [list(item) for item in sorted(attrs.items())]])
    return sorted(nodes)


def _plain(text):
    return _NUMBER.sub("/_N", text)
