"""The lengths of the sequences come as a column."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 4, 3], name="x")
lengths = tf.placeholder(tf.int32, [None, 1], name="lengths")  # origin
cell = tf.nn.rnn_cell.BasicRNNCell(2, name="cell")
# right: outputs, _ = tf.nn.dynamic_rnn(cell, x, tf.squeeze(lengths, axis=1), dtype=tf.float32)
outputs, _ = tf.nn.dynamic_rnn(cell, x, lengths, dtype=tf.float32)
weights = [tf.assign(v, tf.ones_like(v) / 9) for v in tf.trainable_variables()]
with tf.Session() as sess:
    sess.run(weights)
    result = sess.run(outputs, {x: np.arange(24).reshape(2, 4, 3) / 24, lengths: [[2], [4]]})
