"""Twelve numbers don't make three rows of five."""
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(12), tf.float32)
# right: table = tf.reshape(x, [3, 4])
table = tf.reshape(x, [3, 5])
result = tf.Session().run(table)
