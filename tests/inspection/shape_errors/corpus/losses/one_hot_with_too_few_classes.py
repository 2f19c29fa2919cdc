"""tf.one_hot with another depth than the logits."""
import tensorflow as tf

logits = tf.constant([[1.0, 2.0, 3.0], [3.0, 1.0, 0.0]])
# right: labels = tf.one_hot([2, 0], 3)
labels = tf.one_hot([2, 0], 4)  # origin
loss = tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)
result = tf.Session().run(loss)
