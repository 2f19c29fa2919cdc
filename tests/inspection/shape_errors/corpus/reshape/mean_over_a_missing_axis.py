"""Axes count from 0: a matrix has the axes 0 and 1."""
import tensorflow as tf

table = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 9.0]])
# right: means = tf.reduce_mean(table, axis=1)
means = tf.reduce_mean(table, axis=2)
result = tf.Session().run(means)
