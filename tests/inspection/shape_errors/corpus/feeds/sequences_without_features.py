"""Sequences of numbers have one feature a step."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 5, 1], name="x")
mean = tf.reduce_mean(x, axis=1)
series = np.arange(10.0).reshape(2, 5)
with tf.Session() as sess:
    # right: result = sess.run(mean, feed_dict={x: series[:, :, np.newaxis]})
    result = sess.run(mean, feed_dict={x: series})
