"""The flattened size was computed for VALID padding."""
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(50).reshape(2, 5, 5, 1), tf.float32)
h = tf.layers.max_pooling2d(x, 2, 2, padding="same")  # origin
# right: flat = tf.reshape(h, [-1, 3 * 3])
flat = tf.reshape(h, [-1, 2 * 2])
result = tf.Session().run(flat)
