"""Class numbers, where one-hot rows are wanted."""
import tensorflow as tf

logits = tf.constant([[1.0, 2.0, 3.0], [3.0, 1.0, 0.0]])
classes = tf.constant([2, 0])  # origin
# right: loss = tf.nn.softmax_cross_entropy_with_logits_v2(labels=tf.one_hot(classes, 3), logits=logits)
loss = tf.nn.softmax_cross_entropy_with_logits_v2(labels=classes, logits=logits)
result = tf.Session().run(loss)
