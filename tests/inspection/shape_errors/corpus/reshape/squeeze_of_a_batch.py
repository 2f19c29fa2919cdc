"""The batch axis is squeezed where its size isn't 1."""
import numpy as np
import tensorflow as tf

y = tf.constant(np.arange(4).reshape(4, 1), tf.float32)
# right: flat = tf.squeeze(y, [1])
flat = tf.squeeze(y, [0])
result = tf.Session().run(flat)
