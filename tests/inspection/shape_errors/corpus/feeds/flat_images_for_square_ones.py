"""Flat images are fed where square ones are expected."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 3, 3, 1], name="x")
y = tf.reduce_mean(x, axis=[1, 2, 3])
flat = np.arange(18.0).reshape(2, 9)
with tf.Session() as sess:
    # right: result = sess.run(y, feed_dict={x: flat.reshape(-1, 3, 3, 1)})
    result = sess.run(y, feed_dict={x: flat})
