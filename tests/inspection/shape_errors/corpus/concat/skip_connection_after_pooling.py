"""U-Net: the pooled image has half the size of the one it is joined with."""
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(16).reshape(1, 4, 4, 1), tf.float32)
# right: down = tf.layers.max_pooling2d(x, 2, 1, padding="same")
down = tf.layers.max_pooling2d(x, 2, 2)  # origin
# right: both = tf.concat([x, tf.image.resize_nearest_neighbor(down, [4, 4])], axis=3)
both = tf.concat([x, down], axis=3)
result = tf.Session().run(both)
