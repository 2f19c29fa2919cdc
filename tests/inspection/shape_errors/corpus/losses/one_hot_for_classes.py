"""One-hot rows, where class numbers are wanted."""
import tensorflow as tf

logits = tf.constant([[1.0, 2.0, 3.0], [3.0, 1.0, 0.0]])
labels = tf.constant([[0, 0, 1], [1, 0, 0]])  # origin
# right: loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.argmax(labels, 1), logits=logits)
loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
result = tf.Session().run(loss)
