"""The placeholder was declared for integers."""
import numpy as np
import tensorflow as tf

# right: x = tf.placeholder(tf.float32, [None, 2], name="x")
x = tf.placeholder(tf.int32, [None, 2], name="x")  # origin
w = tf.ones([2, 3])
y = tf.matmul(x, w)
result = tf.Session().run(y, {x: np.array([[1, 2]])})
