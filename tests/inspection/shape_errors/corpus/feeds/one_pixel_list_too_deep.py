"""The batch was put into a list once more."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 4], name="x")
y = tf.reduce_sum(x, axis=1)
batch = np.arange(8.0).reshape(2, 4)
with tf.Session() as sess:
    # right: result = sess.run(y, feed_dict={x: batch})
    result = sess.run(y, feed_dict={x: [batch]})
