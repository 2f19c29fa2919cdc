"""The bias has the size of the inputs instead of the outputs."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 6])
W = tf.constant(np.arange(18).reshape(6, 3), tf.float32)
# right: b = tf.Variable(tf.zeros([3]))
b = tf.Variable(tf.zeros([6]))  # origin
y = tf.matmul(x, W) + b
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(y, {x: np.arange(12).reshape(2, 6)})
