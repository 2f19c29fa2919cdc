"""Weights of float32 and targets of float64 in one loss."""
import numpy as np
import tensorflow as tf

targets = tf.constant(np.array([1.0, 2.0]))  # origin
w = tf.Variable([0.5, 1.5])
# right: loss = tf.reduce_mean(tf.square(w - tf.cast(targets, tf.float32)))
loss = tf.reduce_mean(tf.square(w - targets))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(loss)
