"""Grey images without a channel axis."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 6, 6], name="x")  # origin
kernel = tf.constant(np.arange(18).reshape(3, 3, 1, 2), tf.float32)
# right: conv = tf.nn.conv2d(tf.expand_dims(x, 3), kernel, strides=[1, 1, 1, 1], padding="SAME")
conv = tf.nn.conv2d(x, kernel, strides=[1, 1, 1, 1], padding="SAME")
result = tf.Session().run(conv, {x: np.arange(72).reshape(2, 6, 6)})
