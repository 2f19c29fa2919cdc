"""One image is not a batch of images."""
import numpy as np
import tensorflow as tf

photo = tf.constant(np.arange(48).reshape(4, 4, 3), tf.float32, name="photo")  # origin
edges = tf.constant(np.arange(54).reshape(3, 3, 3, 2) % 7, tf.float32)
# right: found = tf.nn.conv2d(tf.expand_dims(photo, 0), edges, [1, 1, 1, 1], padding="VALID")
found = tf.nn.conv2d(photo, edges, [1, 1, 1, 1], padding="VALID")
result = tf.Session().run(found)
