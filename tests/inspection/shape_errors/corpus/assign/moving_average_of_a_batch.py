"""A running mean of a vector is updated with the whole batch."""
import numpy as np
import tensorflow as tf

mean = tf.Variable(tf.zeros([3]), name="mean")
batch = tf.constant(np.arange(12).reshape(4, 3), tf.float32)  # origin
# right: update = tf.assign_add(mean, tf.reduce_mean(batch, axis=0))
# right: update = tf.assign_add(mean, tf.reduce_sum(batch, axis=0))
update = tf.assign_add(mean, batch)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(update)
