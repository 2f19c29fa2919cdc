"""tf.nn.in_top_k wants class numbers."""
import tensorflow as tf

logits = tf.constant([[1.0, 2.0, 3.0], [3.0, 1.0, 0.0]])
labels = tf.constant([[0, 0, 1], [1, 0, 0]])  # origin
# right: hit = tf.nn.in_top_k(logits, tf.argmax(labels, 1), 1)
hit = tf.nn.in_top_k(logits, labels, 1)
result = tf.Session().run(hit)
