"""A convolutional network as a custom Estimator: train, evaluate, predict, and go on training."""
from __future__ import division, print_function

import shutil
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets("/tmp/data/", one_hot=False, seed=1)
tf.logging.set_verbosity(tf.logging.ERROR)

learning_rate = 0.002
num_steps = 60
batch_size = 64


def conv_net(x_dict, n_classes, dropout, reuse, is_training):
    with tf.variable_scope('ConvNet', reuse=reuse):
        x = tf.reshape(x_dict['images'], shape=[-1, 28, 28, 1])
        conv1 = tf.layers.conv2d(x, 8, 5, activation=tf.nn.relu)
        conv1 = tf.layers.max_pooling2d(conv1, 2, 2)
        conv2 = tf.layers.conv2d(conv1, 16, 3, activation=tf.nn.relu)
        conv2 = tf.layers.max_pooling2d(conv2, 2, 2)
        fc1 = tf.layers.dense(tf.contrib.layers.flatten(conv2), 64)
        fc1 = tf.layers.dropout(fc1, rate=dropout, training=is_training)
        return tf.layers.dense(fc1, n_classes)


def model_fn(features, labels, mode, params):
    logits_train = conv_net(features, 10, params['dropout'], reuse=False, is_training=True)
    logits_test = conv_net(features, 10, params['dropout'], reuse=True, is_training=False)
    pred_classes = tf.argmax(logits_test, axis=1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions=pred_classes)
    loss_op = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
        logits=logits_train, labels=tf.cast(labels, dtype=tf.int32)))
    optimizer = tf.train.AdamOptimizer(learning_rate=learning_rate)
    train_op = optimizer.minimize(loss_op, global_step=tf.train.get_global_step())
    acc_op = tf.metrics.accuracy(labels=labels, predictions=pred_classes)
    return tf.estimator.EstimatorSpec(
        mode=mode, predictions=pred_classes, loss=loss_op, train_op=train_op,
        eval_metric_ops={'accuracy': acc_op})


class Losses(tf.train.SessionRunHook):
    """Prints the loss of some steps."""

    def before_run(self, run_context):
        return tf.train.SessionRunArgs(['Mean:0', 'global_step:0'])

    def after_run(self, run_context, run_values):
        loss, step = run_values.results
        if step % 20 == 0:
            print("Step %d, loss %.2f" % (step, loss))


folder = tempfile.mkdtemp()
config = tf.estimator.RunConfig(model_dir=folder, tf_random_seed=1)
model = tf.estimator.Estimator(model_fn, config=config, params={'dropout': 0.0})
input_fn = tf.estimator.inputs.numpy_input_fn(
    x={'images': mnist.train.images}, y=mnist.train.labels, batch_size=batch_size,
    num_epochs=None, shuffle=False)
model.train(input_fn, steps=num_steps, hooks=[Losses()])
test_fn = tf.estimator.inputs.numpy_input_fn(
    x={'images': mnist.test.images}, y=mnist.test.labels, batch_size=batch_size, shuffle=False)
e = model.evaluate(test_fn)
print("Testing Accuracy over 0.8:", e['accuracy'] > 0.8, "after", e['global_step'], "steps")

predict_fn = tf.estimator.inputs.numpy_input_fn(
    x={'images': mnist.test.images[:4]}, shuffle=False)
preds = list(model.predict(predict_fn))
print("Predictions right:", np.mean(preds == mnist.test.labels[:4]) >= 0.5, len(preds))

model.train(input_fn, max_steps=num_steps + 10)
print(model.get_variable_value('global_step'), model.latest_checkpoint()[len(folder):])
print(*model.get_variable_names(), sep="\n")
shutil.rmtree(folder)
