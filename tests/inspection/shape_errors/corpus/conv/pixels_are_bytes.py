"""Images of uint8 go into a convolution."""
import numpy as np
import tensorflow as tf

images = tf.placeholder(tf.uint8, [None, 4, 4, 1], name="images")  # origin
kernel = tf.ones([2, 2, 1, 1])
# right: y = tf.nn.conv2d(tf.cast(images, tf.float32), kernel, [1, 1, 1, 1], "SAME")
y = tf.nn.conv2d(images, kernel, [1, 1, 1, 1], "SAME")
result = tf.Session().run(y, {images: np.arange(16).reshape(1, 4, 4, 1)})
