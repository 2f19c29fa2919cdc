"""The second layer's weights don't continue the first one's size."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 4])
W1 = tf.Variable(tf.ones([4, 8]))
h = tf.nn.relu(tf.matmul(x, W1))
# right: W2 = tf.Variable(tf.ones([8, 3]))
W2 = tf.Variable(tf.ones([6, 3]))  # origin
out = tf.matmul(h, W2)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(out, {x: np.arange(8).reshape(2, 4)})
