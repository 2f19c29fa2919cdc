"""The branches of tf.cond give one type."""
import tensorflow as tf

x = tf.constant(3.0)
# right: y = tf.cond(x > 2.0, lambda: x * 2.0, lambda: tf.constant(0.0))
y = tf.cond(x > 2.0, lambda: x * 2.0, lambda: tf.constant(0))
result = tf.Session().run(y)
