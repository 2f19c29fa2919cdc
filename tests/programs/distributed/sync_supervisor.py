# run two_workers: ps=1 worker=2 --sync_replicas --train_steps=120
# run asynchronous: ps=1 worker=2 --train_steps=240
# tolerance: 0.04
"""Digits with or without synchronous replicas, by a Supervisor that starts the chief's queue."""
from __future__ import absolute_import, division, print_function

import math
import tempfile

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

flags = tf.app.flags
flags.DEFINE_integer("task_index", None, "index of this task; 0 is the chief")
flags.DEFINE_integer("replicas_to_aggregate", None, "gradients to gather before an update")
flags.DEFINE_integer("hidden_units", 60, "units of the hidden layer")
flags.DEFINE_integer("train_steps", 100, "global steps")
flags.DEFINE_integer("batch_size", 50, "digits in a batch")
flags.DEFINE_float("learning_rate", 0.01, "learning rate")
flags.DEFINE_boolean("sync_replicas", False, "gather the gradients of all workers")
flags.DEFINE_string("ps_hosts", "localhost:2222", "parameter servers")
flags.DEFINE_string("worker_hosts", "localhost:2223,localhost:2224", "workers")
flags.DEFINE_string("job_name", None, "job name: worker or ps")
flags.DEFINE_string("train_dir", None, "not used: the chief makes a folder of its own")
FLAGS = flags.FLAGS


def main(unused_argv):
    if FLAGS.job_name is None or FLAGS.job_name == "":
        raise ValueError("Must specify an explicit `job_name`")
    if FLAGS.task_index is None:
        raise ValueError("Must specify an explicit `task_index`")
    cluster = tf.train.ClusterSpec({"ps": FLAGS.ps_hosts.split(","),
                                    "worker": FLAGS.worker_hosts.split(",")})
    server = tf.train.Server(cluster, job_name=FLAGS.job_name, task_index=FLAGS.task_index)
    if FLAGS.job_name == "ps":
        server.join()

    mnist = input_data.read_data_sets("/tmp/mnist-data", one_hot=True)
    num_workers = len(FLAGS.worker_hosts.split(","))
    is_chief = (FLAGS.task_index == 0)
    worker_device = "/job:worker/task:%d/cpu:0" % FLAGS.task_index
    with tf.device(tf.train.replica_device_setter(
            worker_device=worker_device, ps_device="/job:ps/cpu:0", cluster=cluster)):
        global_step = tf.Variable(0, name="global_step", trainable=False)
        hid_w = tf.Variable(tf.truncated_normal([784, FLAGS.hidden_units], stddev=1.0 / 28),
                            name="hid_w")
        hid_b = tf.Variable(tf.zeros([FLAGS.hidden_units]), name="hid_b")
        sm_w = tf.Variable(tf.truncated_normal([FLAGS.hidden_units, 10],
                                               stddev=1.0 / math.sqrt(FLAGS.hidden_units)),
                           name="sm_w")
        sm_b = tf.Variable(tf.zeros([10]), name="sm_b")
        x = tf.placeholder(tf.float32, [None, 784])
        y_ = tf.placeholder(tf.float32, [None, 10])
        hid = tf.nn.relu(tf.nn.xw_plus_b(x, hid_w, hid_b))
        y = tf.nn.softmax(tf.nn.xw_plus_b(hid, sm_w, sm_b))
        cross_entropy = -tf.reduce_sum(y_ * tf.log(tf.clip_by_value(y, 1e-10, 1.0)))
        opt = tf.train.AdamOptimizer(FLAGS.learning_rate)
        if FLAGS.sync_replicas:
            opt = tf.train.SyncReplicasOptimizer(
                opt, replicas_to_aggregate=FLAGS.replicas_to_aggregate or num_workers,
                total_num_replicas=num_workers, name="mnist_sync_replicas")
        train_step = opt.minimize(cross_entropy, global_step=global_step)
        accuracy = tf.reduce_mean(tf.cast(
            tf.equal(tf.argmax(y, 1), tf.argmax(y_, 1)), tf.float32))

        init_op = tf.global_variables_initializer()
        if FLAGS.sync_replicas:
            local_init_op = opt.chief_init_op if is_chief else opt.local_step_init_op
            chief_queue_runner = opt.get_chief_queue_runner()
            sync_init_op = opt.get_init_tokens_op()
            sv = tf.train.Supervisor(
                is_chief=is_chief, logdir=tempfile.mkdtemp(), init_op=init_op,
                local_init_op=local_init_op,
                ready_for_local_init_op=opt.ready_for_local_init_op,
                recovery_wait_secs=1, global_step=global_step)
        else:
            sv = tf.train.Supervisor(is_chief=is_chief, logdir=tempfile.mkdtemp(),
                                     init_op=init_op, recovery_wait_secs=1,
                                     global_step=global_step)

    sess_config = tf.ConfigProto(
        allow_soft_placement=True, log_device_placement=False,
        device_filters=["/job:ps", "/job:worker/task:%d" % FLAGS.task_index])
    sess = sv.prepare_or_wait_for_session(server.target, config=sess_config)
    print("worker %d: session is ready" % FLAGS.task_index)
    if FLAGS.sync_replicas and is_chief:
        sess.run(sync_init_op)
        sv.start_queue_runners(sess, [chief_queue_runner])

    while True:
        batch_xs, batch_ys = mnist.train.next_batch(FLAGS.batch_size)
        _, step = sess.run([train_step, global_step], feed_dict={x: batch_xs, y_: batch_ys})
        if step >= FLAGS.train_steps:
            break
    if is_chief:
        print("accuracy", sess.run(accuracy, feed_dict={x: mnist.test.images,
                                                        y_: mnist.test.labels}))
    print("worker %d: training ends" % FLAGS.task_index)


if __name__ == "__main__":
    tf.app.run()
