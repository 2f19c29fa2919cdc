"""Timelines: the Chrome traces of TensorFlow's Timeline for the same statistics, and real runs."""

from __future__ import annotations

import gzip
import json
import pathlib

import numpy as np
import pytest

import tftutor as tf
from tests.golden.timeline_stats import OPTIONS, traces
from tftutor.client.timeline import Timeline
from tftutor.compat.aliases import locate

GOLDEN = pathlib.Path(__file__).parent.parent / "golden" / "timeline.json.gz"
ANSWERS = json.loads(gzip.decompress(GOLDEN.read_bytes()))


@pytest.fixture(scope="module")
def ours():
    from google.protobuf import text_format
    from tensorboard.compat.proto.step_stats_pb2 import StepStats

    return traces(StepStats, Timeline, text_format)


@pytest.mark.parametrize("number", range(len(OPTIONS)))
def test_trace_equals_tensorflows(ours, number):
    assert ours["traces"][number] == ANSWERS["traces"][number]


def test_allocators_maximums_equal_tensorflows(ours):
    assert ours["maximums"] == ANSWERS["maximums"]


@pytest.fixture
def step_stats():
    metadata = tf.RunMetadata()
    with tf.Graph().as_default(), tf.Session() as session:
        a = tf.placeholder(tf.float32, [2, 2], name="a")
        product = tf.matmul(a, tf.constant(np.ones((2, 2), np.float32), name="b"), name="c")
        one, other = tf.split(product, 2, name="sp")
        with tf.control_dependencies([product]):
            e = tf.add(one, other, name="e")
        session.run(e, {a: np.ones((2, 2))}, run_metadata=metadata,
                    options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE))
    return metadata.step_stats


def test_labels_name_inputs_as_tensorflow_does(step_stats):
    labels = [node.timeline_label for device in step_stats.dev_stats for node in device.node_stats]
    assert labels == ["_SOURCE = NoOp()", "_arg_a_0_0 = _Arg()", "b = Const()",
                      "sp/split_dim = Const()", "c = MatMul(_arg_a_0_0, b)",
                      "sp = Split(sp/split_dim, c)", "e = Add(sp, sp:1, ^c)",
                      "_retval_e_0_0 = _Retval(e)"]


def test_trace_of_a_run(step_stats):
    timeline = locate("tensorflow.python.client.timeline")
    trace = json.loads(timeline.Timeline(step_stats).generate_chrome_trace_format(
        show_memory=True))
    events = trace["traceEvents"]
    names = [event["args"]["name"] for event in events if event["ph"] == "M"]
    device = "/job:localhost/replica:0/task:0/device:CPU:0"
    assert names == ["Allocators", f"{device} Compute", f"{device} Tensors"]
    ops = {event["args"]["name"]: event for event in events if event["ph"] == "X"}
    assert ops["e"]["args"] == {"name": "e", "op": "Add", "input0": "sp", "input1": "sp:1",
                                "input2": "^c"}
    assert {event["name"] for event in ops.values()} == {
        "NoOp", "_Arg", "Const", "MatMul", "Split", "Add", "_Retval"}
    assert ops["c"]["ts"] <= ops["sp"]["ts"] <= ops["e"]["ts"]
    sizes = [event["args"]["cpu"] for event in events if event["ph"] == "C"]
    assert max(sizes) >= 16 and sizes[-1] == 0
    assert {event["name"] for event in events if event["ph"] == "N"} == {
        "_arg_a_0_0", "b", "sp/split_dim", "c", "sp", "sp:1", "e"}


def test_traces_of_one_plan_are_separate():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None], name="x")
        y = tf.square(x, name="y")
        options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
        sizes = []
        for size in (3, 5):
            metadata = tf.RunMetadata()
            session.run(y, {x: np.ones(size)}, options=options, run_metadata=metadata)
            (node,) = [node for node in metadata.step_stats.dev_stats[0].node_stats
                       if node.node_name == "y"]
            sizes.append(node.output[0].tensor_description.shape.dim[0].size)
    assert sizes == [3, 5]


def test_traced_step_that_fails_names_its_operation():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, None, name="x")
        bad = tf.check_numerics(x, "not finite", name="checked")
        options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
        for _ in range(2):
            with pytest.raises(tf.errors.InvalidArgumentError) as caught:
                session.run(bad, {x: np.nan}, options=options, run_metadata=tf.RunMetadata())
            assert caught.value.op is bad.op
