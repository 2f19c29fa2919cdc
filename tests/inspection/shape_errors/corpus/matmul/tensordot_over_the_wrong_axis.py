"""tensordot with axes=1 wants the last axis of one and the first of the other."""
import numpy as np
import tensorflow as tf

a = tf.constant(np.arange(6).reshape(2, 3), tf.float32)
b = tf.constant(np.arange(12).reshape(4, 3), tf.float32)
# right: c = tf.tensordot(a, b, [[1], [1]])
c = tf.tensordot(a, b, 1)
result = tf.Session().run(c)
