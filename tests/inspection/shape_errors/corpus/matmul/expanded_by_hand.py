"""A column was added with expand_dims for another use; then comes the dense layer."""
import numpy as np
import tensorflow as tf

signal = tf.placeholder(tf.float32, [None, 6], name="signal")
column = tf.expand_dims(signal, -1)  # origin
w = tf.constant(np.arange(12).reshape(6, 2), tf.float32)
# right: y = tf.matmul(tf.squeeze(column, axis=2), w)
y = tf.matmul(column, w)
result = tf.Session().run(y, {signal: np.arange(18).reshape(3, 6)})
