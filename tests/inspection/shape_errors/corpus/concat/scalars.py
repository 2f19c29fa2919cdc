"""Numbers can't be joined end to end: they have no axis."""
import tensorflow as tf

a = tf.constant(1.0)
b = tf.constant(2.0)
# right: both = tf.stack([a, b])
# right: both = tf.concat([[a], [b]], 0)
both = tf.concat([a, b], 0)
result = tf.Session().run(both)
