"""The inner product of two vectors."""
import tensorflow as tf

a = tf.constant([1.0, 2.0, 3.0], name="a")
b = tf.constant([4.0, 5.0, 6.0], name="b")
# right: dot = tf.tensordot(a, b, 1)
dot = tf.matmul(a, b)
result = tf.Session().run(dot)
