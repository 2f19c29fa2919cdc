"""A vector has one axis, so one index."""
import tensorflow as tf

v = tf.constant([1.0, 2.0, 3.0])
# right: first = v[0]
# right: first = v[1]
# right: first = v[0:1]
first = v[0, 1]
result = tf.Session().run(first)
