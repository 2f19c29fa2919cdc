"""argmax gives int64, the labels are int32."""
import tensorflow as tf

logits = tf.constant([[1.0, 2.0, 3.0], [3.0, 1.0, 0.0]])
labels = tf.constant([2, 1], name="labels")
# right: correct = tf.equal(tf.cast(tf.argmax(logits, 1), tf.int32), labels)
correct = tf.equal(tf.argmax(logits, 1), labels)
result = tf.Session().run(correct)
