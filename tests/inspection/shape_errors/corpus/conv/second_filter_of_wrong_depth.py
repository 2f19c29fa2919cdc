"""The second filter doesn't take as many channels as the first one gives."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 6, 6, 1], name="x")
W1 = tf.Variable(tf.ones([3, 3, 1, 4]))
h1 = tf.nn.relu(tf.nn.conv2d(x, W1, strides=[1, 1, 1, 1], padding="SAME"))
# right: W2 = tf.Variable(tf.ones([3, 3, 4, 2]))
W2 = tf.Variable(tf.ones([3, 3, 1, 2]))  # origin
h2 = tf.nn.conv2d(h1, W2, strides=[1, 1, 1, 1], padding="SAME")
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(h2, {x: np.arange(36).reshape(1, 6, 6, 1)})
