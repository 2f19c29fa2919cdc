"""An epoch counter times a float."""
import tensorflow as tf

epoch = tf.Variable(3, name="epoch")  # origin
# right: rate = 0.1 * tf.cast(epoch, tf.float32)
rate = tf.constant(0.1) * epoch
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(rate)
