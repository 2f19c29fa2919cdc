"""The last layer has 4 units, the labels have 3 classes."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 2], name="x")
labels = tf.placeholder(tf.float32, [None, 3], name="labels")
# right: logits = tf.layers.dense(x, 3, kernel_initializer=tf.ones_initializer())
logits = tf.layers.dense(x, 4, kernel_initializer=tf.ones_initializer())  # origin
loss = tf.losses.softmax_cross_entropy(labels, logits)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(loss, {x: np.arange(4).reshape(2, 2), labels: np.eye(3)[:2]})
