"""Pooling 4 x 4 on an image of 3 x 3."""
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(9).reshape(1, 3, 3, 1), tf.float32)
# right: y = tf.nn.max_pool(x, [1, 4, 4, 1], [1, 4, 4, 1], "SAME")
y = tf.nn.max_pool(x, [1, 4, 4, 1], [1, 4, 4, 1], "VALID")
result = tf.Session().run(y)
