"""Columns of a text file are strings until they are parsed."""
import tensorflow as tf

fields = tf.constant(["1.5", "2.5"], name="fields")  # origin
# right: doubled = tf.string_to_number(fields) * 2.0
doubled = fields * 2.0
result = tf.Session().run(doubled)
