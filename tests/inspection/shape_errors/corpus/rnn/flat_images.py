"""Flat images go into dynamic_rnn, which wants [batch, time, inputs]."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 12], name="x")
cell = tf.nn.rnn_cell.BasicRNNCell(2, name="cell")
# right: outputs, state = tf.nn.dynamic_rnn(cell, tf.expand_dims(x, 2), dtype=tf.float32)
# right: outputs, state = tf.nn.dynamic_rnn(cell, tf.expand_dims(x, 1), dtype=tf.float32)
outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
weights = [tf.assign(v, tf.ones_like(v) / 9) for v in tf.trainable_variables()]
with tf.Session() as sess:
    sess.run(weights)
    result = sess.run(outputs, {x: np.arange(24).reshape(2, 12) / 24})
