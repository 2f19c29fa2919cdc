"""A permutation of four axes for a tensor that has three."""
import numpy as np
import tensorflow as tf

image = tf.constant(np.arange(24).reshape(2, 3, 4), tf.float32)
# right: channels_first = tf.transpose(image, [2, 0, 1])
channels_first = tf.transpose(image, [0, 3, 1, 2])
result = tf.Session().run(channels_first)
