"""Images come as [batch, channels, height, width]."""
import numpy as np
import tensorflow as tf

images = tf.placeholder(tf.float32, [None, 3, 8, 8], name="images")  # origin
kernel = tf.constant(np.arange(54).reshape(3, 3, 3, 2) % 7, tf.float32)
# right: y = tf.nn.conv2d(tf.transpose(images, [0, 2, 3, 1]), kernel, [1, 1, 1, 1], "SAME")
y = tf.nn.conv2d(images, kernel, [1, 1, 1, 1], "SAME")
result = tf.Session().run(y, {images: np.arange(192).reshape(1, 3, 8, 8) % 11})
