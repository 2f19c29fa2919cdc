"""A colour image given as [height, width, channels] into conv2d of tf.layers."""
import numpy as np
import tensorflow as tf

photo = tf.placeholder(tf.float32, [4, 4, 3], name="photo")  # origin
ones = tf.ones_initializer()
# right: h = tf.layers.conv2d(tf.expand_dims(photo, 0), 2, 3, kernel_initializer=ones)
h = tf.layers.conv2d(photo, 2, 3, kernel_initializer=ones)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(h, {photo: np.arange(48).reshape(4, 4, 3)})
