"""One-hot of a column of classes has an axis too many."""
import tensorflow as tf

logits = tf.constant([[1.0, 2.0, 3.0], [3.0, 1.0, 0.0]])
classes = tf.constant([[2], [0]])
labels = tf.one_hot(classes, 3)  # origin
# right: loss = tf.losses.softmax_cross_entropy(tf.squeeze(labels, 1), logits)
loss = tf.losses.softmax_cross_entropy(labels, logits)
result = tf.Session().run(loss)
