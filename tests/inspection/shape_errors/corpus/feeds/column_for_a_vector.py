"""A column, as pandas and CSV readers give it, is fed for a vector."""
import numpy as np
import tensorflow as tf

y = tf.placeholder(tf.float32, [None], name="y")
mean = tf.reduce_mean(y)
prices = np.array([[1.0], [4.0], [9.0]])
with tf.Session() as sess:
    # right: result = sess.run(y * 2.0, feed_dict={y: prices[:, 0]})
    result = sess.run(y * 2.0, feed_dict={y: prices})
