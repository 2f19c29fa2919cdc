"""A matrix can get a new axis at 0, 1 or 2."""
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(6).reshape(2, 3), tf.float32)
# right: y = tf.expand_dims(x, 2)
y = tf.expand_dims(x, 3)
result = tf.Session().run(y)
