"""Word numbers were declared as floats, like everything else."""
import numpy as np
import tensorflow as tf

words = tf.placeholder(tf.float32, [None, 3], name="words")  # origin
embeddings = tf.constant(np.arange(10).reshape(5, 2), tf.float32)
# right: vectors = tf.nn.embedding_lookup(embeddings, tf.cast(words, tf.int32))
vectors = tf.nn.embedding_lookup(embeddings, words)
result = tf.Session().run(vectors, {words: [[0, 4, 1]]})
