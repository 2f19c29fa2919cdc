"""More rows below each other, with axis 1."""
import numpy as np
import tensorflow as tf

train = tf.constant(np.arange(6).reshape(2, 3), tf.float32)
test = tf.constant(np.arange(12).reshape(4, 3), tf.float32)
# right: everything = tf.concat([train, test], axis=0)
everything = tf.concat([train, test], axis=1)
result = tf.Session().run(everything)
