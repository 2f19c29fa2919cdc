"""A bias as long as the batch."""
import numpy as np
import tensorflow as tf

h = tf.constant(np.arange(12).reshape(4, 3), tf.float32)
# right: b = tf.get_variable("b", [3], initializer=tf.ones_initializer())
b = tf.get_variable("b", [4], initializer=tf.ones_initializer())  # origin
y = h + b
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(y)
