"""A filter of [width, channels, outputs] for conv2d."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 1, 6, 2], name="x")
kernel = tf.constant(np.arange(18).reshape(3, 2, 3), tf.float32)  # origin
# right: y = tf.nn.conv2d(x, tf.expand_dims(kernel, 0), [1, 1, 1, 1], "SAME")
y = tf.nn.conv2d(x, kernel, [1, 1, 1, 1], "SAME")
result = tf.Session().run(y, {x: np.arange(12).reshape(1, 1, 6, 2)})
