"""None means "any size" in a placeholder; in a reshape that is -1."""
import numpy as np
import tensorflow as tf

images = tf.placeholder(tf.float32, [None, 4, 4])
# right: flat = tf.reshape(images, [-1, 16])
flat = tf.reshape(images, [None, 16])
result = tf.Session().run(flat, {images: np.arange(32).reshape(2, 4, 4)})
