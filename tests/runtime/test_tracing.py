"""Traces of steps on several devices, whatever plays the GPU."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tftutor as tf
from tests.runtime.device_kinds import KINDS, use_gpus
from tftutor.client.step_readings import transfers

HERE = "/job:localhost/replica:0/task:0/device:"


def traced(session: Any, fetches: Any, feeds: Any = None) -> tuple[Any, Any]:
    """(value, RunMetadata)."""
    metadata = tf.RunMetadata()
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE, output_partition_graphs=True)
    return session.run(fetches, feeds, options, metadata), metadata


def nodes(metadata: Any, device: str) -> dict[str, Any]:
    """Node name -> its statistics, for one device (the last one of a name)."""
    (table,) = [d for d in metadata.step_stats.dev_stats if d.device == device]
    return {node.node_name: node for node in table.node_stats}


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as made:
        yield made


@pytest.fixture(params=KINDS)
def kind(request, monkeypatch):
    if request.param != "simulated":
        pytest.importorskip(request.param)
    use_gpus(monkeypatch, request.param, 2)
    return request.param


def _two_gpus():
    x = tf.placeholder(tf.float32, [3, 8], name="x")
    with tf.device("/gpu:0"):
        a = tf.nn.relu(tf.matmul(x, tf.ones([8, 8]), name="product"), name="a")
    with tf.device("/gpu:1"):
        b = tf.exp(-a, name="b")
    with tf.device("/cpu:0"):
        c = tf.sqrt(b, name="c")
    return x, c


def test_every_device_has_its_nodes_kernels_and_copies(kind):
    x, c = _two_gpus()
    with tf.Session() as session:
        value, metadata = traced(session, c, {x: np.full((3, 8), 0.1)})
    np.testing.assert_allclose(value, np.full((3, 8), np.sqrt(np.exp(-0.8))), rtol=1e-5)
    devices = [device.device for device in metadata.step_stats.dev_stats]
    assert devices == [f"{HERE}CPU:0", f"{HERE}GPU:0", f"{HERE}GPU:1", "/device:GPU:0/stream:all",
                       "/device:GPU:1/stream:all", "/device:GPU:0/memcpy", "/device:GPU:1/memcpy"]
    assert {"product", "a"} <= set(nodes(metadata, f"{HERE}GPU:0"))
    assert {"Neg", "b"} <= set(nodes(metadata, f"{HERE}GPU:1"))
    assert list(nodes(metadata, "/device:GPU:0/stream:all")) == ["product:MatMul", "a:Relu"]
    rows = [(row.kind, row.nbytes, row.source[-5:], row.target[-5:]) for row in transfers(metadata)]
    assert rows == [("HtoD", 96, "CPU:0", "GPU:0"), ("PtoP", 96, "GPU:0", "GPU:1"),
                    ("DtoH", 96, "GPU:1", "CPU:0")]
    labels = {node.node_name: node.timeline_label for node in
              nodes(metadata, "/device:GPU:1/memcpy").values()}
    ((name, label),) = [item for item in labels.items() if item[0].endswith("MEMCPYPtoP")]
    assert name.startswith("edge_") and name.endswith("_a:MEMCPYPtoP")
    assert label.startswith("MEMCPYPtoP 96 bytes (Device to Device)")


def test_who_receives_has_waited(kind):
    x, c = _two_gpus()
    with tf.Session() as session:
        _, metadata = traced(session, c, {x: np.ones((3, 8))})
    maker = nodes(metadata, f"{HERE}GPU:0")["a"]
    (taker,) = [node for name, node in nodes(metadata, f"{HERE}GPU:1").items()
                if " = _Recv(" in node.timeline_label]
    made = maker.all_start_nanos + maker.all_end_rel_nanos
    assert taker.all_start_nanos + taker.op_start_rel_nanos >= made
    negated = nodes(metadata, f"{HERE}GPU:1")["Neg"]
    assert negated.timeline_label == f"Neg = Neg({taker.node_name})"
    assert negated.all_start_nanos >= taker.all_start_nanos + taker.all_end_rel_nanos


def test_memory_lies_in_the_devices_allocators(kind):
    x, c = _two_gpus()
    with tf.Session() as session:
        _, metadata = traced(session, c, {x: np.ones((3, 8))})
    node = nodes(metadata, f"{HERE}GPU:1")["b"]
    allocator = node.output[0].tensor_description.allocation_description.allocator_name
    assert allocator == ("GPU_1_simulated" if kind == "simulated" else "GPU_1_bfc")
    shape_of = nodes(metadata, f"{HERE}CPU:0")["c"].output[0].tensor_description
    assert shape_of.allocation_description.allocator_name == "cpu"


def test_partition_graphs_stand_alone(kind, graph):
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    x = tf.placeholder(tf.float32, [], name="x")

    def body(i, total):
        with tf.device("/gpu:1"):
            total = tf.tanh(total)
        with tf.device("/gpu:0"):
            return i + 1, total * 2.0

    with tf.device("/cpu:0"):
        _, total = tf.while_loop(lambda i, _: i < 3, body, [0, x])
    with tf.device("/gpu:0"):
        chosen = tf.cond(total > 0.0, lambda: tf.sqrt(total), lambda: -total)
        gradient = tf.gradients(chosen, x)[0]
    with tf.Session() as session:
        _, metadata = traced(session, [chosen, gradient], {x: 0.5})
    assert len(metadata.partition_graphs) == 3
    for partition in metadata.partition_graphs:
        parsed = GraphDef.FromString(partition.SerializeToString())
        names = [node.name for node in parsed.node]
        assert len(set(names)) == len(names)
        assert len({node.device for node in parsed.node}) == 1
        for node in parsed.node:
            for source in node.input:
                assert source.removeprefix("^").partition(":")[0] in names, (node.name, source)
        kinds = {node.op for node in parsed.node}
        assert {"_Send", "_Recv"} <= kinds
    sent = {node.attr["tensor_name"].s for partition in metadata.partition_graphs
            for node in partition.node if node.op == "_Send"}
    received = {node.attr["tensor_name"].s for partition in metadata.partition_graphs
                for node in partition.node if node.op == "_Recv"}
    assert sent == received and len(sent) > 2


def test_a_loop_lists_every_iteration_on_each_device(kind):
    def body(i, total):
        with tf.device("/gpu:1"):
            total = tf.tanh(total, name="tanh")
        with tf.device("/gpu:0"):
            return i + 1, tf.multiply(total, 2.0, name="twice")

    x = tf.placeholder(tf.float32, [4], name="x")
    with tf.device("/cpu:0"):
        _, total = tf.while_loop(lambda i, _: i < 5, body, [0, x])
    with tf.Session() as session:
        _, metadata = traced(session, total, {x: np.ones(4)})
    tables = {d.device: [n.node_name for n in d.node_stats] for d in metadata.step_stats.dev_stats}
    assert tables[f"{HERE}GPU:1"].count("while/tanh") == 5
    assert tables[f"{HERE}GPU:0"].count("while/twice") == 5
    assert tables["/device:GPU:1/stream:all"].count("while/tanh:Tanh") == 5


def test_only_the_branch_that_ran_is_listed(kind):
    flag = tf.placeholder(tf.bool, [], name="flag")
    x = tf.placeholder(tf.float32, [4], name="x")

    def first():
        with tf.device("/gpu:0"):
            return tf.sqrt(x, name="first")

    def second():
        with tf.device("/gpu:1"):
            return tf.square(x, name="second")

    chosen = tf.cond(flag, first, second)
    with tf.Session() as session:
        for value, ran, other in ((True, "cond/first", "cond/second"),
                                  (False, "cond/second", "cond/first")):
            _, metadata = traced(session, chosen, {flag: value, x: np.ones(4)})
            names = {n.node_name for d in metadata.step_stats.dev_stats for n in d.node_stats}
            assert ran in names and other not in names


def test_a_step_that_fails_on_a_device_leaves_the_metadata_alone(kind):
    x = tf.placeholder(tf.float32, [2], name="x")
    with tf.device("/gpu:0"):
        a = tf.sqrt(x)
    with tf.device("/cpu:0"):
        bad = tf.check_numerics(a, "not finite", name="bad")
    metadata = tf.RunMetadata()
    metadata.step_stats.dev_stats.add(device="earlier")
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE, output_partition_graphs=True)
    with tf.Session() as session:
        with pytest.raises(tf.errors.InvalidArgumentError, match="not finite") as caught:
            session.run(bad, {x: [-1.0, 1.0]}, options, metadata)
        assert caught.value.op is bad.op
        assert [d.device for d in metadata.step_stats.dev_stats] == ["earlier"]
        assert not metadata.partition_graphs
        session.run(bad, {x: [1.0, 1.0]}, run_metadata=metadata)  # a run without a trace empties it
    assert metadata == tf.RunMetadata()


def test_a_traced_queue_step(kind):
    queue = tf.FIFOQueue(4, tf.float32, [[2]], name="queue")
    x = tf.placeholder(tf.float32, [2], name="x")
    put = queue.enqueue(x, name="put")
    got = queue.dequeue(name="get")
    with tf.device("/gpu:0"):
        y = tf.sqrt(got, name="y")
    with tf.Session() as session:
        _, first = traced(session, put, {x: [4.0, 9.0]})
        value, second = traced(session, y)
    np.testing.assert_array_equal(value, [2.0, 3.0])
    labels = [n.timeline_label for d in first.step_stats.dev_stats for n in d.node_stats]
    assert "put = QueueEnqueueV2(queue, _arg_x_0_0)" in labels
    assert "get" in nodes(second, f"{HERE}CPU:0")
    assert "y" in nodes(second, f"{HERE}GPU:0")


def test_a_simulated_gpu_is_called_so(monkeypatch):
    from tftutor.client.timeline import Timeline

    use_gpus(monkeypatch, "simulated", 2)
    x, c = _two_gpus()
    with tf.Session() as session:
        _, metadata = traced(session, c, {x: np.ones((3, 8))})
    for device in metadata.step_stats.dev_stats:
        called = [name for name in device.thread_names.values() if "simulated" in name]
        assert bool(called) == ("GPU" in device.device)
    trace = Timeline(metadata.step_stats).generate_chrome_trace_format()
    assert f"{HERE}GPU:0 (simulated) Compute" in trace
    assert "/device:GPU:1/memcpy (simulated) Compute" in trace
    assert f"{HERE}CPU:0 Compute" in trace


def test_a_trace_holds_no_value():
    import gc
    import weakref

    x = tf.placeholder(tf.float32, [64, 100], name="x")
    gone: list[bool] = []
    seen: list[Any] = []

    def note(value):
        seen.append(weakref.ref(value))
        return value * 2

    def look(value):
        gc.collect()
        gone.append(seen[0]() is None)
        return value

    made = tf.py_func(note, [tf.exp(x)], tf.float32, name="note")
    made.set_shape([64, 100])
    end = tf.py_func(look, [tf.reduce_sum(tf.sqrt(made))], tf.float32, name="look")
    with tf.Session() as session:
        for _ in range(2):
            seen.clear()
            session.run(end, {x: np.ones((64, 100))})
            traced(session, end, {x: np.ones((64, 100))})
    assert gone == [True] * 4
