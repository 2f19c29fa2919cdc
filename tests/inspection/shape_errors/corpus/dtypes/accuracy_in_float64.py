"""Predictions in float64 are compared with labels in float32."""
import numpy as np
import tensorflow as tf

predictions = tf.constant(np.array([0.0, 1.0]))  # origin
labels = tf.constant([0.0, 1.0])
# right: correct = tf.equal(tf.cast(predictions, tf.float32), labels)
correct = tf.equal(predictions, labels)
result = tf.Session().run(correct)
