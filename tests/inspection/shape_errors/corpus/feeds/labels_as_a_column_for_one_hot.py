"""Class numbers as a column are fed where one-hot rows are expected."""
import numpy as np
import tensorflow as tf

labels = tf.placeholder(tf.float32, [None, 3], name="labels")
total = tf.reduce_sum(labels, axis=0)
classes = np.array([[2], [0], [1], [1]])
with tf.Session() as sess:
    # right: result = sess.run(total, {labels: np.eye(3)[classes[:, 0]]})
    result = sess.run(total, {labels: classes})
