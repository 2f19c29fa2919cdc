"""A conditional GAN: noise beside labels of class numbers."""
import numpy as np
import tensorflow as tf

noise = tf.placeholder(tf.float32, [None, 4], name="noise")
label = tf.placeholder(tf.float32, [None, 2, 1], name="label")  # origin
# right: inputs = tf.concat([noise, tf.squeeze(label, 2)], 1)
inputs = tf.concat([noise, label], 1)
result = tf.Session().run(inputs, {noise: np.ones([2, 4]), label: np.zeros([2, 2, 1])})
