"""A mask of zeros and ones isn't a truth value."""
import tensorflow as tf

mask = tf.constant([1.0, 0.0, 1.0], name="mask")  # origin
valid = tf.constant([True, True, False])
# right: both = tf.logical_and(tf.cast(mask, tf.bool), valid)
both = tf.logical_and(mask, valid)
result = tf.Session().run(both)
