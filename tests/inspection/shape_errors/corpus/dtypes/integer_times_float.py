"""An integer tensor times a float tensor: nothing is converted by itself."""
import tensorflow as tf

count = tf.constant(3, name="count")
price = tf.constant(2.5, name="price")
# right: total = tf.cast(count, tf.float32) * price
total = count * price
result = tf.Session().run(total)
