"""A one-dimensional convolution over signals without a channel axis."""
import numpy as np
import tensorflow as tf

signal = tf.placeholder(tf.float32, [None, 20], name="signal")  # origin
kernel = tf.constant([[[1.0, 2.0]], [[0.0, 1.0]], [[-1.0, 1.0]]])
# right: y = tf.nn.conv1d(tf.expand_dims(signal, 2), kernel, stride=1, padding="SAME")
y = tf.nn.conv1d(signal, kernel, stride=1, padding="SAME")
result = tf.Session().run(y, {signal: np.arange(40).reshape(2, 20) % 7})
