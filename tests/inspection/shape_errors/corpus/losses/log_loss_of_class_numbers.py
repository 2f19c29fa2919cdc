"""Probabilities of two classes, labels as class numbers."""
import tensorflow as tf

probabilities = tf.constant([[0.2, 0.8], [0.7, 0.3]])
labels = tf.constant([1, 0])  # origin
# right: loss = tf.losses.log_loss(tf.one_hot(labels, 2), probabilities)
loss = tf.losses.log_loss(labels, probabilities)
result = tf.Session().run(loss)
