"""The examples are the columns of the array."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 3], name="x")
total = tf.reduce_sum(x, axis=1)
data = np.arange(12.0).reshape(3, 4)
with tf.Session() as sess:
    # right: result = sess.run(total, feed_dict={x: data.T})
    result = sess.run(total, feed_dict={x: data})
