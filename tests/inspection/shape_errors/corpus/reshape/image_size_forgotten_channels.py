"""Colour images: the three channels were forgotten in the flattening."""
import numpy as np
import tensorflow as tf

images = tf.constant(np.arange(75).reshape(1, 5, 5, 3), tf.float32)
# right: flat = tf.reshape(images, [1, 5 * 5 * 3])
flat = tf.reshape(images, [1, 5 * 5])
result = tf.Session().run(flat)
