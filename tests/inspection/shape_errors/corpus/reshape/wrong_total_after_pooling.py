"""Counting the size after pooling went wrong: 7 x 7, not 8 x 8."""
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(392).reshape(1, 14, 14, 2) % 5, tf.float32)
pool = tf.nn.max_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], padding="SAME")  # origin
# right: flat = tf.reshape(pool, [-1, 7 * 7 * 2])
flat = tf.reshape(pool, [-1, 8 * 8 * 2])
result = tf.Session().run(flat)
