"""Resetting a vector with a scalar."""
import tensorflow as tf

totals = tf.Variable([1.0, 2.0, 3.0], name="totals")
# right: reset = tf.assign(totals, tf.zeros_like(totals))
reset = tf.assign(totals, 0.0)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(reset)
