"""The filter has its output channels before its input channels."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 6, 6, 1], name="x")
kernel = tf.constant(np.arange(36).reshape(3, 3, 4, 1) % 7, tf.float32)  # origin
# right: y = tf.nn.conv2d(x, tf.transpose(kernel, [0, 1, 3, 2]), [1, 1, 1, 1], "SAME")
y = tf.nn.conv2d(x, kernel, [1, 1, 1, 1], "SAME")
result = tf.Session().run(y, {x: np.arange(36).reshape(1, 6, 6, 1)})
