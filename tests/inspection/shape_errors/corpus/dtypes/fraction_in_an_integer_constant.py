"""The dtype says integers, the values don't."""
import tensorflow as tf

# right: x = tf.constant([1, 2.5], dtype=tf.float32)
# right: x = tf.constant([1, 2.5])
x = tf.constant([1, 2.5], dtype=tf.int32)
result = tf.Session().run(x)
