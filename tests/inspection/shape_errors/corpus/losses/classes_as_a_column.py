"""Class numbers as a column, as they come from a CSV file."""
import tensorflow as tf

logits = tf.constant([[1.0, 2.0, 3.0], [3.0, 1.0, 0.0]])
classes = tf.constant([[2], [0]])  # origin
# right: loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.squeeze(classes, axis=1), logits=logits)
loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=classes, logits=logits)
result = tf.Session().run(loss)
