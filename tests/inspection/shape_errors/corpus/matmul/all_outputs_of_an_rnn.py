"""dynamic_rnn gives the outputs of all steps; the classifier wants the last."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 5, 3])
cell = tf.nn.rnn_cell.BasicRNNCell(4, name="cell")
outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)  # origin
w = tf.constant(np.arange(8).reshape(4, 2), tf.float32)
# right: logits = tf.matmul(outputs[:, -1], w)
# right: logits = tf.tensordot(outputs, w, axes=[[2], [0]])
logits = tf.matmul(outputs, w)
kernel, bias = tf.trainable_variables()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    sess.run(kernel.assign(np.arange(28).reshape(7, 4) / 50))
    result = sess.run(logits, {x: np.arange(30).reshape(2, 5, 3) / 30})
