"""One class number is fed for a batch of them."""
import tensorflow as tf

y = tf.placeholder(tf.int64, [None], name="y")
rows = tf.one_hot(y, 3)
sess = tf.Session()
# right: result = sess.run(rows, feed_dict={y: [2]})
result = sess.run(rows, feed_dict={y: 2})
