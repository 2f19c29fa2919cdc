"""Weights first, as in W x of a textbook, with examples in rows."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 3], name="x")
W = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])
# right: y = tf.matmul(x, W)
y = tf.matmul(W, x)
result = tf.Session().run(y, {x: np.arange(12).reshape(4, 3)})
