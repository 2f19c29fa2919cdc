"""Two logits for each example, one label."""
import tensorflow as tf

logits = tf.placeholder(tf.float32, [None, 2], name="logits")
labels = tf.placeholder(tf.float32, [None, 1], name="labels")  # origin
# right: loss = tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.concat([labels, 1 - labels], 1), logits=logits)
# right: loss = tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.tile(labels, [1, 2]), logits=logits)
loss = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
result = tf.Session().run(loss, {logits: [[1.0, 2.0]], labels: [[1.0]]})
