"""A column of predictions and a vector of targets (here the loss notices)."""
import tensorflow as tf

predictions = tf.placeholder(tf.float32, [None, 1], name="predictions")
targets = tf.placeholder(tf.float32, [None], name="targets")  # origin
# right: loss = tf.losses.mean_squared_error(tf.expand_dims(targets, 1), predictions)
# right: loss = tf.losses.mean_squared_error(targets, tf.squeeze(predictions, axis=1))
loss = tf.losses.mean_squared_error(targets, predictions)
result = tf.Session().run(loss, {predictions: [[1.0], [-2.0]], targets: [1.5, 0.0]})
