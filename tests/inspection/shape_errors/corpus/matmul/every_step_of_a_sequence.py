"""The same weights for every word of a sentence: a 3-d tensor times a matrix."""
import numpy as np
import tensorflow as tf

words = tf.placeholder(tf.float32, [None, 5, 4], name="words")  # origin
w = tf.constant(np.arange(12).reshape(4, 3), tf.float32)
# right: hidden = tf.tensordot(words, w, axes=[[2], [0]])
# right: hidden = tf.matmul(tf.reshape(words, [-1, 4]), w)
hidden = tf.matmul(words, w)
result = tf.Session().run(hidden, {words: np.arange(40).reshape(2, 5, 4)})
