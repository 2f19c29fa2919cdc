"""Class numbers of type float, where one-hot rows are wanted."""
import tensorflow as tf

logits = tf.constant([[1.0, 2.0, 3.0], [3.0, 1.0, 0.0]])
y = tf.placeholder(tf.float32, [2], name="y")  # origin
# right: loss = tf.nn.softmax_cross_entropy_with_logits(labels=tf.one_hot(tf.cast(y, tf.int32), 3), logits=logits)
loss = tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits)
result = tf.Session().run(loss, {y: [2, 0]})
