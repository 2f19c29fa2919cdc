"""Axes 1 and 2 of a batch of images, for a matrix."""
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(6).reshape(2, 3), tf.float32)
# right: total = tf.reduce_sum(x, axis=[1])
# right: total = tf.reduce_sum(x, axis=[0, 1])
total = tf.reduce_sum(x, axis=[1, 2])
result = tf.Session().run(total)
