"""Stack makes a new axis, so all shapes must be equal; these are to be joined end to end."""
import tensorflow as tf

first = tf.constant([1.0, 2.0, 3.0])
second = tf.constant([4.0, 5.0])
# right: everything = tf.concat([first, second], axis=0)
everything = tf.stack([first, second])
result = tf.Session().run(everything)
