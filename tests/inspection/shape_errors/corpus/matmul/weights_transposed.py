"""Weights written as [outputs, inputs]."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 784], name="x")
W = tf.get_variable("W", initializer=np.arange(7840, dtype=np.float32).reshape(10, 784) % 3)
# right: y = tf.matmul(x, W, transpose_b=True)
y = tf.matmul(x, W)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(y, {x: np.arange(1568).reshape(2, 784) % 5})
