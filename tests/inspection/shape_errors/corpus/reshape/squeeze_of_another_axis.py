"""Only an axis of size 1 can be squeezed."""
import numpy as np
import tensorflow as tf

scores = tf.constant(np.arange(10).reshape(2, 5, 1), tf.float32)
# right: flat = tf.squeeze(scores, axis=2)
flat = tf.squeeze(scores, axis=1)
result = tf.Session().run(flat)
