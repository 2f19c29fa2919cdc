"""A condition for each pixel, still without a channel axis, beside an image."""
import numpy as np
import tensorflow as tf

image = tf.placeholder(tf.float32, [None, 2, 2, 3], name="image")
mask = tf.placeholder(tf.float32, [None, 2, 2], name="mask")  # origin
# right: both = tf.concat([image, tf.expand_dims(mask, 3)], axis=3)
both = tf.concat([image, mask], axis=3)
result = tf.Session().run(both, {image: np.ones([1, 2, 2, 3]), mask: np.zeros([1, 2, 2])})
