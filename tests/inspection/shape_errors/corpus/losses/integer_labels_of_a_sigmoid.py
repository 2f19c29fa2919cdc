"""Sigmoid cross entropy computes with its labels, so they have to be floats."""
import tensorflow as tf

logits = tf.constant([1.0, -1.0])
labels = tf.constant([1, 0])  # origin
# right: loss = tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.cast(labels, tf.float32), logits=logits)
loss = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
result = tf.Session().run(loss)
