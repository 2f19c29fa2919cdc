"""Grey images are fed without their channel axis."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 4, 4, 1], name="x")
mean = tf.reduce_mean(x, axis=[1, 2])
train_x = np.arange(32.0).reshape(2, 4, 4)
sess = tf.Session()
# right: result = sess.run(mean, {x: train_x[..., np.newaxis]})
result = sess.run(mean, {x: train_x})
