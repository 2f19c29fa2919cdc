"""Centring each row: the mean has lost its axis."""
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(15).reshape(5, 3) ** 2, tf.float32)
mean = tf.reduce_mean(x, axis=1)  # origin
# right: centred = x - tf.expand_dims(mean, 1)
centred = x - mean
result = tf.Session().run(centred)
