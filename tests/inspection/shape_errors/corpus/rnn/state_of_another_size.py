"""The initial state was made for 5 units, the cell has 2."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [3, 4, 3], name="x")
cell = tf.nn.rnn_cell.GRUCell(2, name="cell")
# right: start = tf.zeros([3, 2])
start = tf.zeros([3, 5])  # origin
outputs, state = tf.nn.dynamic_rnn(cell, x, initial_state=start)
weights = [tf.assign(v, tf.ones_like(v) / 9) for v in tf.trainable_variables()]
with tf.Session() as sess:
    sess.run(weights)
    result = sess.run(state, {x: np.arange(36).reshape(3, 4, 3) / 36})
