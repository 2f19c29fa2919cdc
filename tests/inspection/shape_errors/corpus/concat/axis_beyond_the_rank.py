"""Two vectors have no axis 1 to be joined along."""
import tensorflow as tf

a = tf.constant([1.0, 2.0, 3.0])
b = tf.constant([4.0, 5.0, 6.0])
# right: joined = tf.concat([a, b], 0)
# right: joined = tf.stack([a, b], axis=1)
joined = tf.concat([a, b], 1)
result = tf.Session().run(joined)
