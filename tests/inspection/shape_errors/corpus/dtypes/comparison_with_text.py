"""Labels are strings, predictions are numbers."""
import tensorflow as tf

labels = tf.constant(["1", "0"], name="labels")  # origin
predictions = tf.constant([1, 1])
# right: same = tf.equal(tf.string_to_number(labels, tf.int32), predictions)
same = tf.equal(labels, predictions)
result = tf.Session().run(same)
