"""Scores that are whole numbers."""
import tensorflow as tf

scores = tf.constant([[1, 2, 3]])  # origin
# right: p = tf.nn.softmax(tf.cast(scores, tf.float32))
p = tf.nn.softmax(scores)
result = tf.Session().run(p)
