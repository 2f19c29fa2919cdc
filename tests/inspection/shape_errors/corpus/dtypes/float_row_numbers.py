"""Row numbers for tf.gather come as floats."""
import tensorflow as tf

table = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
rows = tf.constant([0.0, 2.0], name="rows")  # origin
# right: chosen = tf.gather(table, tf.cast(rows, tf.int32))
chosen = tf.gather(table, rows)
result = tf.Session().run(chosen)
