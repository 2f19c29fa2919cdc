"""A TF1 program as courses have them: between-graph replication, or one process without --ps_hosts.

It says which weights it ends with. Its data follow from the step, so that one worker alone learns
what a single process does.
"""

import numpy as np
import tensorflow as tf

tf.app.flags.DEFINE_string("ps_hosts", "", "parameter servers, host:port,host:port")
tf.app.flags.DEFINE_string("worker_hosts", "", "workers, host:port,host:port")
tf.app.flags.DEFINE_string("job_name", "worker", "ps or worker")
tf.app.flags.DEFINE_integer("task_index", 0, "number of this task")
tf.app.flags.DEFINE_integer("steps", 60, "last global step")
FLAGS = tf.app.flags.FLAGS


def batch(step):
    """16 points of a plane."""
    x = np.random.RandomState(step).uniform(-1, 1, [16, 3]).astype(np.float32)
    return x, x.dot([[1.0], [-2.0], [0.5]]) + 0.25


def main(unused_argv):
    """Train; print the weights."""
    target, device, is_chief = "", "", True
    if FLAGS.ps_hosts:
        cluster = tf.train.ClusterSpec({"ps": FLAGS.ps_hosts.split(","),
                                        "worker": FLAGS.worker_hosts.split(",")})
        server = tf.train.Server(cluster, job_name=FLAGS.job_name, task_index=FLAGS.task_index)
        if FLAGS.job_name == "ps":
            server.join()
            return
        target, is_chief = server.target, FLAGS.task_index == 0
        device = tf.train.replica_device_setter(
            cluster=cluster, worker_device=f"/job:worker/task:{FLAGS.task_index}")
    with tf.device(device):
        x = tf.placeholder(tf.float32, [None, 3])
        y = tf.placeholder(tf.float32, [None, 1])
        w = tf.get_variable("w", [3, 1], initializer=tf.zeros_initializer())
        b = tf.get_variable("b", [1], initializer=tf.zeros_initializer())
        loss = tf.reduce_mean(tf.square(tf.matmul(x, w) + b - y))
        step = tf.train.get_or_create_global_step()
        train = tf.train.GradientDescentOptimizer(0.2).minimize(loss, global_step=step)
        with tf.control_dependencies([train]):  # else a server may send what was before the update
            after = [w.read_value(), b.read_value(), step.read_value()]
    hooks = [tf.train.StopAtStepHook(last_step=FLAGS.steps)]
    learned, done = None, 0
    with tf.train.MonitoredTrainingSession(target, is_chief=is_chief, hooks=hooks) as session:
        while not session.should_stop():
            xs, ys = batch(done)
            *learned, done = session.run(after, {x: xs, y: ys})
    print("variables on", w.device or "this process")
    print("learned", np.concatenate([value.ravel() for value in learned]).tolist())


if __name__ == "__main__":
    tf.app.run()
