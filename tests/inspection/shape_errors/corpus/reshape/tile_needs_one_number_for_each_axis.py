"""tf.tile repeats along every axis, so it wants a number for each."""
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(6).reshape(2, 3), tf.float32)
# right: y = tf.tile(x, [2, 1])
# right: y = tf.tile(x, [1, 2])
y = tf.tile(x, [2])
result = tf.Session().run(y)
