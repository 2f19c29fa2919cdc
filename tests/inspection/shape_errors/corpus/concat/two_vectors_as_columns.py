"""Two vectors are to become the columns of a table."""
import tensorflow as tf

x = tf.constant([1.0, 2.0])
y = tf.constant([3.0, 4.0])
# right: points = tf.stack([x, y], axis=1)
# right: points = tf.concat([x, y], axis=0)
points = tf.concat([x, y], axis=1)
result = tf.Session().run(points)
