"""conv + b with a bias of another size than the filter's outputs."""
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(16).reshape(1, 4, 4, 1), tf.float32)
W = tf.Variable(tf.ones([3, 3, 1, 2]))
# right: b = tf.Variable(tf.constant(0.1, shape=[2]))
b = tf.Variable(tf.constant(0.1, shape=[3]))  # origin
h = tf.nn.relu(tf.nn.conv2d(x, W, [1, 1, 1, 1], "SAME") + b)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(h)
