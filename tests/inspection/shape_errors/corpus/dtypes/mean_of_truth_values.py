"""Accuracy is the mean of 0 and 1, not of False and True."""
import tensorflow as tf

correct = tf.equal([1, 2, 3, 4], [1, 2, 0, 4])  # origin
# right: accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
accuracy = tf.reduce_mean(correct)
result = tf.Session().run(accuracy)
