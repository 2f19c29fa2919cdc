"""A vector is assigned to a column."""
import numpy as np
import tensorflow as tf

w = tf.Variable(tf.zeros([3, 1]), name="w")
# right: update = w.assign(np.array([[1.0], [2.0], [3.0]]))
update = w.assign(np.array([1.0, 2.0, 3.0]))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(update)
