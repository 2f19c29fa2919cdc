"""tf.add_n doesn't broadcast."""
import tensorflow as tf

a = tf.constant([[1.0, 2.0], [3.0, 4.0]])
b = tf.constant([10.0, 20.0])  # origin
# right: total = a + b
total = tf.add_n([a, b])
result = tf.Session().run(total)
