"""A dropout rate is a scalar."""
import tensorflow as tf

keep = tf.placeholder(tf.float32, [], name="keep")
y = keep * 10.0
# right: result = tf.Session().run(y, {keep: 0.5})
result = tf.Session().run(y, {keep: [0.5]})
