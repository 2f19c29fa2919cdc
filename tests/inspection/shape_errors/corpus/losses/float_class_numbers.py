"""Class numbers read as floats."""
import tensorflow as tf

logits = tf.constant([[1.0, 2.0, 3.0], [3.0, 1.0, 0.0]])
y = tf.placeholder(tf.float32, [None], name="y")  # origin
# right: loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.cast(y, tf.int32), logits=logits)
loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
result = tf.Session().run(loss, {y: [2, 0]})
