"""A cube times a matrix: the most common error, as the lecture shows it."""
import numpy as np
import tensorflow as tf

features = tf.placeholder(tf.float32, [10, 512, 1], name="features")  # origin
weights = tf.constant(np.arange(1024).reshape(512, 2) / 100, tf.float32)
# right: scores = tf.matmul(tf.squeeze(features, axis=2), weights)
scores = tf.matmul(features, weights)
result = tf.Session().run(scores, {features: np.arange(5120).reshape(10, 512, 1) % 7})
