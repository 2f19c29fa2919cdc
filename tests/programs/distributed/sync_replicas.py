# run two_workers: ps=1 worker=2 --replicas_to_aggregate=2 --steps=150
# run backup_worker: ps=1 worker=3 --replicas_to_aggregate=2 --steps=150
# TF 1.15 never ends: worker:0
# tolerance: 0.04
"""Synchronous replicas: a step applies the mean gradient of several workers."""
from __future__ import print_function

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

flags = tf.app.flags
flags.DEFINE_string("ps_hosts", None, "parameter servers")
flags.DEFINE_string("worker_hosts", None, "workers")
flags.DEFINE_enum("job_name", "worker", ["ps", "worker"], "role of this process")
flags.DEFINE_integer("task_index", 0, "its number")
flags.DEFINE_integer("replicas_to_aggregate", None, "gradients a step; all workers by default")
flags.DEFINE_integer("steps", 100, "last step")
flags.DEFINE_string("train_dir", None, "for checkpoints")
FLAGS = flags.FLAGS


def run_worker(server, cluster):
    num_workers = cluster.num_tasks("worker")
    is_chief = FLAGS.task_index == 0
    mnist = input_data.read_data_sets("data", one_hot=True)

    with tf.device(tf.train.replica_device_setter(
            worker_device="/job:worker/task:{}".format(FLAGS.task_index), cluster=cluster)):
        x = tf.placeholder(tf.float32, [None, 784])
        y = tf.placeholder(tf.float32, [None, 10])
        hidden = tf.layers.dense(x, 50, activation=tf.nn.relu,
                                 kernel_initializer=tf.random_normal_initializer(stddev=0.05))
        logits = tf.layers.dense(hidden, 10,
                                 kernel_initializer=tf.random_normal_initializer(stddev=0.1))
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits))
        accuracy = tf.reduce_mean(tf.cast(
            tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1)), tf.float32))
        global_step = tf.contrib.framework.get_or_create_global_step()

        optimizer = tf.train.SyncReplicasOptimizer(
            tf.train.GradientDescentOptimizer(0.5),
            replicas_to_aggregate=FLAGS.replicas_to_aggregate or num_workers,
            total_num_replicas=num_workers)
        train_op = optimizer.minimize(loss, global_step=global_step)
        sync_hook = optimizer.make_session_run_hook(is_chief)

    test = {x: mnist.test.images, y: mnist.test.labels}
    hooks = [sync_hook, tf.train.StopAtStepHook(last_step=FLAGS.steps)]
    reached = 0.0
    with tf.train.MonitoredTrainingSession(
            master=server.target, is_chief=is_chief, hooks=hooks, stop_grace_period_secs=5,
            config=tf.ConfigProto(device_filters=[
                "/job:ps", "/job:worker/task:%d" % FLAGS.task_index])) as sess:
        if is_chief:
            print("the chief begins")
        while not sess.should_stop():
            xs, ys = mnist.train.next_batch(50)
            _, step = sess.run([train_op, global_step], feed_dict={x: xs, y: ys})
            if step > FLAGS.steps - 25 and not sess.should_stop():
                reached = max(reached, sess._tf_sess().run(accuracy, feed_dict=test))
        if is_chief:
            print("accuracy", reached)
        print("stopped")


def main(_):
    cluster = tf.train.ClusterSpec({"ps": FLAGS.ps_hosts.split(","),
                                    "worker": FLAGS.worker_hosts.split(",")})
    server = tf.train.Server(cluster, job_name=FLAGS.job_name, task_index=FLAGS.task_index,
                             protocol="grpc")
    if FLAGS.job_name == "ps":
        server.join()
    run_worker(server, cluster)


if __name__ == "__main__":
    tf.app.run(main=main)
