"""The feed stands in a function, the data come as its arguments."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 1], name="x")
line = 2.0 * x + 1.0


def predict(sess, values):
    # right: return sess.run(line, feed_dict={x: np.reshape(values, [-1, 1])})
    return sess.run(line, feed_dict={x: values})


with tf.Session() as session:
    result = predict(session, np.array([1.0, 2.0, 3.0]))
