"""Linear regression: weights as a vector, as in NumPy."""
import numpy as np
import tensorflow as tf

X = tf.placeholder(tf.float32, [None, 3], name="X")
W = tf.Variable(np.array([1.0, 2.0, 3.0]), dtype=tf.float32)  # origin
# right: prediction = tf.matmul(X, tf.expand_dims(W, 1))
# right: prediction = tf.tensordot(X, W, 1)
prediction = tf.matmul(X, W)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(prediction, {X: np.arange(6).reshape(2, 3)})
