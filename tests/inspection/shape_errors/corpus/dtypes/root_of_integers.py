"""tf.sqrt is for floats."""
import tensorflow as tf

squares = tf.constant([1, 4, 9], name="squares")  # origin
# right: roots = tf.sqrt(tf.cast(squares, tf.float32))
roots = tf.sqrt(squares)
result = tf.Session().run(roots)
