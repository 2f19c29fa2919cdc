"""Cases for activations, biases, softmax, cross entropy and other ops on whole layers."""

import numpy as np

import tftutor as tf
from tests.op_cases.op_case import OpCase, f32
from tftutor.framework.op_def import get_op_def


def _away(x, *points):
    """Values kept away from points where a derivative jumps."""
    for point in points:
        x = np.where(np.abs(x - point) < 0.1, point + 0.2, x)
    return x.astype(np.float32)


X = _away(f32(3, 4), 0.0)
WIDE = _away(f32(3, 4, low=-9, high=9), 0.0, 6.0)
G = f32(3, 4, seed=1)
SCALE, SCALE_ALPHA = 1.0507009873554805, 1.7580993408473769


def _softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _grad(op_type, **attrs):
    return lambda g, x: get_op_def(op_type)(g, x, **attrs)


def _selu(x):
    return np.where(x > 0, SCALE * x, SCALE_ALPHA * np.expm1(np.minimum(x, 0)))


ACTIVATIONS = [
    OpCase("Relu", tf.nn.relu, [X], lambda x: np.maximum(x, 0), differentiable=[0]),
    OpCase("Relu", tf.nn.relu, [np.array([-3, 0, 4], np.int8)], np.array([0, 0, 4], np.int8),
           label="int8"),
    OpCase("Relu", tf.nn.relu, [np.float32(-1)], np.float32(0), label="scalar"),
    OpCase("ReluGrad", _grad("ReluGrad"), [G, X], lambda g, x: np.where(x > 0, g, 0),
           differentiable=[0]),
    OpCase("Relu6", tf.nn.relu6, [WIDE], lambda x: np.clip(x, 0, 6), differentiable=[0]),
    OpCase("Relu6Grad", _grad("Relu6Grad"), [G, WIDE],
           lambda g, x: np.where((x > 0) & (x < 6), g, 0), differentiable=[0]),
    OpCase("LeakyRelu", lambda x: tf.nn.leaky_relu(x, 0.3), [X],
           lambda x: np.where(x > 0, x, np.float32(0.3) * x), differentiable=[0]),
    OpCase("LeakyRelu", lambda x: tf.nn.leaky_relu(x, 2.0), [X],
           lambda x: np.where(x > 0, x, 2 * x), label="steep"),
    OpCase("LeakyReluGrad", _grad("LeakyReluGrad", alpha=0.3), [G, X],
           lambda g, x: np.where(x > 0, g, np.float32(0.3) * g), differentiable=[0]),
    OpCase("Elu", tf.nn.elu, [X], lambda x: np.where(x > 0, x, np.expm1(x)), differentiable=[0]),
    OpCase("EluGrad", _grad("EluGrad"), [G, X], lambda g, y: np.where(y < 0, g * (y + 1), g),
           differentiable=[0, 1]),
    OpCase("Selu", tf.nn.selu, [X], _selu, differentiable=[0]),
    OpCase("SeluGrad", _grad("SeluGrad"), [G, X],
           lambda g, y: np.where(y < 0, g * (y + SCALE_ALPHA), g * SCALE), differentiable=[0, 1]),
    OpCase("Softplus", tf.nn.softplus, [X], lambda x: np.log1p(np.exp(x)), differentiable=[0]),
    OpCase("Softplus", tf.nn.softplus, [np.array([-200, 0, 200], np.float32)],
           np.array([0, np.log(2), 200], np.float32), label="far"),
    OpCase("SoftplusGrad", _grad("SoftplusGrad"), [G, X],
           lambda g, x: g / (1 + np.exp(-x)), differentiable=[0, 1]),
    OpCase("Softsign", tf.nn.softsign, [X], lambda x: x / (1 + abs(x)), differentiable=[0]),
    OpCase("SoftsignGrad", _grad("SoftsignGrad"), [G, X], lambda g, x: g / (1 + abs(x)) ** 2),
    OpCase("IdentityN", tf.nn.swish, [X], lambda x: x / (1 + np.exp(-x)), differentiable=[0],
           label="swish"),
]

B = f32(4, seed=2)
IMAGE = f32(2, 3, 4, 4)
BIASES = [
    OpCase("BiasAdd", tf.nn.bias_add, [X, B], lambda x, b: x + b, differentiable=[0, 1]),
    OpCase("BiasAdd", lambda x, b: tf.nn.bias_add(x, b, "NCHW"), [IMAGE, f32(3)],
           lambda x, b: x + b[:, None, None], differentiable=[0, 1], label="nchw"),
    OpCase("BiasAddGrad", lambda g: get_op_def("BiasAddGrad")(g), [IMAGE],
           lambda g: g.sum(axis=(0, 1, 2)), differentiable=[0]),
    OpCase("BiasAddGrad", lambda g: get_op_def("BiasAddGrad")(g, data_format="NCHW"), [IMAGE],
           lambda g: g.sum(axis=(0, 2, 3)), differentiable=[0], label="nchw"),
    OpCase("BiasAddGrad", lambda g: get_op_def("BiasAddGrad")(g),
           [np.arange(6, dtype=np.int32).reshape(2, 3)], np.array([3, 5, 7], np.int32),
           label="int32"),
    OpCase("BiasAddV1", lambda x, b: get_op_def("BiasAddV1")(x, b), [X, B], lambda x, b: x + b,
           differentiable=[0, 1]),
]

LABELS = _softmax(f32(3, 4, seed=3))
CLASSES = np.array([2, 0, 3], np.int32)


def _loss(x, y):
    return [-(y * np.log(_softmax(x))).sum(1), _softmax(x) - y]


def _sparse_loss(x, c):
    return _loss(x, np.eye(4, dtype=np.float32)[c])


SOFTMAX = [
    OpCase("Softmax", tf.nn.softmax, [X], _softmax, differentiable=[0]),
    OpCase("Softmax", lambda x: tf.nn.softmax(x, axis=1), [IMAGE],
           lambda x: _softmax(x, 1), differentiable=[0], unknown_shapes=False, label="axis"),
    OpCase("Softmax", tf.nn.softmax, [np.array([[1e4, 0, -1e4]], np.float32)],
           np.array([[1, 0, 0]], np.float32), label="large"),
    OpCase("LogSoftmax", tf.nn.log_softmax, [X], lambda x: np.log(_softmax(x)),
           differentiable=[0]),
    OpCase("SoftmaxCrossEntropyWithLogits",
           lambda x, y: list(get_op_def("SoftmaxCrossEntropyWithLogits")(x, y)), [X, LABELS],
           _loss, rtol=1e-4),
    OpCase("SoftmaxCrossEntropyWithLogits",
           lambda x, y: list(get_op_def("SoftmaxCrossEntropyWithLogits")(x, y)),
           [np.linspace(-4, 4, 240, dtype=np.float32).reshape(3, 80),
            np.eye(80, dtype=np.float32)[:3]], _loss, rtol=1e-4, label="many-classes"),
    OpCase("SoftmaxCrossEntropyWithLogits",
           lambda x, y: tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x),
           [X, LABELS], lambda x, y: _loss(x, y)[0], differentiable=[0, 1], rtol=1e-4,
           label="loss"),
    OpCase("SoftmaxCrossEntropyWithLogits",
           lambda x, y: tf.gradients(tf.nn.softmax_cross_entropy_with_logits_v2(
               labels=y, logits=x), x)[0], [X, LABELS], lambda x, y: _loss(x, y)[1],
           differentiable=[0], rtol=1e-4, label="second-order"),
    OpCase("SparseSoftmaxCrossEntropyWithLogits",
           lambda x, c: list(get_op_def("SparseSoftmaxCrossEntropyWithLogits")(x, c)),
           [X, CLASSES], _sparse_loss, rtol=1e-4),
    OpCase("SparseSoftmaxCrossEntropyWithLogits",
           lambda x, c: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=c, logits=x),
           [X, CLASSES], lambda x, c: _sparse_loss(x, c)[0], differentiable=[0], rtol=1e-4,
           unknown_shapes=False, label="loss"),
]


def _lrn(x, radius=1, bias=1.5, alpha=0.3, beta=0.75):
    out = np.zeros_like(x)
    for c in range(x.shape[-1]):
        near = x[..., max(0, c - radius):c + radius + 1]
        out[..., c] = x[..., c] / (bias + alpha * (near ** 2).sum(-1)) ** beta
    return out


LRN = dict(depth_radius=1, bias=1.5, alpha=0.3, beta=0.75)
SCORES = np.array([[1, 5, 5, 2, 7], [3, 3, 3, 3, 3]], np.float32)


def _top(x, k):
    order = np.argsort(-x, axis=-1, kind="stable")[..., :k]
    return [np.take_along_axis(x, order, -1), order.astype(np.int32)]


def _numeric_lrn_grad(g, x):
    out = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = 1e-4
        out[i] = (g * (_lrn(x + step) - _lrn(x - step))).sum() / 2e-4
    return out


OTHERS = [
    OpCase("LRN", lambda x: tf.nn.lrn(x, **LRN), [f32(1, 2, 2, 4)], _lrn, differentiable=[0]),
    OpCase("LRNGrad", lambda g, x: tf.gradients(tf.nn.lrn(x, **LRN), x, g)[0],
           [f32(1, 2, 2, 4), f32(1, 2, 2, 4, seed=1)],
           lambda g, x: _numeric_lrn_grad(np.float64(g), np.float64(x)), rtol=1e-3, atol=1e-4),
    OpCase("L2Loss", tf.nn.l2_loss, [X], lambda x: np.float32((x ** 2).sum() / 2),
           differentiable=[0]),
    OpCase("TopKV2", lambda x: list(tf.nn.top_k(x, 3)), [SCORES], lambda x: _top(x, 3)),
    OpCase("TopKV2", lambda x: tf.nn.top_k(x, 2)[0], [f32(2, 3, 4)], lambda x: _top(x, 2)[0],
           differentiable=[0], label="gradient"),
    OpCase("TopKV2", lambda x: list(tf.nn.top_k(x)), [np.array([3, 9, 9], np.uint8)],
           [np.array([9], np.uint8), np.array([1], np.int32)], label="uint8"),
    OpCase("TopK", lambda x: list(get_op_def("TopK")(x, k=2)), [SCORES], lambda x: _top(x, 2)),
    OpCase("NthElement", lambda x: get_op_def("NthElement")(x, 1), [f32(3, 4)],
           lambda x: np.sort(x)[:, 1], differentiable=[0]),
    OpCase("NthElement", lambda x: get_op_def("NthElement")(x, 0, reverse=True), [f32(3, 4)],
           lambda x: x.max(1), label="reverse"),
    OpCase("InTopKV2", lambda p, t: tf.nn.in_top_k(p, t, 2),
           [np.array([[1, 2, 3], [3, 3, 1], [np.nan, 1, 2], [1, 2, 3]], np.float32),
            np.array([1, 1, 1, 7], np.int32)], np.array([True, True, False, False])),
    OpCase("InTopK", lambda p, t: get_op_def("InTopK")(p, t, k=1),
           [np.array([[1, 2, 3], [3, 3, 1]], np.float32), np.array([1, 1], np.int64)],
           np.array([False, True])),
]

TABLE = f32(5, 2)

STITCHED = [
    OpCase("PreventGradient", lambda x: get_op_def("PreventGradient")(x, message="no"), [X],
           lambda x: x),
    OpCase("ParallelDynamicStitch",
           lambda a, b: tf.nn.embedding_lookup([a, b], [3, 0, 1, 4]), [TABLE[::2], TABLE[1::2]],
           lambda a, b: TABLE[[3, 0, 1, 4]], differentiable=[0, 1]),
    OpCase("ParallelDynamicStitch",
           lambda a, b: tf.nn.embedding_lookup([a, b], [[3, 0], [1, 4]], "div"),
           [TABLE[:3], TABLE[3:]], lambda a, b: TABLE[[[3, 0], [1, 4]]], unknown_shapes=False,
           label="div"),
]

CASES = [*STITCHED, *ACTIVATIONS, *BIASES, *SOFTMAX, *OTHERS]
