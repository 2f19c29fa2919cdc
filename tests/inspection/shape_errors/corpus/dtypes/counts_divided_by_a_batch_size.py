"""A sum of ones, divided by tf.shape(x)[0]."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 2], name="x")
total = tf.reduce_sum(x)
n = tf.shape(x)[0]  # origin
# right: mean = total / tf.cast(n, tf.float32)
mean = total / n
result = tf.Session().run(mean, {x: np.ones([3, 2])})
