"""Nothing is known of the placeholders: the mistake shows only when the graph runs."""
import numpy as np
import tensorflow as tf

prediction = tf.placeholder(tf.float32, name="prediction")
target = tf.placeholder(tf.float32, name="target")
# right: error = prediction - tf.expand_dims(target, 1)
error = prediction - target
with tf.Session() as sess:
    result = sess.run(error, {prediction: np.ones([4, 3]), target: [1.0, 2.0, 3.0, 4.0]})
