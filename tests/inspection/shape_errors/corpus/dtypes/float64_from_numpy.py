"""NumPy's numbers are float64, the weights float32."""
import numpy as np
import tensorflow as tf

data = tf.constant(np.linspace(0.0, 1.0, 6).reshape(2, 3))  # origin
w = tf.Variable(tf.ones([3, 2]))
# right: y = tf.matmul(tf.cast(data, tf.float32), w)
y = tf.matmul(data, w)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(y)
