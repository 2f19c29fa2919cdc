"""transpose_a although the examples are rows already."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [5, 3], name="x")
w = tf.constant(np.arange(6).reshape(3, 2), tf.float32)
# right: y = tf.matmul(x, w)
y = tf.matmul(x, w, transpose_a=True)
result = tf.Session().run(y, {x: np.arange(15).reshape(5, 3)})
