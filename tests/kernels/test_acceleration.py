"""torch on the host: when it computes, that it agrees with NumPy, and how it is switched."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import tftutor as tf
from tftutor.backends import threads, torch_on_cpu
from tftutor.kernels import acceleration

BIG = (16, 32, 32, 16)  # with a 3x3x16x16 filter: 38 million multiplications


@pytest.fixture
def torch_calls(monkeypatch: Any) -> Iterator[list[str]]:
    """The types of the operations that torch was asked for; the setting is restored afterwards."""
    pytest.importorskip("torch")
    calls: list[str] = []
    original = acceleration._torch_kernel

    def torch_kernel(op: Any, *permissions: bool) -> Any:
        run = original(op, *permissions)

        def noted(inputs: Any) -> Any:
            calls.append(op.type)
            return run(inputs)

        return noted

    monkeypatch.setattr(acceleration, "_torch_kernel", torch_kernel)
    monkeypatch.setattr(torch_on_cpu, "_chosen", "auto")
    yield calls


def _step(build: Any, *arrays: np.ndarray) -> list[np.ndarray]:
    """The results of `build(*tensors)` and their gradients."""
    with tf.Graph().as_default(), tf.Session() as session:
        tensors = [tf.placeholder(a.dtype, [None, *a.shape[1:]]) for a in arrays]
        y = build(*tensors)
        fetches = [y, *tf.gradients(tf.reduce_sum(y * y), tensors)]
        return session.run(fetches, dict(zip(tensors, arrays, strict=True)))


def _numbers(*shape: int, dtype: Any = np.float32) -> np.ndarray:
    return np.random.RandomState(len(shape)).uniform(-1, 1, shape).astype(dtype)


def _layer(x: Any, kernel: Any) -> Any:
    layer = tf.nn.conv2d(x, kernel, strides=[1, 1, 1, 1], padding="SAME")
    layer = tf.nn.relu(tf.nn.bias_add(layer, tf.constant(_numbers(kernel.shape[-1].value))))
    layer = tf.nn.max_pool(layer, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
    return tf.nn.avg_pool(layer, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")


def test_big_layer_goes_through_torch_and_gives_what_numpy_gives(torch_calls: list[str]) -> None:
    arrays = _numbers(*BIG), _numbers(3, 3, 16, 32)
    found = _step(_layer, *arrays)
    assert set(torch_calls) == {
        "Conv2D", "BiasAdd", "Relu", "MaxPool", "AvgPool", "MaxPoolGrad", "ReluGrad",
        "Conv2DBackpropInput", "Conv2DBackpropFilter"}
    count = len(torch_calls)
    tf.use_torch(False)
    expected = _step(_layer, *arrays)
    assert len(torch_calls) == count
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4 * np.abs(b).max())


def test_small_layer_stays_with_numpy(torch_calls: list[str]) -> None:
    _step(_layer, _numbers(2, 8, 8, 4), _numbers(3, 3, 4, 4))
    assert torch_calls == []


def test_double_precision_stays_with_numpy(torch_calls: list[str]) -> None:
    _step(lambda x, kernel: tf.nn.conv2d(x, kernel, [1, 1, 1, 1], "SAME"),
          _numbers(*BIG, dtype=np.float64), _numbers(3, 3, 16, 16, dtype=np.float64))
    assert torch_calls == []


@pytest.mark.parametrize("build,x,kernel", [
    (lambda x, k: tf.nn.conv2d(x, k, [1, 2, 2, 1], "SAME"), (32, 65, 64, 8), (4, 4, 8, 16)),
    (lambda x, k: tf.nn.conv2d(x, k, [1, 1, 1, 1], "VALID", dilations=[1, 2, 2, 1]),
     (16, 32, 32, 16), (3, 3, 16, 16)),
    (lambda x, k: tf.nn.depthwise_conv2d(x, k, [1, 1, 1, 1], "SAME"), (8, 33, 33, 16),
     (3, 3, 16, 2)),
    (lambda x, k: tf.nn.conv3d(x, k, [1, 1, 1, 1, 1], "SAME"), (4, 12, 16, 16, 8),
     (3, 3, 3, 8, 16)),
], ids=["strided", "dilated", "depthwise", "conv3d"])
def test_big_convolution_agrees_with_numpy(torch_calls: list[str], build: Any,
                                           x: tuple[int, ...], kernel: tuple[int, ...]) -> None:
    arrays = _numbers(*x), _numbers(*kernel)
    found = _step(build, *arrays)
    assert len(torch_calls) == 3
    tf.use_torch(False)
    for a, b in zip(found, _step(build, *arrays), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4 * np.abs(b).max())


def test_half_precision_agrees_with_numpy(torch_calls: list[str]) -> None:
    x, kernel = _numbers(2, 16, 16, 16, dtype=np.float16), _numbers(3, 3, 16, 16, dtype=np.float16)

    def run() -> np.ndarray:
        with tf.Graph().as_default(), tf.Session() as session:
            return session.run(tf.nn.conv2d(x, kernel, [1, 1, 1, 1], "SAME") + 0)

    found = run()
    tf.use_torch(False)
    expected = run()
    assert found.dtype == np.float16
    np.testing.assert_allclose(found, expected, rtol=1e-2, atol=1e-2)


def test_ties_in_max_pooling_go_to_the_first_place(torch_calls: list[str]) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        image = tf.placeholder(tf.float32, [None, *BIG[1:]])
        flat = tf.nn.conv2d(image, np.zeros((3, 3, 16, 16), np.float32), [1, 1, 1, 1], "SAME")
        pooled = tf.nn.max_pool(flat, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
        found = session.run(tf.gradients(pooled, flat)[0], {image: _numbers(*BIG)})
    assert torch_calls == ["Conv2D", "MaxPool", "MaxPoolGrad"]
    expected = np.zeros_like(found)
    expected[:, ::2, ::2] = 1
    np.testing.assert_array_equal(found, expected)


def test_the_gradient_of_max_pooling_takes_what_pooling_has_found(torch_calls: list[str]) -> None:
    from tftutor.framework.op_def import get_op_def
    from tftutor.kernels.torch import on_host

    assert torch_on_cpu.is_ready()
    attrs = {"ksize": [1, 2, 2, 1], "strides": [1, 2, 2, 1], "padding": "SAME",
             "data_format": "NHWC"}
    x, other = _numbers(2, 7, 7, 3), _numbers(2, 7, 7, 3)[::-1].copy()
    y = on_host.max_pool(x, **attrs)
    assert len(on_host._found) == 1
    grad = _numbers(*y.shape)
    numpy_kernel = get_op_def("MaxPoolGrad").library_kernels["numpy"][0]
    for source in (x, other):
        maxima = y if source is x else on_host.max_pool(source, **attrs)
        np.testing.assert_array_equal(on_host.max_pool_grad(source, maxima, grad, **attrs),
                                      numpy_kernel(source, maxima, grad, **attrs))
    wrong = on_host.max_pool_grad(other, y, grad, **attrs)  # not what `y` was found in
    del y, maxima
    assert not on_host._found
    np.testing.assert_array_equal(wrong, on_host.max_pool_grad(
        other, on_host.max_pool(other, **attrs), grad, **attrs))


def _in_turn(x: Any, kernel: Any) -> tuple[Any, Any, Any]:
    """A convolution, the same with a bias, and Relu of that."""
    y = tf.nn.conv2d(x, kernel, strides=[1, 1, 1, 1], padding="SAME")
    biased = tf.nn.bias_add(y, tf.constant(_numbers(kernel.shape[-1].value)))
    return y, biased, tf.nn.relu(biased)


@pytest.mark.parametrize("seen", [[2], [0, 2], [1, 2], [0, 1, 2]])
def test_only_what_nobody_sees_is_overwritten(torch_calls: list[str], seen: list[int]) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        values = _in_turn(tf.constant(_numbers(*BIG)), tf.constant(_numbers(3, 3, 16, 16)))
        found = session.run([values[i] for i in seen])
        assert torch_calls == ["Conv2D", "BiasAdd", "Relu"]
        tf.use_torch(False)
        expected = session.run([values[i] for i in seen])
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("seen", [[], ["MaxPoolGrad"], ["ReluGrad"], ["MaxPoolGrad", "ReluGrad"]])
def test_relu_gradient_before_a_pooling_is_found_from_the_maxima(
        torch_calls: list[str], monkeypatch: Any, seen: list[str]) -> None:
    """Half of the maxima are 0: their gradients must not pass. Who fetches sees the true ones."""
    from tftutor.kernels.torch import on_host

    masked: list[bool] = []
    original = on_host._is_masked
    monkeypatch.setattr(on_host, "_is_masked",
                        lambda *arrays: masked.append(original(*arrays)) or masked[-1])
    with tf.Graph().as_default() as graph, tf.Session() as session:
        kernel = tf.constant(_numbers(3, 3, 16, 16))
        layer = tf.nn.conv2d(tf.constant(_numbers(*BIG)), kernel, [1, 1, 1, 1], "SAME")
        layer = tf.nn.relu(tf.nn.bias_add(layer, tf.fill([16], -2.0)))
        pooled = tf.nn.max_pool(layer, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
        gradient = tf.gradients(tf.reduce_sum(pooled + pooled * pooled), kernel)[0]
        fetches = [pooled, gradient, *(op.outputs[0] for kind in seen
                                       for op in graph.get_operations() if op.type == kind)]
        found = session.run(fetches)
        assert "MaxPoolGrad" in torch_calls
        tf.use_torch(False)
        expected = session.run(fetches)
    assert 0.1 < np.mean(expected[0] == 0) < 0.9
    assert masked == ([] if "MaxPoolGrad" in seen else [True])
    assert not on_host._masked
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-3)


def test_product_after_a_convolution_agrees_with_numpy(torch_calls: list[str]) -> None:
    for ways in ((False, False), (True, False), (False, True), (True, True)):
        a, b = (_numbers(*(s[::-1] if way else s))
                for s, way in zip(((256, 300), (300, 256)), ways, strict=True))
        with tf.Graph().as_default(), tf.Session() as session:
            layer = _in_turn(tf.constant(_numbers(*BIG)), tf.constant(_numbers(3, 3, 16, 16)))[2]
            x = tf.placeholder(tf.float32, [None, None])
            with tf.control_dependencies([layer]):
                y = tf.matmul(x, b, transpose_a=ways[0], transpose_b=ways[1])
            _, found = session.run([layer, y], {x: a})
        np.testing.assert_allclose(found, (a.T if ways[0] else a) @ (b.T if ways[1] else b),
                                   rtol=1e-4, atol=1e-4)
    assert torch_calls.count("MatMul") == 4


def _train(steps: int, **adam: Any) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """A filter as each of the steps finds it, and as it was when that step was run."""
    with tf.Graph().as_default(), tf.Session() as session:
        kernel = tf.Variable(_numbers(5, 5, 16, 512))
        x = tf.constant(_numbers(4, 8, 8, 16))
        layer = tf.nn.conv2d(x, kernel, strides=[1, 1, 1, 1], padding="SAME")
        train = tf.train.AdamOptimizer(0.01, **adam).minimize(tf.reduce_sum(layer * layer))
        session.run(tf.global_variables_initializer())
        held, copies = [], []
        for _ in range(steps):
            held.append(session.run(kernel))
            copies.append(held[-1].copy())
            for _ in range(2):
                session.run(train)
        return held, copies


def test_adam_agrees_with_numpy_and_leaves_fetched_values_alone(torch_calls: list[str]) -> None:
    held, found = _train(4)
    assert "ApplyAdam" in torch_calls
    tf.use_torch(False)
    _, expected = _train(4)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(held, found)


def test_adam_of_what_torch_has_no_formula_for(torch_calls: list[str]) -> None:
    _, found = _train(2, beta1=1.0 - 1e-9)  # 1 in single precision: a rate without bounds
    assert not np.isfinite(found[1]).any()


def test_arrays_that_torch_cannot_see_as_they_are(torch_calls: list[str]) -> None:
    x, kernel = _numbers(*BIG)[:, ::-1, :, :], _numbers(3, 3, 16, 16)
    x.flags.writeable = False
    with tf.Graph().as_default(), tf.Session() as session:
        image = tf.placeholder(tf.float32, x.shape)
        turned = tf.reverse(tf.transpose(image, [0, 2, 1, 3]), [2])
        y = tf.nn.conv2d(turned, kernel, [1, 1, 1, 1], "SAME")
        found = session.run(y, {image: x})
        tf.use_torch(False)
        np.testing.assert_allclose(found, session.run(y, {image: x}), rtol=1e-4, atol=1e-4)
    assert torch_calls == ["Conv2D"]


def test_errors_are_those_of_the_cpu(torch_calls: list[str]) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        grad, sizes = tf.placeholder(tf.float32), tf.placeholder(tf.int32, [4])
        y = tf.nn.conv2d_backprop_input(sizes, _numbers(3, 3, 16, 16), grad, [1, 1, 1, 1], "SAME")
        with pytest.raises(tf.errors.InvalidArgumentError, match="Conv2DCustomBackpropInput"):
            session.run(y, {grad: _numbers(*BIG), sizes: [16, 30, 32, 16]})
    assert torch_calls == ["Conv2DBackpropInput"]


def test_an_overriding_kernel_is_not_accelerated(torch_calls: list[str]) -> None:
    from tftutor.ops.nn_conv import Conv2D

    with Conv2D.override(kernel=lambda input, filter: input * 0 + 7):
        with tf.Graph().as_default(), tf.Session() as session:
            y = session.run(tf.nn.conv2d(_numbers(*BIG), _numbers(3, 3, 16, 16), [1, 1, 1, 1],
                                         "SAME"))
    assert torch_calls == [] and (y == 7).all()


def test_the_number_of_threads_follows_the_session(torch_calls: list[str]) -> None:
    import torch

    with tf.Graph().as_default():
        y = tf.nn.conv2d(_numbers(*BIG), _numbers(3, 3, 16, 16), [1, 1, 1, 1], "SAME")
        for count in (1, 2):
            config = tf.ConfigProto(intra_op_parallelism_threads=count)
            with tf.Session(config=config) as session:
                session.run(y)
            assert torch.get_num_threads() == count == threads.thread_count()


def test_only_big_operations_load_torch() -> None:
    code = """if True:
        import sys, numpy as np, tftutor as tf
        def run(x, kernel):
            with tf.Graph().as_default(), tf.Session() as session:
                y = tf.nn.conv2d(x, kernel, [1, 1, 1, 1], "SAME")
                session.run(tf.nn.relu(y))
        run(np.ones((8, 28, 28, 1), np.float32), np.ones((5, 5, 1, 32), np.float32))
        run(np.ones((64, 64, 64, 32), np.float32), np.ones((1, 1, 32, 1), np.float32))
        print("torch" in sys.modules)
        run(np.ones((128, 28, 28, 1), np.float32), np.ones((5, 5, 1, 32), np.float32))
        print("torch" in sys.modules)
        """
    assert _run_python(code, "auto").split() == ["False", str(torch_on_cpu.may_be_used())]
    assert _run_python(code, "0").split() == ["False", "False"]


def _run_python(code: str, setting: str, **more: str) -> str:
    env = {**os.environ, "TFTUTOR_TORCH": setting, **more}
    return subprocess.run([sys.executable, "-c", code], env=env, check=True, text=True,
                          capture_output=True).stdout


BROKEN = """if True:
    import sys, numpy as np, tftutor as tf
    sys.modules["torch"] = None
    with tf.Graph().as_default(), tf.Session() as session:
        y = tf.nn.conv2d(np.ones((16, 32, 32, 16), np.float32), np.ones((3, 3, 16, 16),
                         np.float32), [1, 1, 1, 1], "SAME")
        try:
            print(session.run(y).shape)
        except tf.errors.FailedPreconditionError as error:
            print(error.message)
    """


def test_without_torch_numpy_computes() -> None:
    assert _run_python(BROKEN, "auto").strip() == "(16, 32, 32, 16)"


def test_a_torch_that_must_be_there_and_is_not_is_an_error() -> None:
    assert "asks for torch, which can't be imported" in _run_python(BROKEN, "1")


@pytest.mark.parametrize("setting", ["yes", "", 3, None])
def test_an_unknown_setting_is_refused(setting: Any) -> None:
    with pytest.raises(ValueError, match="none of '0', '1', 'auto'"):
        tf.use_torch(setting)


def test_the_environment_is_checked_and_use_torch_goes_before_it(monkeypatch: Any) -> None:
    monkeypatch.setattr(torch_on_cpu, "_chosen", None)
    monkeypatch.setenv("TFTUTOR_TORCH", "maybe")
    with pytest.raises(ValueError, match="TFTUTOR_TORCH: 'maybe'"):
        torch_on_cpu.setting()
    monkeypatch.setenv("TFTUTOR_TORCH", "1")
    assert torch_on_cpu.setting() == "1"
    tf.use_torch("auto")
    assert torch_on_cpu.setting() == "auto"
