"""The mean colour of each image is taken away from it."""
import numpy as np
import tensorflow as tf

images = tf.constant(np.arange(48).reshape(4, 2, 2, 3) ** 2, tf.float32)
mean = tf.reduce_mean(images, axis=[1, 2])  # origin
# right: centred = images - tf.reshape(mean, [4, 1, 1, 3])
centred = images - mean
result = tf.Session().run(centred)
