"""Weights as a row for losses of each example."""
import tensorflow as tf

targets = tf.constant([[1.0], [2.0], [3.0]])
predictions = tf.constant([[1.5], [2.0], [2.0]])
weights = tf.constant([1.0, 0.5, 2.0])  # origin
# right: loss = tf.losses.mean_squared_error(targets, predictions, tf.expand_dims(weights, 1))
loss = tf.losses.mean_squared_error(targets, predictions, weights)
result = tf.Session().run(loss)
