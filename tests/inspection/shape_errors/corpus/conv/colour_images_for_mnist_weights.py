"""The placeholder is for grey images, the filter for three channels."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 4, 4, 1], name="x")
weights = {"c1": tf.Variable(tf.ones([2, 2, 1, 3])), "c2": tf.Variable(tf.ones([2, 2, 3, 2]))}
# right: h = tf.nn.conv2d(x, weights["c1"], [1, 1, 1, 1], "SAME")
h = tf.nn.conv2d(x, weights["c2"], [1, 1, 1, 1], "SAME")
out = tf.nn.conv2d(h, weights["c2"], [1, 1, 1, 1], "SAME")
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(out, {x: np.arange(16).reshape(1, 4, 4, 1)})
