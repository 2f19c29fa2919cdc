"""Square images are fed where flat ones are expected."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 16], name="x")
total = tf.reduce_sum(x, axis=1)
batch = np.arange(48.0).reshape(3, 4, 4)
with tf.Session() as sess:
    # right: result = sess.run(total, feed_dict={x: batch.reshape(-1, 16)})
    result = sess.run(total, feed_dict={x: batch})
