"""A critic takes the state beside the action, which is a single number."""
import numpy as np
import tensorflow as tf

state = tf.placeholder(tf.float32, [None, 3], name="state")
action = tf.placeholder(tf.float32, [None], name="action")  # origin
# right: both = tf.concat([state, action[:, None]], axis=-1)
both = tf.concat([state, action], axis=-1)
result = tf.Session().run(both, {state: np.ones([2, 3]), action: [0.0, 1.0]})
