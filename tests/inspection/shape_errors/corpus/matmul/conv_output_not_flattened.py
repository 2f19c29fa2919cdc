"""After convolution and pooling the flattening is missing."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 8, 8, 1])
kernel = tf.constant(np.arange(18).reshape(3, 3, 1, 2) % 5, tf.float32)
conv = tf.nn.relu(tf.nn.conv2d(x, kernel, strides=[1, 1, 1, 1], padding="SAME"))
pool = tf.nn.max_pool(conv, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")
w_fc = tf.constant(np.arange(96).reshape(32, 3) % 7, tf.float32)
# right: fc = tf.matmul(tf.reshape(pool, [-1, 32]), w_fc)
fc = tf.matmul(pool, w_fc)
result = tf.Session().run(fc, {x: np.arange(128).reshape(2, 8, 8, 1) % 9})
