"""Images in a Python list are stacked before the product."""
import numpy as np
import tensorflow as tf

first = tf.constant(np.arange(4).reshape(2, 2), tf.float32)
second = tf.constant(np.arange(4, 8).reshape(2, 2), tf.float32)
batch = tf.stack([first, second])  # origin
w = tf.constant(np.arange(8).reshape(4, 2), tf.float32)
# right: y = tf.matmul(tf.reshape(batch, [-1, 4]), w)
y = tf.matmul(batch, w)
result = tf.Session().run(y)
