"""A float to the power of an integer tensor."""
import tensorflow as tf

rate = tf.constant(0.5)
epoch = tf.constant(3)  # origin
# right: decayed = tf.pow(rate, tf.cast(epoch, tf.float32))
decayed = tf.pow(rate, epoch)
result = tf.Session().run(decayed)
