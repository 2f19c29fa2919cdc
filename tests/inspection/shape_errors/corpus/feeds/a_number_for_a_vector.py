"""A single number is fed where a vector is expected."""
import tensorflow as tf

x = tf.placeholder(tf.float32, [None], name="x")
double = x * 2.0
sess = tf.Session()
# right: result = sess.run(double, {x: [3.0]})
result = sess.run(double, {x: 3.0})
