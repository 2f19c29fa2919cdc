"""A filter for grey images meets colour images."""
import numpy as np
import tensorflow as tf

colour = tf.placeholder(tf.float32, [None, 4, 4, 3], name="colour")
# right: grey_filter = tf.ones([2, 2, 3, 4])
grey_filter = tf.ones([2, 2, 1, 4])  # origin
# right: found = tf.nn.conv2d(tf.image.rgb_to_grayscale(colour), grey_filter, [1, 1, 1, 1], "VALID")
found = tf.nn.conv2d(colour, filter=grey_filter, strides=[1, 1, 1, 1], padding="VALID")
result = tf.Session().run(found, {colour: np.arange(48).reshape(1, 4, 4, 3)})
