"""Two tables that are each other's transpose are added."""
import numpy as np
import tensorflow as tf

a = tf.constant(np.arange(6).reshape(2, 3), tf.float32)
b = tf.constant(np.arange(6).reshape(3, 2), tf.float32)
# right: total = tf.add(a, tf.transpose(b))
# right: total = tf.add(tf.transpose(a), b)
total = tf.add(a, b)
result = tf.Session().run(total)
