"""set_shape tells what is unknown; it changes nothing."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 6], name="x")  # origin
# right: x = tf.reshape(x, [-1, 2, 3])
x.set_shape([None, 2, 3])
result = tf.Session().run(x * 1.0, {"x:0": np.arange(12).reshape(2, 6)})
