"""One photo with channels first, as other libraries load it."""
import numpy as np
import tensorflow as tf

photo = tf.placeholder(tf.float32, [1, 3, 6, 6], name="photo")  # origin
ones = tf.ones_initializer()
kernel = tf.get_variable("kernel", [3, 3, 3, 2], initializer=ones)
# right: y = tf.nn.conv2d(tf.transpose(photo, [0, 2, 3, 1]), kernel, [1, 2, 2, 1], "VALID")
y = tf.nn.conv2d(photo, kernel, [1, 2, 2, 1], "VALID")
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    result = sess.run(y, {photo: np.arange(108).reshape(1, 3, 6, 6)})
