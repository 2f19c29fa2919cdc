"""The placeholder was made for batches of 4; the last batch is smaller."""
import numpy as np
import tensorflow as tf

# right: x = tf.placeholder(tf.float32, [None, 3], name="x")
x = tf.placeholder(tf.float32, [4, 3], name="x")  # origin
y = tf.reduce_sum(x, axis=1)
data = np.arange(30.0).reshape(10, 3)
with tf.Session() as sess:
    for start in range(0, 10, 4):
        result = sess.run(y, {x: data[start:start + 4]})
