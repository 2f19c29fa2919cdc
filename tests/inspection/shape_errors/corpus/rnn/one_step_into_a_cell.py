"""A cell is called with a whole sequence instead of one step."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [2, 4, 3], name="x")  # origin
cell = tf.nn.rnn_cell.BasicRNNCell(2, name="cell")
state = tf.zeros([2, 2])
# right: output, state = cell(x[:, 0], state)
# right: output, state = cell(x[:, -1], state)
output, state = cell(x, state)
weights = [tf.assign(v, tf.ones_like(v) / 9) for v in tf.trainable_variables()]
with tf.Session() as sess:
    sess.run(weights)
    result = sess.run(output, {x: np.arange(24).reshape(2, 4, 3) / 24})
