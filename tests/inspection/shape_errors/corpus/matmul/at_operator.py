"""The operator @ on a matrix and a vector."""
import tensorflow as tf

A = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
v = tf.constant([1.0, 10.0])  # origin
# right: y = A @ tf.expand_dims(v, 1)
# right: y = tf.tensordot(A, v, 1)
y = A @ v
result = tf.Session().run(y)
