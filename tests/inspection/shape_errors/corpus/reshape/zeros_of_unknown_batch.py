"""x.shape[0] is unknown while the graph is built; tf.shape(x)[0] is a tensor."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 3], name="x")
# right: state = tf.zeros([tf.shape(x)[0], 2])
state = tf.zeros([x.shape[0], 2])
result = tf.Session().run(state, {x: np.ones([4, 3])})
