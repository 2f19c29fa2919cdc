"""The two choices of tf.where have one type."""
import tensorflow as tf

x = tf.constant([1.5, -2.0])
zeros = tf.constant([0, 0])  # origin
# right: y = tf.where(x > 0, x, tf.cast(zeros, tf.float32))
y = tf.where(x > 0, x, zeros)
result = tf.Session().run(y)
