"""Truth values times weights."""
import tensorflow as tf

correct = tf.equal([1, 2, 3], [1, 0, 3])  # origin
weights = tf.constant([0.5, 0.25, 0.25])
# right: score = tf.reduce_sum(tf.cast(correct, tf.float32) * weights)
score = tf.reduce_sum(correct * weights)
result = tf.Session().run(score)
