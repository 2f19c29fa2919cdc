"""The class of a single prediction has no axis 1."""
import tensorflow as tf

prediction = tf.constant([0.1, 0.7, 0.2])
# right: label = tf.argmax(prediction, axis=0)
label = tf.argmax(prediction, axis=1)
result = tf.Session().run(label)
