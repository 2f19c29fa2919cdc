"""The loss by hand at run time: a column of predictions, a longer vector of targets."""
import numpy as np
import tensorflow as tf

prediction = tf.placeholder(tf.float32, [None, 2], name="prediction")
target = tf.placeholder(tf.float32, [None], name="target")
# right: loss = tf.reduce_sum(tf.square(prediction - tf.expand_dims(target, 1)))
loss = tf.reduce_sum(tf.square(prediction - target))
result = tf.Session().run(loss, {prediction: np.ones([3, 2]), target: [1.0, 2.0, 4.0]})
