"""Vectors stacked have two axes, 0 and 1."""
import tensorflow as tf

a = tf.constant([1.0, 2.0, 3.0])
b = tf.constant([4.0, 5.0, 6.0])
# right: table = tf.stack([a, b], axis=1)
# right: table = tf.stack([a, b], axis=0)
table = tf.stack([a, b], axis=2)
result = tf.Session().run(table)
