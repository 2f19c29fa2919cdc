"""Reinforcement learning: log-probabilities of all actions times one return a step."""
import numpy as np
import tensorflow as tf

log_probabilities = tf.placeholder(tf.float32, [5, 2], name="log_probabilities")
returns = tf.placeholder(tf.float32, [5], name="returns")  # origin
# right: loss = -tf.reduce_mean(log_probabilities * returns[:, None])
loss = -tf.reduce_mean(log_probabilities * returns)
result = tf.Session().run(loss, {log_probabilities: np.ones([5, 2]), returns: np.arange(5)})
