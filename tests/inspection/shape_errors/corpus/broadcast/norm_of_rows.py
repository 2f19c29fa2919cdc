"""Rows divided by their norms."""
import tensorflow as tf

v = tf.constant([[3.0, 4.0], [6.0, 8.0], [1.0, 0.0]])
norm = tf.sqrt(tf.reduce_sum(tf.square(v), 1))  # origin
# right: unit = v / tf.expand_dims(norm, 1)
unit = v / norm
result = tf.Session().run(unit)
