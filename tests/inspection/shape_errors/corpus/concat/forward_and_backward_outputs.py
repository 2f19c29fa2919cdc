"""The outputs of a bidirectional RNN come as a pair; one is reduced already."""
import numpy as np
import tensorflow as tf

forward = tf.placeholder(tf.float32, [None, 3, 2], name="forward")
backward = tf.placeholder(tf.float32, [None, 2], name="backward")
# right: last = tf.concat([forward[:, -1], backward], 1)
last = tf.concat([forward, backward], 1)
result = tf.Session().run(last, {forward: np.arange(6).reshape(1, 3, 2), backward: [[1, 2]]})
