"""Squeeze removed the batch dimension too, because the batch was one image."""
import numpy as np
import tensorflow as tf

pooled = tf.constant(np.arange(6).reshape(1, 1, 1, 6), tf.float32)
features = tf.squeeze(pooled)  # origin
w = tf.constant(np.arange(12).reshape(6, 2), tf.float32)
# right: logits = tf.matmul(tf.expand_dims(features, 0), w)
logits = tf.matmul(features, w)
result = tf.Session().run(logits)
