"""Small models that are trained on one device or another."""

from __future__ import annotations

from typing import Any

import numpy as np

import tftutor as tf

IMAGE, CLASSES = 8, 4


def data(count: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Images with a bright quarter, and which one it is as one-hot rows."""
    rng = np.random.RandomState(0)
    labels = rng.randint(0, CLASSES, count)
    images = rng.uniform(0, 0.3, (count, IMAGE, IMAGE, 1)).astype(np.float32)
    half = IMAGE // 2
    for image, label in zip(images, labels, strict=True):
        row, column = divmod(label, 2)
        image[row * half:(row + 1) * half, column * half:(column + 1) * half] += 0.7
    return images, np.eye(CLASSES, dtype=np.float32)[labels]


def _dense(x: Any, units: int, name: str) -> Any:
    size = int(x.shape[1])
    rng = np.random.RandomState(len(name) + units)
    w = tf.Variable(rng.normal(0, size ** -0.5, (size, units)).astype(np.float32), name=name)
    b = tf.Variable(tf.zeros([units]), name=name + "_bias")
    return tf.nn.bias_add(tf.matmul(x, w), b)


def mlp(x: Any) -> Any:
    """Two layers."""
    return _dense(tf.nn.relu(_dense(tf.reshape(x, [-1, IMAGE * IMAGE]), 32, "hidden")), CLASSES,
                  "out")


def cnn(x: Any) -> Any:
    """Two convolutions with max pooling, two layers."""
    channels = 1
    for number, filters in enumerate((4, 8)):
        rng = np.random.RandomState(number)
        w = tf.Variable(rng.normal(0, 0.2, (3, 3, channels, filters)).astype(np.float32))
        x = tf.nn.relu(tf.nn.conv2d(x, w, [1, 1, 1, 1], "SAME"))
        x = tf.nn.max_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
        channels = filters
    return _dense(tf.reshape(x, [-1, 4 * channels]), CLASSES, "out")


class Training:
    """A model, its loss and a training step, built on `device` in a graph of its own."""

    def __init__(self, model: Any, device: str, optimizer: Any) -> None:
        self.graph = tf.Graph()
        with self.graph.as_default(), tf.device(device):
            self.x = tf.placeholder(tf.float32, [None, IMAGE, IMAGE, 1])
            self.y = tf.placeholder(tf.float32, [None, CLASSES])
            self.logits = model(self.x)
            self.loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(
                labels=self.y, logits=self.logits))
            self.step = optimizer().minimize(self.loss)
            self.init = tf.global_variables_initializer()

    def feeds(self) -> dict[Any, np.ndarray]:
        """The data set."""
        images, labels = data()
        return {self.x: images, self.y: labels}

    def losses(self, steps: int = 12) -> list[float]:
        """The loss at each step of a new session."""
        with tf.Session(graph=self.graph,
                        config=tf.ConfigProto(allow_soft_placement=True)) as sess:
            sess.run(self.init)
            return [float(sess.run([self.loss, self.step], self.feeds())[0])
                    for _ in range(steps)]
