"""MNIST's flat images go into a convolution."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 784], name="x")  # origin
W = tf.constant(np.arange(50).reshape(5, 5, 1, 2) % 3, tf.float32)
# right: conv = tf.nn.conv2d(tf.reshape(x, [-1, 28, 28, 1]), W, [1, 1, 1, 1], "SAME")
conv = tf.nn.conv2d(x, W, [1, 1, 1, 1], "SAME")
result = tf.Session().run(conv, {x: np.arange(784).reshape(1, 784) % 5})
