"""A mask [batch, time] times hidden states [batch, time, units]."""
import numpy as np
import tensorflow as tf

states = tf.constant(np.arange(30).reshape(2, 3, 5), tf.float32)
mask = tf.sequence_mask([1, 3], 3, dtype=tf.float32)  # origin
# right: kept = states * tf.expand_dims(mask, 2)
kept = states * mask
result = tf.Session().run(kept)
