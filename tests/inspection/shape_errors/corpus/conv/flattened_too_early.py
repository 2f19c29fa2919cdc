"""The second convolution comes after the flattening."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 4, 4, 1], name="x")
flat = tf.reshape(x, [-1, 16])  # origin
kernel = tf.ones([3, 3, 1, 2])
# right: h = tf.nn.conv2d(tf.reshape(flat, [-1, 4, 4, 1]), kernel, [1, 1, 1, 1], "SAME")
h = tf.nn.conv2d(flat, kernel, [1, 1, 1, 1], "SAME")
result = tf.Session().run(h, {x: np.arange(16).reshape(1, 4, 4, 1)})
