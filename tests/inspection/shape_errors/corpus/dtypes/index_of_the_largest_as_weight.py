"""The number of the largest class, times a weight."""
import tensorflow as tf

scores = tf.constant([0.1, 0.9, 0.4])
best = tf.argmax(scores)  # origin
# right: weighted = tf.cast(best, tf.float32) * 0.5
weighted = best * 0.5
result = tf.Session().run(weighted)
