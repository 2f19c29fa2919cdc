"""X times X, where one of them has to be turned."""
import numpy as np
import tensorflow as tf

X = tf.constant(np.arange(8).reshape(4, 2), tf.float32)
centred = X - tf.reduce_mean(X, axis=0)
# right: covariance = tf.matmul(centred, centred, transpose_a=True) / 3.0
# right: covariance = tf.matmul(centred, centred, transpose_b=True) / 3.0
covariance = tf.matmul(centred, centred) / 3.0
result = tf.Session().run(covariance)
