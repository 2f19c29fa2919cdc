"""Two layers of different width are compared."""
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(6).reshape(2, 3), tf.float32)
a = tf.matmul(x, tf.ones([3, 4]))
# right: b = tf.matmul(x, tf.ones([3, 4]))
b = tf.matmul(x, tf.ones([3, 5]))
y = tf.maximum(a, b)
result = tf.Session().run(y)
