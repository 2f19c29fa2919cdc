"""A column is assigned to a vector."""
import numpy as np
import tensorflow as tf

b = tf.Variable(tf.zeros([3]), name="b")
values = np.array([[1.0], [2.0], [3.0]], np.float32)
# right: update = b.assign(values[:, 0])
update = b.assign(values)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(update)
