"""Joining channels as in NCHW code: the channels of TensorFlow's images come last."""
import numpy as np
import tensorflow as tf

left = tf.constant(np.arange(32).reshape(1, 4, 4, 2), tf.float32)
right = tf.constant(np.arange(48).reshape(1, 4, 4, 3), tf.float32)
# right: merged = tf.concat([left, right], axis=3)
merged = tf.concat([left, right], axis=1)
result = tf.Session().run(merged)
