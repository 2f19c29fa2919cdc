"""A weight for each word, times the words' vectors."""
import numpy as np
import tensorflow as tf

values = tf.placeholder(tf.float32, [None, 4, 3], name="values")
weights = tf.placeholder(tf.float32, [None, 4], name="weights")  # origin
# right: context = tf.reduce_sum(values * tf.expand_dims(weights, 2), axis=1)
context = tf.reduce_sum(values * weights, axis=1)
result = tf.Session().run(context, {values: np.ones([2, 4, 3]), weights: np.ones([2, 4])})
