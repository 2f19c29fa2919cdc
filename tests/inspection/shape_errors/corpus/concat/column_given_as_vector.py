"""One number per example is a vector; beside a matrix it has to be a column."""
import numpy as np
import tensorflow as tf

features = tf.placeholder(tf.float32, [None, 4], name="features")
age = tf.placeholder(tf.float32, [None], name="age")  # origin
# right: inputs = tf.concat([features, tf.expand_dims(age, 1)], axis=1)
inputs = tf.concat([features, age], axis=1)
result = tf.Session().run(inputs, {features: np.ones([2, 4]), age: [30, 40]})
