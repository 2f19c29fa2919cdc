"""There is nothing to squeeze at the end."""
import numpy as np
import tensorflow as tf

y = tf.constant(np.arange(6).reshape(1, 2, 3), tf.float32)
# right: z = tf.squeeze(y, axis=0)
z = tf.squeeze(y, axis=-1)
result = tf.Session().run(z)
