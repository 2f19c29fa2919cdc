# A custom estimator with synchronous updates: the optimizer's hook is one of the training hooks.
# run two_workers: ps=1 chief=1 worker=1 until=chief:0
import json
import os

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_string("ps_hosts", "", "")
flags.DEFINE_string("chief_hosts", "", "")
flags.DEFINE_string("worker_hosts", "", "")
flags.DEFINE_string("job_name", "", "")
flags.DEFINE_integer("task_index", 0, "")
flags.DEFINE_string("train_dir", "", "")
FLAGS = flags.FLAGS


def model_fn(features, labels, mode, config):
    w = tf.get_variable("w", [], initializer=tf.zeros_initializer())
    loss = tf.reduce_mean(tf.square(w * features["x"] - labels))
    optimizer = tf.train.SyncReplicasOptimizer(
        tf.train.GradientDescentOptimizer(0.1), replicas_to_aggregate=config.num_worker_replicas,
        total_num_replicas=config.num_worker_replicas)
    train_op = optimizer.minimize(loss, global_step=tf.train.get_global_step())
    hook = optimizer.make_session_run_hook(config.is_chief)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, training_hooks=[hook])


class Losses(tf.train.SessionRunHook):
    """Whoever computes the gradients, each step divides the loss by 4."""
    found = []

    def before_run(self, run_context):
        return tf.train.SessionRunArgs(tf.get_collection(tf.GraphKeys.LOSSES)[0])

    def after_run(self, run_context, run_values):
        self.found.append(run_values.results)


def input_fn():
    x = np.array([1.0, 2.0], np.float32)
    return tf.data.Dataset.from_tensors(({"x": x}, 3 * x)).repeat()


def main(_):
    os.environ["TF_CONFIG"] = json.dumps({
        "cluster": {"ps": FLAGS.ps_hosts.split(","), "chief": FLAGS.chief_hosts.split(","),
                    "worker": FLAGS.worker_hosts.split(",")},
        "task": {"type": FLAGS.job_name, "index": FLAGS.task_index}})
    config = tf.estimator.RunConfig(model_dir=FLAGS.train_dir,
                                    experimental_max_worker_delay_secs=1)
    estimator = tf.estimator.Estimator(model_fn, config=config)
    tf.estimator.train_and_evaluate(
        estimator, tf.estimator.TrainSpec(input_fn, max_steps=8, hooks=[Losses()]),
        tf.estimator.EvalSpec(input_fn))
    known = 22.5 * 0.25 ** np.arange(20)
    print("losses", len(Losses.found) > 0, all(np.abs(known - loss).min() < 1e-4
                                               for loss in Losses.found))
    print("w", abs(estimator.get_variable_value("w") - 3) < 0.02,
          estimator.get_variable_value("global_step") >= 8)


if __name__ == "__main__":
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.app.run()
