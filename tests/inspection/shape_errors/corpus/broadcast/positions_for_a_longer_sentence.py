"""Position vectors are added to sentences that are shorter than the table."""
import numpy as np
import tensorflow as tf

words = tf.placeholder(tf.float32, [None, 3, 2], name="words")
positions = tf.constant(np.arange(10).reshape(5, 2), tf.float32)  # origin
# right: encoded = words + positions[:3]
encoded = words + positions
result = tf.Session().run(encoded, {words: np.zeros([1, 3, 2])})
