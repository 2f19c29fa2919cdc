"""Three branches of an inception block: one lost the border."""
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(16).reshape(1, 4, 4, 1), tf.float32)
ones = tf.ones_initializer()
a = tf.layers.conv2d(x, 2, 1, kernel_initializer=ones)
# right: b = tf.layers.conv2d(x, 2, 3, padding="same", kernel_initializer=ones)
b = tf.layers.conv2d(x, 2, 3, kernel_initializer=ones)  # origin
block = tf.concat([a, b], axis=3)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(block)
