"""In a helper function: the traceback ends in the helper, the shape comes from its caller."""
import numpy as np
import tensorflow as tf


def dense(inputs, units):
    w = tf.ones([inputs.shape[-1].value, units])
    # right: return tf.matmul(tf.reshape(inputs, [-1, 3]), w)
    # right: return tf.tensordot(inputs, w, axes=[[2], [0]])
    return tf.matmul(inputs, w)


x = tf.placeholder(tf.float32, [None, 2, 3], name="x")  # origin
net = dense(x, 4)
result = tf.Session().run(net, {x: np.arange(12).reshape(2, 2, 3)})
