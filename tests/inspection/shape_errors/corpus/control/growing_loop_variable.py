"""A loop variable that grows has to be announced by shape_invariants."""
import tensorflow as tf

i = tf.constant(0)
found = tf.constant([0])  # origin
# right: _, found = tf.while_loop(lambda i, f: i < 3, lambda i, f: (i + 1, tf.concat([f, [i]], 0)), [i, found], shape_invariants=[i.shape, tf.TensorShape([None])])
_, found = tf.while_loop(lambda i, f: i < 3, lambda i, f: (i + 1, tf.concat([f, [i]], 0)), [i, found])
result = tf.Session().run(found)
