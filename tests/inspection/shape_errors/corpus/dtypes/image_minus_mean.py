"""Bytes minus a float mean."""
import numpy as np
import tensorflow as tf

image = tf.placeholder(tf.uint8, [2, 2], name="image")  # origin
mean = tf.constant(100.5)
# right: centred = tf.cast(image, tf.float32) - mean
centred = image - mean
result = tf.Session().run(centred, {image: np.array([[0, 100], [200, 255]])})
