"""Pixels are uint8: they have to become floats before they are scaled."""
import numpy as np
import tensorflow as tf

pixels = tf.placeholder(tf.uint8, [None, 4], name="pixels")  # origin
w = tf.ones([4, 2])
# right: y = tf.matmul(tf.cast(pixels, tf.float32), w)
y = tf.matmul(pixels, w)
result = tf.Session().run(y, {pixels: np.array([[0, 100, 200, 255]])})
