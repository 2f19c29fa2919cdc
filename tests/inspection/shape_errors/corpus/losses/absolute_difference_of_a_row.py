"""Targets of shape [1, n], predictions of shape [n]."""
import tensorflow as tf

targets = tf.constant([[1.0, 2.0, 3.0]])  # origin
predictions = tf.constant([1.5, 2.0, 2.0])
# right: loss = tf.losses.absolute_difference(tf.squeeze(targets, 0), predictions)
loss = tf.losses.absolute_difference(targets, predictions)
result = tf.Session().run(loss)
