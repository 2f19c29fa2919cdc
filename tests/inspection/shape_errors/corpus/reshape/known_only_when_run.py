"""The batch size is unknown, so the wrong total shows only when the graph runs."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, None, None, 2], name="x")
# right: flat = tf.reshape(x, [-1, 4 * 4 * 2])
flat = tf.reshape(x, [-1, 5 * 4 * 2])
with tf.Session() as sess:
    result = sess.run(flat, {x: np.arange(64).reshape(2, 4, 4, 2)})
