"""A counter made from a Python int is an int32 variable."""
import tensorflow as tf

counter = tf.Variable(0, name="counter")  # origin
half = tf.constant(2.0)
# right: update = tf.assign_add(counter, tf.cast(half, tf.int32))
update = tf.assign_add(counter, half)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(update)
