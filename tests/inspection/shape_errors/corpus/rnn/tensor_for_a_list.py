"""static_rnn wants a list with one tensor for each step."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 4, 3], name="x")
cell = tf.nn.rnn_cell.BasicRNNCell(2, name="cell")
# right: outputs, state = tf.nn.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32)
outputs, state = tf.nn.static_rnn(cell, x, dtype=tf.float32)
weights = [tf.assign(v, tf.ones_like(v) / 9) for v in tf.trainable_variables()]
with tf.Session() as sess:
    sess.run(weights)
    result = sess.run(state, {x: np.arange(24).reshape(2, 4, 3) / 24})
