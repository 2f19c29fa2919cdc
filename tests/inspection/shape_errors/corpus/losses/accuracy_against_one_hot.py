"""Accuracy: the predicted class is compared with a one-hot row."""
import tensorflow as tf

logits = tf.constant([[1.0, 2.0, 3.0], [3.0, 1.0, 0.0]])
labels = tf.constant([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])  # origin
# right: correct = tf.equal(tf.argmax(logits, 1), tf.argmax(labels, 1))
correct = tf.equal(tf.argmax(logits, 1), labels)
result = tf.Session().run(correct)
