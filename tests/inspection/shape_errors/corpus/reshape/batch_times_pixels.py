"""The batch size is written as a number that doesn't fit."""
import numpy as np
import tensorflow as tf

pixels = tf.constant(np.arange(48), tf.float32)
# right: images = tf.reshape(pixels, [3, 4, 4])
images = tf.reshape(pixels, [2, 4, 4])
result = tf.Session().run(images)
