"""Softmax by hand: the sum over the classes has lost its axis."""
import tensorflow as tf

logits = tf.constant([[1.0, 2.0, 3.0], [0.0, 0.0, 1.0]])
e = tf.exp(logits)
# right: p = e / tf.expand_dims(tf.reduce_sum(e, 1), 1)
p = e / tf.reduce_sum(e, 1)  # origin
result = tf.Session().run(p)
