"""One weight for each example, times the losses of all its steps."""
import numpy as np
import tensorflow as tf

losses = tf.constant(np.arange(12).reshape(4, 3), tf.float32)
example_weights = tf.constant([1.0, 0.5, 2.0, 0.0])  # origin
# right: weighted = losses * tf.expand_dims(example_weights, 1)
weighted = losses * example_weights
result = tf.Session().run(weighted)
