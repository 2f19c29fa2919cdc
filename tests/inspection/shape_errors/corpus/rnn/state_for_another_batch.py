"""The zero state was made for a batch of 4; the batch has 3 examples."""
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(24).reshape(3, 4, 2) / 24, tf.float32)
cell = tf.nn.rnn_cell.BasicRNNCell(2, name="cell")
# right: start = cell.zero_state(3, tf.float32)
start = cell.zero_state(4, tf.float32)  # origin
outputs, state = tf.nn.dynamic_rnn(cell, x, initial_state=start)
weights = [tf.assign(v, tf.ones_like(v) / 9) for v in tf.trainable_variables()]
with tf.Session() as sess:
    sess.run(weights)
    result = sess.run(state)
