"""A division gives floats; an index is an integer."""
import tensorflow as tf

values = tf.constant([1.0, 2.0, 3.0, 4.0])
middle = tf.size(values) / 2  # origin
# right: chosen = tf.gather(values, tf.cast(middle, tf.int32))
chosen = tf.gather(values, middle)
result = tf.Session().run(chosen)
