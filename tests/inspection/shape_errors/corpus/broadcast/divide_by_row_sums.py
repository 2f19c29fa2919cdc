"""Rows are to add up to 1; the sums have no axis left."""
import tensorflow as tf

counts = tf.constant([[1.0, 2.0, 5.0], [3.0, 3.0, 2.0]])
total = tf.reduce_sum(counts, axis=-1)  # origin
# right: shares = tf.divide(counts, tf.expand_dims(total, 1))
shares = tf.divide(counts, total)
result = tf.Session().run(shares)
