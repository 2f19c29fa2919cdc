"""Products of all rows with one another: one of the two must be transposed."""
import tensorflow as tf

points = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])
# right: gram = tf.matmul(points, points, transpose_b=True)
# right: gram = tf.matmul(points, points, transpose_a=True)
gram = tf.matmul(points, points)
result = tf.Session().run(gram)
