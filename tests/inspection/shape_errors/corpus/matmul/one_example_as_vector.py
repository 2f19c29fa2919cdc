"""A single example is a vector, not a matrix of one row."""
import tensorflow as tf

x = tf.constant([1.0, 2.0, 3.0])  # origin
W = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])
# right: y = tf.matmul(tf.expand_dims(x, 0), W)
# right: y = tf.tensordot(x, W, 1)
y = tf.matmul(x, W)
result = tf.Session().run(y)
