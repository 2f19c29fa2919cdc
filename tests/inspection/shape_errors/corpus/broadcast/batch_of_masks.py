"""A mask for each image, without a channel axis."""
import numpy as np
import tensorflow as tf

images = tf.placeholder(tf.float32, [None, 4, 4, 3], name="images")
mask = tf.placeholder(tf.float32, [None, 4, 4], name="mask")  # origin
# right: visible = images * tf.expand_dims(mask, 3)
visible = images * mask
result = tf.Session().run(visible, {images: np.ones([1, 4, 4, 3]), mask: np.ones([1, 4, 4])})
