"""Pooling after flattening."""
import numpy as np
import tensorflow as tf

flat = tf.placeholder(tf.float32, [None, 16], name="flat")  # origin
# right: pooled = tf.layers.max_pooling2d(tf.reshape(flat, [-1, 4, 4, 1]), 2, 2)
pooled = tf.layers.max_pooling2d(flat, 2, 2)
result = tf.Session().run(pooled, {flat: np.arange(32).reshape(2, 16)})
