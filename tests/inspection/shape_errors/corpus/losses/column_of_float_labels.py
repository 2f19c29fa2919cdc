"""Labels from a table: a column of floats for the sparse loss."""
import tensorflow as tf

logits = tf.constant([[1.0, 2.0, 3.0], [3.0, 1.0, 0.0]])
labels = tf.constant([[2.0], [0.0]])  # origin
# right: loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.cast(tf.squeeze(labels, 1), tf.int32), logits=logits)
loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
result = tf.Session().run(loss)
