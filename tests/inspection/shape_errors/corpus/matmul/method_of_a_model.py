"""The lecture's error inside of a class, with the weights as an attribute."""
import numpy as np
import tensorflow as tf


class Model:
    def __init__(self, size):
        self.w = tf.constant(np.arange(2 * size).reshape(size, 2), tf.float32)

    def logits(self, inputs):
        # right: return tf.matmul(tf.reshape(inputs, [-1, 6]), self.w)
        return tf.matmul(inputs, self.w)


x = tf.placeholder(tf.float32, [None, 2, 3], name="x")  # origin
out = Model(6).logits(x)
result = tf.Session().run(out, {x: np.arange(12).reshape(2, 2, 3)})
