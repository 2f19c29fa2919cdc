# run restored: ps=1 worker=1
"""Hooks with the variables on a parameter server, then a second run from its checkpoint.

The parameter server joins, and nothing after that is for it: there is no `else`.
"""
from __future__ import print_function

import os

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_string("ps_hosts", "", "comma-separated host:port pairs")
flags.DEFINE_string("worker_hosts", "", "comma-separated host:port pairs")
flags.DEFINE_string("job_name", "", "ps or worker")
flags.DEFINE_integer("task_index", 0, "index of the task within its job")
flags.DEFINE_string("train_dir", "logs", "checkpoints and events")
FLAGS = flags.FLAGS


class PrintLoss(tf.train.SessionRunHook):
    def __init__(self, loss):
        self.loss, self.runs = loss, 0

    def begin(self):
        self.step = tf.train.get_global_step()

    def after_create_session(self, session, coord):
        print("session:", type(session).__name__, "stop:", coord.should_stop())

    def before_run(self, run_context):
        self.runs += 1
        return tf.train.SessionRunArgs([self.loss, self.step])

    def after_run(self, run_context, run_values):
        loss, step = run_values.results
        if self.runs % 3 == 0:
            print("run %d: step %d, loss %.4f" % (self.runs, step, loss))

    def end(self, session):
        print("end at step", session.run(self.step))


class Feed(tf.train.SessionRunHook):
    def __init__(self, x):
        self.x = x

    def before_run(self, run_context):
        return tf.train.SessionRunArgs(None, feed_dict={self.x: np.full([4, 3], 0.5, np.float32)})


def main(_):
    cluster = tf.train.ClusterSpec({"ps": FLAGS.ps_hosts.split(","),
                                    "worker": FLAGS.worker_hosts.split(",")})
    server = tf.train.Server(cluster, FLAGS.job_name, FLAGS.task_index)
    if FLAGS.job_name == "ps":
        server.join()

    with tf.device(tf.train.replica_device_setter(1, worker_device="/job:worker/task:0")):
        x = tf.placeholder(tf.float32, [None, 3], "x")
        w = tf.get_variable("w", [3, 2], initializer=tf.constant_initializer(0.1))
        loss = tf.reduce_mean(tf.square(tf.matmul(x, w) - 1), name="loss")
        step = tf.train.get_or_create_global_step()
        rate = tf.train.exponential_decay(0.1, step, 5, 0.9, staircase=True)
        train = tf.train.MomentumOptimizer(rate, 0.9).minimize(loss, step)
        tf.summary.scalar("loss", loss)
        tf.summary.scalar("rate", rate)
        summaries = tf.summary.merge_all()

    folder = FLAGS.train_dir
    last = tf.train.FinalOpsHook([w, step])
    hooks = [PrintLoss(loss), Feed(x), tf.train.StopAtStepHook(num_steps=20), last,
             tf.train.CheckpointSaverHook(folder, save_steps=7),
             tf.train.SummarySaverHook(5, output_dir=folder, summary_op=summaries),
             tf.train.NanTensorHook(loss)]
    with tf.train.MonitoredTrainingSession(
            server.target, True, folder, hooks=hooks, save_checkpoint_secs=None,
            save_summaries_steps=None, log_step_count_steps=None) as session:
        while not session.should_stop():
            session.run(train)
    print("last:", np.round(last.final_ops_values[0], 4).tolist(), last.final_ops_values[1])
    print(sorted(name for name in os.listdir(folder) if name.startswith("model")))
    events = [os.path.join(folder, name) for name in os.listdir(folder) if "events" in name]
    for event in tf.train.summary_iterator(events[0]):
        for value in event.summary.value:
            print("summary at %d: %s %.4f" % (event.step, value.tag, value.simple_value))

    with tf.train.MonitoredTrainingSession(
            server.target, True, folder, hooks=[Feed(x), tf.train.StopAtStepHook(num_steps=2)],
            save_checkpoint_secs=None, log_step_count_steps=None) as session:
        while not session.should_stop():
            print("again: step", session.run([train, step])[1])


if __name__ == "__main__":
    tf.app.run()
