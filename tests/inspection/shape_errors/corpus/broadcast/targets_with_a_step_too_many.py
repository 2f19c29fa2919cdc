"""A series of targets is one step longer than the predictions."""
import tensorflow as tf

series = tf.constant([1.0, 2.0, 4.0, 8.0])
predictions = tf.constant([1.5, 3.0, 6.0])  # origin
# right: error = series[1:] - predictions
# right: error = series[:3] - predictions
error = series - predictions
result = tf.Session().run(error)
