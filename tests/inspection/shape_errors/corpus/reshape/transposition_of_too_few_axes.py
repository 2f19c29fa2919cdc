"""A batch of images to channels first, with the batch forgotten."""
import numpy as np
import tensorflow as tf

images = tf.constant(np.arange(12).reshape(1, 2, 2, 3), tf.float32)
# right: y = tf.transpose(images, [0, 3, 1, 2])
y = tf.transpose(images, [2, 0, 1])
result = tf.Session().run(y)
