"""A loop variable that starts as an integer and goes on as a float."""
import tensorflow as tf

# right: start = tf.constant(0.0)
start = tf.constant(0)  # origin
total = tf.while_loop(lambda t: t < 2, lambda t: t + 0.5, [start])
result = tf.Session().run(total)
