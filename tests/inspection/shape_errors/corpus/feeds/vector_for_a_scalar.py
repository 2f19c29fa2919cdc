"""shape=() is a scalar; a vector of any length is shape=[None]."""
import tensorflow as tf

# right: a = tf.placeholder(tf.float32, shape=[None], name="a")
# right: a = tf.placeholder(tf.float32, shape=(3,), name="a")
# right: a = tf.placeholder(tf.float32, name="a")
a = tf.placeholder(tf.float32, shape=(), name="a")  # origin
doubled = a * 2.0
with tf.Session() as sess:
    result = sess.run(doubled, {a: [1.0, 2.0, 3.0]})
