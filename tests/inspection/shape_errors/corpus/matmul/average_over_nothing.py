"""A placeholder with a time axis of one step."""
import numpy as np
import tensorflow as tf

step = tf.placeholder(tf.float32, [None, 1, 3], name="step")  # origin
weights = {"out": tf.constant(np.arange(6).reshape(3, 2), tf.float32)}
# right: logits = tf.matmul(tf.squeeze(step, 1), weights["out"])
logits = tf.matmul(step, weights["out"])
result = tf.Session().run(logits, {step: np.arange(6).reshape(2, 1, 3)})
