"""Old code gave logits first; now both must be named."""
import tensorflow as tf

logits = tf.constant([[1.0, 2.0, 3.0], [3.0, 1.0, 0.0]])
labels = tf.constant([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
# right: loss = tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)
loss = tf.nn.softmax_cross_entropy_with_logits(logits, labels)
result = tf.Session().run(loss)
