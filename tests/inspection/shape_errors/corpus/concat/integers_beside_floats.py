"""All tensors of a concat have one type."""
import tensorflow as tf

scores = tf.constant([[0.5, 1.5], [2.5, 3.5]])
counts = tf.constant([[1], [2]])  # origin
# right: joined = tf.concat([scores, tf.cast(counts, tf.float32)], axis=1)
joined = tf.concat([scores, counts], axis=1)
result = tf.Session().run(joined)
