"""Whole sessions on a GPU: real ones, and PyTorch on the CPU or CuPy's record in their place."""

from __future__ import annotations

import json
import threading
from typing import Any

import numpy as np
import pytest

import tftutor as tf
from tests.gpu.machine import SESSION_GPUS, use_session_gpu
from tests.gpu.models import Training, cnn, mlp
from tftutor.client.timeline import Timeline

GPU = "/job:localhost/replica:0/task:0/device:GPU:0"


@pytest.fixture(params=SESSION_GPUS, autouse=True)
def session_gpu(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The GPU that sessions of the test have."""
    with tf.Graph().as_default():
        yield from use_session_gpu(request.param, monkeypatch)


def _where(sess: tf.Session, fetches: Any, feeds: Any = None) -> dict[str, str]:
    """Node name -> the device it ran on."""
    metadata = tf.RunMetadata()
    sess.run(fetches, feeds, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE),
             run_metadata=metadata)
    return {node.node_name: stats.device for stats in metadata.step_stats.dev_stats
            for node in stats.node_stats}


def test_the_gpu_is_listed() -> None:
    with tf.Session() as sess:
        devices = {device.name: device for device in sess.list_devices()}
    assert devices[GPU].device_type == "GPU"
    assert devices[GPU].memory_limit_bytes > 0
    assert tf.test.gpu_device_name() == "/device:GPU:0"
    assert tf.test.is_gpu_available(cuda_only=True)


def test_a_product_is_computed_on_the_gpu() -> None:
    a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    with tf.device("/gpu:0"):
        x, y = tf.placeholder(tf.float64), tf.placeholder(tf.float64)
        product = tf.matmul(x, y, name="product")
    with tf.Session() as sess:
        np.testing.assert_allclose(sess.run(product, {x: a, y: b}), a @ b)
        assert _where(sess, product, {x: a, y: b})["product"] == GPU


def test_without_a_device_everything_goes_to_the_gpu() -> None:
    x = tf.placeholder(tf.float32, [2, 2])
    y = tf.tanh(tf.matmul(x, x, name="product"), name="tanh")
    with tf.Session() as sess:
        where = _where(sess, y, {x: np.eye(2)})
    assert where["product"] == where["tanh"] == GPU


def test_values_cross_between_cpu_and_gpu() -> None:
    x = tf.placeholder(tf.float32, [3])
    with tf.device("/gpu:0"):
        doubled = x * 2.0
    with tf.device("/cpu:0"):
        shifted = doubled + 1.0
    with tf.device("/gpu:0"):
        result = shifted * shifted
    with tf.Session() as sess:
        found = sess.run([doubled, shifted, result], {x: [1, 2, 3]})
    for value, expected in zip(found, ([2, 4, 6], [3, 5, 7], [9, 25, 49]), strict=True):
        assert isinstance(value, np.ndarray)
        np.testing.assert_array_equal(value, expected)


def test_a_constant_of_the_gpu_is_wanted_on_the_cpu() -> None:
    with tf.device("/gpu:0"):
        constant = tf.constant([1.0, 2.0])
    with tf.device("/cpu:0"):
        doubled = constant * tf.placeholder(tf.float32)
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(doubled, {doubled.op.inputs[1]: 2.0}), [2, 4])


def test_a_run_may_have_nothing_to_do() -> None:
    with tf.device("/gpu:0"):
        nothing = tf.group()
        x = tf.placeholder(tf.float32)
    with tf.Session() as sess:
        assert sess.run(nothing) is None
        assert sess.run([nothing, x], {x: 2.0}) == [None, 2.0]
        sess.run(nothing, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE),
                 run_metadata=tf.RunMetadata())


def test_variables_live_on_the_gpu() -> None:
    with tf.device("/gpu:0"):
        v = tf.Variable([1.0, 2.0, 3.0])
        add = tf.assign_add(v, [1.0, 1.0, 1.0])
        with tf.control_dependencies([add]):
            after = v.read_value()
    with tf.Session() as sess:
        sess.run(v.initializer)
        np.testing.assert_array_equal(sess.run(after), [2, 3, 4])
        first = sess.run(v)
        sess.run(add)
        np.testing.assert_array_equal(first, [2, 3, 4])
        np.testing.assert_array_equal(sess.run(v), [3, 4, 5])
        v.load([7.0, 8.0, 9.0], sess)
        np.testing.assert_array_equal(sess.run(v), [7, 8, 9])


def test_resource_variables_live_on_the_gpu() -> None:
    with tf.device("/gpu:0"):
        v = tf.get_variable("v", initializer=np.float32([1, 2]), use_resource=True)
        step = v.assign_sub([0.5, 0.5])
    with tf.Session() as sess:
        sess.run(v.initializer)
        sess.run(step)
        np.testing.assert_array_equal(sess.run(v), [0.5, 1.5])


def test_an_uninitialized_variable_is_an_error() -> None:
    with tf.device("/gpu:0"):
        v = tf.Variable([1.0], name="counter")
        doubled = v * 2.0
    with tf.Session() as sess, pytest.raises(tf.errors.FailedPreconditionError, match="counter"):
        sess.run(doubled)


def test_sparse_updates_of_rows() -> None:
    with tf.device("/gpu:0"):
        table = tf.Variable(np.ones((5, 2), np.float32))
        rows = tf.placeholder(tf.int32, [None])
        loss = tf.reduce_sum(tf.nn.embedding_lookup(table, rows))
        step = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    with tf.Session(config=tf.ConfigProto(allow_soft_placement=True)) as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(step, {rows: [1, 3, 1]})
        np.testing.assert_allclose(sess.run(table)[:, 0], [1, 0, 1, 0.5, 1])


@pytest.mark.parametrize(("model", "optimizer"), [
    (mlp, lambda: tf.train.GradientDescentOptimizer(0.5)),
    (mlp, lambda: tf.train.AdamOptimizer(0.01)),
    (mlp, lambda: tf.train.MomentumOptimizer(0.1, 0.9)),
    (cnn, lambda: tf.train.AdamOptimizer(0.01)),
    (cnn, lambda: tf.train.RMSPropOptimizer(0.01)),
], ids=["mlp-sgd", "mlp-adam", "mlp-momentum", "cnn-adam", "cnn-rmsprop"])
def test_training_goes_as_on_the_cpu(model: Any, optimizer: Any) -> None:
    expected = Training(model, "/cpu:0", optimizer).losses()
    found = Training(model, "/gpu:0", optimizer).losses()
    assert expected[-1] < 0.9 * expected[0]
    np.testing.assert_allclose(found, expected, rtol=2e-3)


def test_training_runs_on_the_gpu() -> None:
    training = Training(cnn, "/gpu:0", lambda: tf.train.AdamOptimizer(0.01))
    with tf.Session(graph=training.graph,
                    config=tf.ConfigProto(allow_soft_placement=True)) as sess:
        sess.run(training.init)
        where = _where(sess, training.step, training.feeds())
    for kind in ("Conv2D", "MaxPool", "Relu", "MatMul", "Adam/update_out/ApplyAdam"):
        assert where[kind] == GPU, kind


def test_random_numbers_are_those_of_the_cpu() -> None:
    found = []
    for device in ("/cpu:0", "/gpu:0"):
        with tf.Graph().as_default(), tf.device(device), tf.Session() as sess:
            tf.set_random_seed(7)
            found.append(sess.run([tf.random_normal([5]), tf.random_uniform([5], seed=3),
                                   tf.nn.dropout(tf.ones([20]), 0.5, seed=1)]))
    for on_cpu, on_gpu in zip(*found, strict=True):
        np.testing.assert_allclose(on_gpu, on_cpu, rtol=1e-6)


def test_control_flow_on_the_gpu() -> None:
    with tf.device("/gpu:0"):
        x = tf.placeholder(tf.float32, [2])
        _, doubled = tf.while_loop(lambda i, v: i < 5, lambda i, v: (i + 1, v * 2.0), (0, x))
        branch = tf.cond(tf.reduce_sum(x) > 0, lambda: x + 1.0, lambda: x - 1.0)
        gradient = tf.gradients(doubled, x)[0]
    with tf.Session(config=tf.ConfigProto(allow_soft_placement=True)) as sess:
        for value in ([1.0, 2.0], [-1.0, -2.0]):
            found = sess.run([doubled, branch, gradient], {x: value})
            expected = np.array(value) * 32, np.array(value) + np.sign(value[0]), [32, 32]
            for got, want in zip(found, expected, strict=True):
                np.testing.assert_allclose(got, want)


def test_integers_and_shapes_stay_on_the_host() -> None:
    with tf.device("/gpu:0"):
        x = tf.placeholder(tf.float32, [None, 3])
        rows = tf.shape(x)[0]
        flat = tf.reshape(x, [rows * 3])
        filled = tf.fill([rows, 2], 5.0)
    with tf.Session() as sess:
        count, values, fives = sess.run([rows, flat, filled], {x: np.ones((4, 3))})
    assert count == 4 and values.shape == (12,)
    np.testing.assert_array_equal(fives, np.full((4, 2), 5.0))


def test_an_op_without_a_gpu_kernel_needs_soft_placement() -> None:
    with tf.device("/gpu:0"):
        text = tf.string_join(["a", "b"])
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError, match="GPU"):
        sess.run(text)
    with tf.Session(config=tf.ConfigProto(allow_soft_placement=True)) as sess:
        assert sess.run(text) == b"ab"


def test_errors_name_the_node() -> None:
    with tf.device("/gpu:0"):
        a, b = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
        total = tf.add(a, b, name="total")
    with tf.Session() as sess:
        with pytest.raises(tf.errors.InvalidArgumentError, match="total") as raised:
            sess.run(total, {a: np.ones(2), b: np.ones(3)})
        assert "Incompatible shapes: [2] vs. [3]" in str(raised.value)
        np.testing.assert_array_equal(sess.run(total, {a: np.ones(2), b: np.ones(2)}), [2, 2])


def test_feeds_and_fetches_are_copies() -> None:
    with tf.device("/gpu:0"):
        x = tf.placeholder(tf.float32, [3])
        same = tf.identity(x)
        v = tf.Variable([1.0, 2.0])
    with tf.Session() as sess:
        array = np.float32([1, 2, 3])
        out = sess.run(same, {x: array})
        out[...] = 0
        np.testing.assert_array_equal(array, [1, 2, 3])
        sess.run(v.initializer)
        sess.run(v)[...] = 0
        np.testing.assert_array_equal(sess.run(v), [1, 2])


def test_two_sessions_share_the_gpu() -> None:
    training = Training(mlp, "/gpu:0", lambda: tf.train.GradientDescentOptimizer(0.5))
    expected = training.losses()
    found: list[Any] = [None, None]

    def work(number: int) -> None:
        found[number] = training.losses()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for losses in found:
        np.testing.assert_allclose(losses, expected, rtol=1e-4)


def test_device_count_0_hides_the_gpu() -> None:
    with tf.Session(config=tf.ConfigProto(device_count={"GPU": 0})) as sess:
        assert [device.device_type for device in sess.list_devices()] == ["CPU"]


def test_a_memory_fraction_is_the_devices_limit() -> None:
    options = tf.GPUOptions(per_process_gpu_memory_fraction=0.25, allow_growth=True)
    with tf.Session(config=tf.ConfigProto(gpu_options=options)) as sess:
        (gpu,) = (d for d in sess.list_devices() if d.device_type == "GPU")
    with tf.Session(config=tf.ConfigProto(gpu_options=options)) as sess:
        assert sess.run(tf.ones([3]) * 2.0).tolist() == [2, 2, 2]
    assert gpu.memory_limit_bytes > 0


def test_the_timeline_shows_the_gpu() -> None:
    training = Training(mlp, "/gpu:0", lambda: tf.train.AdamOptimizer(0.01))
    metadata = tf.RunMetadata()
    with tf.Session(graph=training.graph,
                    config=tf.ConfigProto(allow_soft_placement=True)) as sess:
        sess.run(training.init)
        sess.run(training.step, training.feeds(), run_metadata=metadata,
                 options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE))
    trace = json.loads(Timeline(metadata.step_stats).generate_chrome_trace_format())
    names = {event["args"]["name"] for event in trace["traceEvents"] if event["ph"] == "M"}
    assert any("GPU:0" in name for name in names)
    assert any(event.get("name") == "MatMul" for event in trace["traceEvents"])


def test_a_checkpoint_of_the_gpus_variables(tmp_path: Any) -> None:
    pytest.importorskip("google_crc32c")
    with tf.device("/gpu:0"):
        v = tf.Variable([1.5, 2.5], name="v")
    saver = tf.train.Saver()
    config = tf.ConfigProto(allow_soft_placement=True)
    with tf.Session(config=config) as sess:
        sess.run(v.initializer)
        path = saver.save(sess, str(tmp_path / "model"))
    with tf.Session(config=config) as sess:
        saver.restore(sess, path)
        np.testing.assert_array_equal(sess.run(v), [1.5, 2.5])
