"""Sentences of different lengths don't make a batch; padded ones do."""
import tensorflow as tf

dataset = tf.data.Dataset.range(1, 9).map(lambda n: tf.fill([n], n)).take(2)
# right: batches = dataset.padded_batch(2, padded_shapes=[None])
batches = dataset.batch(2)
element = batches.make_one_shot_iterator().get_next()
result = tf.Session().run(element)
