"""tf.losses.sparse_softmax_cross_entropy takes the labels first."""
import tensorflow as tf

logits = tf.constant([[1.0, 2.0, 3.0], [3.0, 1.0, 0.0]])
classes = tf.constant([2, 0])
# right: loss = tf.losses.sparse_softmax_cross_entropy(classes, logits)
loss = tf.losses.sparse_softmax_cross_entropy(logits, classes)
result = tf.Session().run(loss)
