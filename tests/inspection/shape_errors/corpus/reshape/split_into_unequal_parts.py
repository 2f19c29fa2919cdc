"""Ten columns can't be split into three equal parts."""
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(20).reshape(2, 10), tf.float32)
# right: parts = tf.split(x, 2, axis=1)
# right: parts = tf.split(x, 5, axis=1)
# right: parts = tf.split(x, [3, 3, 4], axis=1)
# right: parts = tf.split(x, [4, 3, 3], axis=1)
parts = tf.split(x, 3, axis=1)
result = tf.Session().run(tf.concat(parts, axis=1))
