"""A float64 constant is added to float32 activations."""
import tensorflow as tf

h = tf.ones([2, 2])
offset = tf.constant(0.5, dtype=tf.float64)  # origin
# right: y = h + tf.cast(offset, tf.float32)
y = h + offset
result = tf.Session().run(y)
