"""Features side by side need axis 1, not 0."""
import numpy as np
import tensorflow as tf

image_features = tf.placeholder(tf.float32, [None, 4])
text_features = tf.placeholder(tf.float32, [None, 3])
# right: both = tf.concat([image_features, text_features], axis=1)
both = tf.concat([image_features, text_features], axis=0)
result = tf.Session().run(both, {image_features: np.ones([2, 4]), text_features: np.zeros([2, 3])})
