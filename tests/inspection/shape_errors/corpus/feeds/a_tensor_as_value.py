"""A tensor can't be fed: it has no value outside of a session."""
import tensorflow as tf

x = tf.placeholder(tf.float32, [2], name="x")
value = tf.constant([1.0, 2.0])  # origin
sess = tf.Session()
# right: result = sess.run(x * 3.0, {x: sess.run(value)})
result = sess.run(x * 3.0, {x: value})
