"""The class of a row of logits is found along axis 1."""
import tensorflow as tf

logits = tf.constant([[1.0, 5.0, 3.0], [4.0, 2.0, 0.0]])
# right: classes = tf.argmax(logits, 1)
classes = tf.argmax(logits, 2)
result = tf.Session().run(classes)
