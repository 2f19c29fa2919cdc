"""All words of a sentence at once go through the output layer of Word2Vec."""
import numpy as np
import tensorflow as tf

table = tf.constant(np.arange(8).reshape(4, 2), tf.float32)
words = tf.constant([[0, 1, 2], [3, 2, 1]])
vectors = tf.nn.embedding_lookup(table, words)  # origin
# right: scores = tf.tensordot(vectors, table, [[2], [1]])
# right: scores = tf.matmul(tf.reshape(vectors, [-1, 2]), table, transpose_b=True)
scores = tf.matmul(vectors, table, transpose_b=True)
result = tf.Session().run(scores)
