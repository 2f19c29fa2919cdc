"""A row of weights times a matrix, both as vectors and matrices of NumPy."""
import numpy as np
import tensorflow as tf

weights = np.array([0.2, 0.3, 0.5], np.float32)  # origin
table = np.arange(6, dtype=np.float32).reshape(3, 2)
# right: mean = tf.matmul(weights[np.newaxis], table)
# right: mean = tf.tensordot(weights, table, 1)
mean = tf.matmul(weights, table)
result = tf.Session().run(mean)
