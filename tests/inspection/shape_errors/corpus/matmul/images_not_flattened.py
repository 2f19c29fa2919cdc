"""Images go into a dense layer without being flattened."""
import numpy as np
import tensorflow as tf

images = tf.placeholder(tf.float32, [None, 28, 28, 1], name="images")  # origin
W = tf.Variable(np.arange(7840).reshape(784, 10) % 13, dtype=tf.float32)
b = tf.Variable(tf.zeros([10]))
# right: logits = tf.matmul(tf.reshape(images, [-1, 784]), W) + b
logits = tf.matmul(images, W) + b
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(logits, {images: np.arange(1568).reshape(2, 28, 28, 1) % 11})
