"""A NumPy array with a last axis of one goes straight into matmul."""
import numpy as np
import tensorflow as tf

samples = np.arange(12, dtype=np.float32).reshape(3, 4, 1)  # origin
w = tf.constant(np.arange(8).reshape(4, 2), tf.float32)
# right: y = tf.matmul(samples[:, :, 0], w)
y = tf.matmul(samples, w)
result = tf.Session().run(y)
