# tf.estimator.train_and_evaluate: the same program in every process, told apart by TF_CONFIG.
# The evaluator is no part of the cluster: it looks for new checkpoints in the model's folder.
# run chief_and_worker: ps=1 chief=1 worker=1 evaluator=1 until=chief:0,worker:0,evaluator:0
# run master_and_worker: ps=1 master=1 worker=1 until=master:0,worker:0
# tolerance: 0.02
import json
import logging
import os
import re
import time

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_string("ps_hosts", "", "")
flags.DEFINE_string("chief_hosts", "", "")
flags.DEFINE_string("master_hosts", "", "")
flags.DEFINE_string("worker_hosts", "", "")
flags.DEFINE_string("evaluator_hosts", "", "")
flags.DEFINE_string("job_name", "", "")
flags.DEFINE_integer("task_index", 0, "")
flags.DEFINE_string("train_dir", "", "")
FLAGS = flags.FLAGS
LAST = 60
# What depends on the library, or on who is quicker.
VARYING = re.compile("deprecated|^From |^Using config|^TF_CONFIG|Waiting for model|seems that"
                     "|^loss =|^global_step/sec|^Skip the current|^No new checkpoint"
                     "|^Estimator is not trained|before starting next eval run")


class Printer(logging.Handler):
    """Prints what is logged, each kind of line once, without its numbers."""
    seen = set()

    def emit(self, record):
        text = record.getMessage().replace(FLAGS.train_dir, "logs").split("\n")[0]
        text = re.sub(r"\d+(\.\d+)?(e-\d+)?", "#", text)
        if VARYING.search(text):
            return
        if text not in self.seen:
            self.seen.add(text)
            print(record.levelname, text)


class Slowly(tf.train.SessionRunHook):
    """Gives the worker time to take part."""

    def after_run(self, run_context, run_values):
        time.sleep(0.1)


def model_fn(features, labels, mode, config):
    with tf.variable_scope("line"):
        w = tf.get_variable("w", [1, 1], initializer=tf.zeros_initializer())
        b = tf.get_variable("b", [1], initializer=tf.zeros_initializer())
    y = tf.matmul(features["x"], w) + b
    loss = tf.losses.mean_squared_error(labels, y)
    if mode == tf.estimator.ModeKeys.TRAIN:
        print(config.task_type, config.is_chief, config.num_ps_replicas,
              config.num_worker_replicas, "w on", w.device, "y on", y.device)
    train_op = tf.train.GradientDescentOptimizer(0.8).minimize(
        loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(
        mode, predictions={"y": y}, loss=loss, train_op=train_op,
        eval_metric_ops={"error": tf.metrics.mean_absolute_error(labels, y)})


def input_fn():
    x = np.linspace(-1, 1, 20).astype(np.float32).reshape(20, 1)
    return tf.data.Dataset.from_tensor_slices(({"x": x}, 2 * x + 3)).repeat().batch(20)


def main(_):
    logger = logging.getLogger("tensorflow")
    logger.handlers[:] = [Printer()]
    logger.setLevel(logging.INFO)
    cluster = {"ps": FLAGS.ps_hosts.split(","), "worker": FLAGS.worker_hosts.split(",")}
    if FLAGS.chief_hosts:
        cluster["chief"] = FLAGS.chief_hosts.split(",")
    else:
        cluster["master"] = FLAGS.master_hosts.split(",")
    os.environ["TF_CONFIG"] = json.dumps({
        "cluster": cluster, "task": {"type": FLAGS.job_name, "index": FLAGS.task_index}})
    config = tf.estimator.RunConfig(
        model_dir=FLAGS.train_dir, save_checkpoints_steps=20, tf_random_seed=1,
        experimental_max_worker_delay_secs=1)
    print(config.task_type, config.task_id, config.global_id_in_cluster)
    estimator = tf.estimator.Estimator(model_fn, config=config)
    tf.estimator.train_and_evaluate(
        estimator, tf.estimator.TrainSpec(input_fn, max_steps=LAST, hooks=[Slowly()]),
        tf.estimator.EvalSpec(input_fn, steps=1, start_delay_secs=1, throttle_secs=1))
    if FLAGS.job_name in ("evaluator", "master"):
        results = estimator.evaluate(input_fn, steps=1)
        print(results["global_step"] >= LAST, results["loss"] < 1e-5, results["error"] < 1e-3)
        print("w", estimator.get_variable_value("line/w"))
        print("b", estimator.get_variable_value("line/b"))
    print("done")


if __name__ == "__main__":
    tf.app.run()
