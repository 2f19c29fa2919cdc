"""A dictionary of images and labels, one label short."""
import numpy as np
import tensorflow as tf

images = np.arange(24.0).reshape(6, 4)
labels = np.arange(5)  # origin
# right: dataset = tf.data.Dataset.from_tensor_slices({"x": images[:5], "y": labels})
dataset = tf.data.Dataset.from_tensor_slices({"x": images, "y": labels})
element = dataset.batch(5).make_one_shot_iterator().get_next()
result = tf.Session().run(element)["x"]
