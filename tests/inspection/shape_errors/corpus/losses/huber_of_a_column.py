"""A column of targets and a vector of predictions."""
import tensorflow as tf

targets = tf.constant([[1.0], [2.0], [3.0]])  # origin
predictions = tf.constant([1.5, 2.0, 2.0])
# right: loss = tf.losses.huber_loss(tf.squeeze(targets, 1), predictions)
# right: loss = tf.losses.huber_loss(targets, tf.expand_dims(predictions, 1))
loss = tf.losses.huber_loss(targets, predictions)
result = tf.Session().run(loss)
