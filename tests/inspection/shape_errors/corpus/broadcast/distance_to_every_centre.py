"""K-means: every point against every centre needs two new axes."""
import numpy as np
import tensorflow as tf

points = tf.constant(np.arange(10).reshape(5, 2), tf.float32)
centres = tf.constant([[0.0, 1.0], [4.0, 4.0], [9.0, 9.0]])
# right: difference = tf.expand_dims(points, 1) - centres
difference = points - centres
result = tf.Session().run(difference)
