"""A bias for 8 channels, added to 4."""
import numpy as np
import tensorflow as tf

conv = tf.constant(np.arange(36).reshape(1, 3, 3, 4), tf.float32)
# right: b = tf.Variable(tf.ones([4]))
b = tf.Variable(tf.ones([8]))  # origin
y = tf.nn.bias_add(conv, b)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(y)
