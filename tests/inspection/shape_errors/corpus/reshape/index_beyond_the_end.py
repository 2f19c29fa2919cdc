"""The last column of three is number 2."""
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(15).reshape(5, 3), tf.float32)
# right: last = x[:, 2]
last = x[:, 3]
result = tf.Session().run(last)
