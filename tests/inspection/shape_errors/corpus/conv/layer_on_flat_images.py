"""tf.layers.conv2d on flat images."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 64], name="x")  # origin
ones = tf.ones_initializer()
# right: net = tf.layers.conv2d(tf.reshape(x, [-1, 8, 8, 1]), 2, 3, kernel_initializer=ones)
net = tf.layers.conv2d(x, 2, 3, kernel_initializer=ones)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(net, {x: np.arange(128).reshape(2, 64)})
