"""A bias written as a column, added to examples in rows."""
import numpy as np
import tensorflow as tf

h = tf.constant(np.arange(20).reshape(5, 4), tf.float32)
b = tf.constant([[1.0], [2.0], [3.0], [4.0]])  # origin
# right: y = h + tf.squeeze(b, axis=1)
y = h + b
result = tf.Session().run(y)
