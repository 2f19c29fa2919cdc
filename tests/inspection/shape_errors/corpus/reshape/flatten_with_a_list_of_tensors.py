"""The unknown batch size stands in the list of a reshape, where only -1 can."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 4, 3], name="x")
# right: flat = tf.reshape(x, [-1, x.shape[1] * x.shape[2]])
flat = tf.reshape(x, [x.shape[0], x.shape[1] * x.shape[2]])
result = tf.Session().run(flat, {x: np.arange(24).reshape(2, 4, 3)})
