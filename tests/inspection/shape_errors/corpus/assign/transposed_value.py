"""A saved matrix is assigned the wrong way round."""
import numpy as np
import tensorflow as tf

w = tf.Variable(tf.zeros([3, 2]), name="w")
loaded = np.arange(6, dtype=np.float32).reshape(2, 3)
# right: update = tf.assign(w, tf.transpose(loaded))
update = tf.assign(w, loaded)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(update)
