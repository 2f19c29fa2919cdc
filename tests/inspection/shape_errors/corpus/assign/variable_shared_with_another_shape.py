"""get_variable finds a variable of that name, but with another shape."""
import tensorflow as tf

with tf.variable_scope("layer"):
    first = tf.get_variable("w", [4, 3], initializer=tf.ones_initializer())  # origin
with tf.variable_scope("layer", reuse=True):
    # right: second = tf.get_variable("w", [4, 3], initializer=tf.ones_initializer())
    second = tf.get_variable("w", [3, 4], initializer=tf.ones_initializer())
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(second)
