"""Labels from a float array, to become one-hot."""
import numpy as np
import tensorflow as tf

labels = tf.constant(np.array([2.0, 0.0], np.float32), name="labels")  # origin
# right: rows = tf.one_hot(tf.cast(labels, tf.int32), 3)
rows = tf.one_hot(labels, 3)
result = tf.Session().run(rows)
