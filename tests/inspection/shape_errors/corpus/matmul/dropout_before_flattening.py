"""Dropout keeps the image axes; the dense layer wants rows."""
import numpy as np
import tensorflow as tf

images = tf.placeholder(tf.float32, [None, 3, 3, 2], name="images")  # origin
pooled = tf.nn.relu(images)
w = tf.constant(np.arange(36).reshape(18, 2) % 5, tf.float32)
# right: y = tf.matmul(tf.reshape(pooled, [-1, 18]), w)
y = tf.matmul(pooled, w)
result = tf.Session().run(y, {images: np.arange(36).reshape(2, 3, 3, 2)})
