"""A long call over several lines."""
import numpy as np
import tensorflow as tf

embedded = tf.placeholder(tf.float32, [None, 3, 2], name="embedded")  # origin
projection = tf.constant(np.arange(12).reshape(6, 2), tf.float32)
# right: flat = tf.reshape(embedded, [-1, 6])
flat = embedded
projected = tf.matmul(
    flat,
    projection,
    name="projected")
result = tf.Session().run(projected, {embedded: np.arange(12).reshape(2, 3, 2)})
