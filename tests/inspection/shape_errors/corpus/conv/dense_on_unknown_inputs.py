"""A dense layer has to know how many inputs it has."""
import numpy as np
import tensorflow as tf

# right: x = tf.placeholder(tf.float32, [None, 4], name="x")
x = tf.placeholder(tf.float32, [None, None], name="x")  # origin
net = tf.layers.dense(x, 2, kernel_initializer=tf.ones_initializer())
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(net, {x: np.arange(8).reshape(2, 4)})
