"""One label is missing."""
import numpy as np
import tensorflow as tf

features = np.arange(10.0).reshape(5, 2)
labels = np.array([0, 1, 1, 0])  # origin
# right: dataset = tf.data.Dataset.from_tensor_slices((features[:4], labels))
dataset = tf.data.Dataset.from_tensor_slices((features, labels))
element = dataset.batch(4).make_one_shot_iterator().get_next()
result = tf.Session().run(element)[0]
