"""A vector is fed where a column is expected."""
import numpy as np
import tensorflow as tf

y = tf.placeholder(tf.float32, [None, 1], name="y")
prices = np.array([1.0, 4.0, 9.0])
roots = tf.sqrt(y)
with tf.Session() as sess:
    # right: result = sess.run(roots, {y: prices.reshape(-1, 1)})
    result = sess.run(roots, {y: prices})
