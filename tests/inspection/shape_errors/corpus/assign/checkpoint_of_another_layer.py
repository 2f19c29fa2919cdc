"""Weights of another layer are assigned."""
import numpy as np
import tensorflow as tf

# right: w = tf.Variable(tf.zeros([4, 3]), name="w")
w = tf.Variable(tf.zeros([4, 2]), name="w")  # origin
saved = np.arange(12, dtype=np.float32).reshape(4, 3)
update = w.assign(saved)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(update)
