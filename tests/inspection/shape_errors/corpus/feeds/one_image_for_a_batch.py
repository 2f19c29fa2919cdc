"""One image is fed where a batch is expected."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 4], name="x")
y = tf.reduce_sum(x, axis=1)
images = np.arange(12.0).reshape(3, 4)
with tf.Session() as sess:
    # right: result = sess.run(y, feed_dict={x: [images[0]]})
    result = sess.run(y, feed_dict={x: images[0]})
