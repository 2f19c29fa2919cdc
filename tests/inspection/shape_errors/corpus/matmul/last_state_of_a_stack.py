"""The state of a two-layer cell is a tuple: its last part is meant."""
import numpy as np
import tensorflow as tf

first = tf.constant(np.arange(6).reshape(2, 3), tf.float32)
second = tf.constant(np.arange(6, 12).reshape(2, 3), tf.float32)
state = (first, second)
w = tf.constant(np.arange(6).reshape(3, 2), tf.float32)
# right: logits = tf.matmul(state[-1], w)
logits = tf.matmul(state, w)
result = tf.Session().run(logits)
