"""A vector is to become the last row of a table."""
import tensorflow as tf

table = tf.constant([[1.0, 2.0], [3.0, 4.0]])
row = tf.constant([5.0, 6.0])  # origin
# right: longer = tf.concat([table, tf.expand_dims(row, 0)], axis=0)
longer = tf.concat([table, row], axis=0)
result = tf.Session().run(longer)
