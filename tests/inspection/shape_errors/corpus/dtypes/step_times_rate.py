"""The global step is int64: a learning rate can't be divided by it."""
import tensorflow as tf

rate = tf.constant(0.5)
step = tf.train.get_or_create_global_step()  # origin
# right: decayed = rate / (1.0 + tf.cast(step, tf.float32))
# right: decayed = rate / tf.cast(1 + step, tf.float32)
decayed = rate / (1 + step)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(decayed)
