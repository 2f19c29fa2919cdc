"""After two poolings the image is smaller than the filter."""
import numpy as np
import tensorflow as tf

small = tf.constant(np.arange(18).reshape(1, 3, 3, 2), tf.float32)
kernel = tf.constant(np.arange(50).reshape(5, 5, 2, 1) % 3, tf.float32)
# right: y = tf.nn.conv2d(small, kernel, strides=[1, 1, 1, 1], padding="SAME")
y = tf.nn.conv2d(small, kernel, strides=[1, 1, 1, 1], padding="VALID")
result = tf.Session().run(y)
