"""Queries times keys in attention: batches of matrices, keys not transposed."""
import numpy as np
import tensorflow as tf

query = tf.constant(np.arange(24).reshape(2, 3, 4), tf.float32)
key = tf.constant(np.arange(40).reshape(2, 5, 4), tf.float32)
# right: scores = tf.matmul(query, key, transpose_b=True)
scores = tf.matmul(query, key)
result = tf.Session().run(scores)
