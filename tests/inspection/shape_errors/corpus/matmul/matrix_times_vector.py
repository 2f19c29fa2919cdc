"""A matrix times a vector, as NumPy's dot allows."""
import tensorflow as tf

A = tf.constant([[1.0, 2.0, 0.5], [3.0, 4.0, 1.0]])
v = tf.constant([1.0, 10.0, 100.0])  # origin
# right: product = tf.matmul(A, tf.expand_dims(v, 1))
# right: product = tf.tensordot(A, v, 1)
product = tf.matmul(A, v)
result = tf.Session().run(product)
