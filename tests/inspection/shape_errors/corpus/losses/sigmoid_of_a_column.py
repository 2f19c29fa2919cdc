"""A column of logits and a vector of labels."""
import numpy as np
import tensorflow as tf

logits = tf.placeholder(tf.float32, [None, 1], name="logits")
labels = tf.placeholder(tf.float32, [None], name="labels")
# right: loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.expand_dims(labels, 1), logits=logits))
# right: loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=tf.squeeze(logits, axis=1)))
loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))
result = tf.Session().run(loss, {logits: [[1.0], [-2.0]], labels: np.array([1.0, 0.0])})
