"""The bias of tf.nn.xw_plus_b has the wrong size."""
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(8).reshape(2, 4), tf.float32)
w = tf.constant(np.arange(12).reshape(4, 3), tf.float32)
# right: b = tf.ones([3])
b = tf.ones([4])  # origin
y = tf.nn.xw_plus_b(x, w, b)
result = tf.Session().run(y)
