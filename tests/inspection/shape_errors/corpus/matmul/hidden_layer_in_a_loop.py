"""Layers made in a loop: the input still has its image axes."""
import numpy as np
import tensorflow as tf

images = tf.placeholder(tf.float32, [None, 2, 2], name="images")  # origin
sizes = [4, 3, 2]
h = images
for n, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
    w = tf.ones([inputs, outputs], name="w%d" % n)
    # right: h = tf.nn.relu(tf.matmul(tf.reshape(h, [-1, 4]) if n == 0 else h, w))
    # right: h = tf.nn.relu(tf.matmul(tf.reshape(h, [-1, inputs]), w))
    h = tf.nn.relu(tf.matmul(h, w))
result = tf.Session().run(h, {images: np.arange(8).reshape(2, 2, 2)})
