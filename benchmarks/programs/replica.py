"""One worker of an asynchronous training on digits: between-graph replication, as courses write it.

The digits are those that tftutor bundles; they are read as a file, for TensorFlow has no copy.
"""

from __future__ import annotations

import os
from typing import Any, Callable  # noqa: UP035 - also runs on Python 3.7

import numpy as np

DIGITS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
                      "tftutor", "compat", "datasets", "mnist_5k.npz")


def digits() -> tuple[Any, Any]:
    """Images [4000, 784] of 0..1 and one-hot labels [4000, 10]."""
    with np.load(DIGITS) as bundle:
        images, labels = bundle["train_images"], bundle["train_labels"]
    images = images.reshape(len(images), -1).astype(np.float32) / 255
    return images, np.eye(10, dtype=np.float32)[labels]


def training_step(tf: Any, target: str, cluster: dict[str, list[str]], index: int, batch: int,
                  hidden: int) -> Callable[[], None]:
    """Build the replica of worker `index`, initialise as the chief; one call is one step."""
    images, labels = digits()
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        with tf.device(tf.train.replica_device_setter(
                worker_device=f"/job:worker/task:{index}", cluster=cluster)):
            x = tf.placeholder(tf.float32, [None, 784])
            y = tf.placeholder(tf.float32, [None, 10])
            weights = tf.Variable(tf.truncated_normal([784, hidden], stddev=0.1))
            bias = tf.Variable(tf.zeros([hidden]))
            layer = tf.nn.relu(tf.matmul(x, weights) + bias)
            last = tf.Variable(tf.truncated_normal([hidden, 10], stddev=0.1))
            logits = tf.matmul(layer, last) + tf.Variable(tf.zeros([10]))
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(
                labels=y, logits=logits))
            counter = tf.train.get_or_create_global_step()
            train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=counter)
        session = tf.Session(target)
        if index == 0:
            session.run(tf.global_variables_initializer())
    random = np.random.RandomState(index)

    def step() -> None:
        chosen = random.randint(0, len(images), batch)
        session.run([train, loss], feed_dict={x: images[chosen], y: labels[chosen]})

    return step
