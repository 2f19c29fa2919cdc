"""The permutation of a matrix, for a tensor with three axes: time and batch change places."""
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(24).reshape(2, 3, 4), tf.float32)
# right: time_major = tf.transpose(x, [1, 0, 2])
time_major = tf.transpose(x, [1, 0])
result = tf.Session().run(time_major)
