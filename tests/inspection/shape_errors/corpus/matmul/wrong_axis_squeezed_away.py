"""reduce_max over the features, where it was meant over the time steps."""
import numpy as np
import tensorflow as tf

states = tf.placeholder(tf.float32, [None, 4, 3], name="states")
# right: pooled = tf.reduce_max(states, axis=1)
pooled = tf.reduce_max(states, axis=2)  # origin
w = tf.constant(np.arange(6).reshape(3, 2), tf.float32)
logits = tf.matmul(pooled, w)
result = tf.Session().run(logits, {states: np.arange(24).reshape(2, 4, 3)})
