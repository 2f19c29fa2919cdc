"""Max pooling of one image, outside of a batch."""
import numpy as np
import tensorflow as tf

image = tf.placeholder(tf.float32, [4, 4, 3], name="image")  # origin
# right: small = tf.nn.max_pool(tf.expand_dims(image, 0), [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
small = tf.nn.max_pool(image, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
result = tf.Session().run(small, {image: np.arange(48).reshape(4, 4, 3) % 7})
