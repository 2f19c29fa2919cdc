# A ready-made estimator whose columns have variables and tables on parameter servers.
# run two_ps: ps=2 chief=1 worker=1 until=chief:0,worker:0
import json
import os
import time

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


class Slowly(tf.train.SessionRunHook):
    """Gives the worker time to take part, and prints where variables are."""

    def begin(self):
        for variable in tf.global_variables():
            print(variable.name, variable.device)

    def after_run(self, run_context, run_values):
        time.sleep(0.05)


def rows():
    random = np.random.RandomState(0)
    words = np.array(["red", "green", "blue", "grey"])[random.randint(0, 4, 200)]
    x = random.rand(200, 2).astype(np.float32)
    return {"x": x, "word": words}, ((x.sum(1) > 1) == (words != "red")).astype(np.int64)


def main(_):
    os.environ["TF_CONFIG"] = json.dumps({
        "cluster": {"ps": FLAGS.ps_hosts.split(","), "chief": FLAGS.chief_hosts.split(","),
                    "worker": FLAGS.worker_hosts.split(",")},
        "task": {"type": FLAGS.job_name, "index": FLAGS.task_index}})
    config = tf.estimator.RunConfig(model_dir=FLAGS.train_dir, tf_random_seed=1,
                                    experimental_max_worker_delay_secs=1)
    word = tf.feature_column.categorical_column_with_vocabulary_list(
        "word", ["red", "green", "blue"], num_oov_buckets=1)
    x = tf.feature_column.numeric_column("x", shape=(2,))
    features, labels = rows()
    estimator = tf.estimator.DNNClassifier(
        [16], [x, tf.feature_column.embedding_column(word, 3)], config=config,
        optimizer=tf.train.AdamOptimizer(0.03))
    input_fn = tf.estimator.inputs.numpy_input_fn(
        features, labels, batch_size=50, num_epochs=None, shuffle=True)
    eval_fn = tf.estimator.inputs.numpy_input_fn(features, labels, shuffle=False)
    tf.estimator.train_and_evaluate(
        estimator, tf.estimator.TrainSpec(input_fn, max_steps=120, hooks=[Slowly()]),
        tf.estimator.EvalSpec(eval_fn))
    if FLAGS.job_name == "chief":
        del os.environ["TF_CONFIG"]
        alone = tf.estimator.DNNClassifier(
            [16], [x, tf.feature_column.embedding_column(word, 3)], FLAGS.train_dir)
        results = alone.evaluate(eval_fn)
        print(results["accuracy"] > 0.8, results["auc"] > 0.85, results["global_step"] >= 120)
        print(*alone.get_variable_names(), sep="\n")
    print("done")


if __name__ == "__main__":
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.app.run()
