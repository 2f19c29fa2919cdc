"""The decoder's weights have the encoder's shape."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 6], name="x")
encoder = tf.constant(np.arange(12).reshape(6, 2) / 10, tf.float32)
decoder = tf.constant(np.arange(12).reshape(6, 2) / 10, tf.float32)
code = tf.nn.sigmoid(tf.matmul(x, encoder))
# right: image = tf.nn.sigmoid(tf.matmul(code, decoder, transpose_b=True))
image = tf.nn.sigmoid(tf.matmul(code, decoder))
result = tf.Session().run(image, {x: np.arange(12).reshape(2, 6) / 12})
