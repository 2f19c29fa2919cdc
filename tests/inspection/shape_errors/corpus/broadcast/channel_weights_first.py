"""One weight for each channel, but images with channels first."""
import numpy as np
import tensorflow as tf

images = tf.constant(np.arange(60).reshape(1, 3, 4, 5), tf.float32)
scale = tf.constant([1.0, 2.0, 3.0])  # origin
# right: scaled = images * tf.reshape(scale, [3, 1, 1])
scaled = images * scale
result = tf.Session().run(scaled)
