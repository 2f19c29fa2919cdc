"""One-hot rows of 4 classes, fed for 3."""
import numpy as np
import tensorflow as tf

# right: labels = tf.placeholder(tf.float32, [None, 4], name="labels")
labels = tf.placeholder(tf.float32, [None, 3], name="labels")  # origin
total = tf.reduce_sum(labels, axis=0)
batch = np.eye(4)[[0, 3, 1]]
with tf.Session() as sess:
    result = sess.run(total, feed_dict={labels: batch})
