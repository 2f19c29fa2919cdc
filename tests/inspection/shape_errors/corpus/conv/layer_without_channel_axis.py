"""tf.layers.conv2d on grey images without a channel axis."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 5, 5], name="x")  # origin
ones = tf.ones_initializer()
# right: net = tf.layers.conv2d(tf.expand_dims(x, 3), filters=2, kernel_size=3, kernel_initializer=ones)
net = tf.layers.conv2d(x, filters=2, kernel_size=3, kernel_initializer=ones)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(net, {x: np.arange(50).reshape(2, 5, 5)})
