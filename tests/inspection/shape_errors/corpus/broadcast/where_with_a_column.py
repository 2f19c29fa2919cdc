"""The condition of tf.where is a column, the choices are vectors."""
import tensorflow as tf

condition = tf.constant([[True], [False], [True]])  # origin
a = tf.constant([1.0, 2.0, 3.0])
b = tf.constant([10.0, 20.0, 30.0])
# right: chosen = tf.where(tf.squeeze(condition, 1), a, b)
chosen = tf.where(condition, a, b)
result = tf.Session().run(chosen)
