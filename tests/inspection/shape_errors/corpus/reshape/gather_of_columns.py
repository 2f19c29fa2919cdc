"""Columns are axis 1, not 2."""
import numpy as np
import tensorflow as tf

table = tf.constant(np.arange(12).reshape(3, 4), tf.float32)
# right: columns = tf.gather(table, [0, 2], axis=1)
columns = tf.gather(table, [0, 2], axis=2)
result = tf.Session().run(columns)
