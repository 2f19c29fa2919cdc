"""Unstack along the batch axis, whose size nobody knows yet."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 4, 3], name="x")  # origin
# right: steps = tf.unstack(x, axis=1)
steps = tf.unstack(x)
result = tf.Session().run(steps[-1], {x: np.arange(24).reshape(2, 4, 3)})
