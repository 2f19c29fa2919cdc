# run two_workers: ps=1 worker=2 --steps=600
# tolerance: 0.04
"""Softmax regression, asynchronously: between-graph replication with a Supervisor.

Start one process a task, for instance

    python async_supervisor.py --ps_hosts=localhost:2222 --worker_hosts=localhost:2223 \
        --job_name=worker --task_index=0
"""
from __future__ import print_function

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

flags = tf.app.flags
flags.DEFINE_string("ps_hosts", "localhost:2222", "comma-separated host:port pairs")
flags.DEFINE_string("worker_hosts", "localhost:2223", "comma-separated host:port pairs")
flags.DEFINE_string("job_name", "", "one of ps, worker")
flags.DEFINE_integer("task_index", 0, "index of the task within its job")
flags.DEFINE_string("train_dir", "logs", "where the chief writes checkpoints")
flags.DEFINE_integer("steps", 300, "global steps")
flags.DEFINE_integer("batch_size", 100, "digits in a batch")
FLAGS = flags.FLAGS


def main(_):
    cluster = tf.train.ClusterSpec({"ps": FLAGS.ps_hosts.split(","),
                                    "worker": FLAGS.worker_hosts.split(",")})
    server = tf.train.Server(cluster, job_name=FLAGS.job_name, task_index=FLAGS.task_index)
    if FLAGS.job_name == "ps":
        server.join()
        return

    is_chief = FLAGS.task_index == 0
    mnist = input_data.read_data_sets("MNIST_data", one_hot=True)
    with tf.device(tf.train.replica_device_setter(
            worker_device="/job:worker/task:%d" % FLAGS.task_index, cluster=cluster)):
        global_step = tf.Variable(0, name="global_step", trainable=False)
        x = tf.placeholder(tf.float32, [None, 784], name="x-input")
        y_ = tf.placeholder(tf.float32, [None, 10], name="y-input")
        W = tf.Variable(tf.zeros([784, 10]), name="weights")
        b = tf.Variable(tf.zeros([10]), name="biases")
        y = tf.nn.softmax(tf.matmul(x, W) + b)
        cross_entropy = tf.reduce_mean(
            -tf.reduce_sum(y_ * tf.log(tf.clip_by_value(y, 1e-10, 1.0)), reduction_indices=[1]))
        train_op = tf.train.GradientDescentOptimizer(0.3).minimize(
            cross_entropy, global_step=global_step)
        correct = tf.equal(tf.argmax(y, 1), tf.argmax(y_, 1))
        accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
        tf.summary.scalar("cost", cross_entropy)
        summary_op = tf.summary.merge_all()
        init_op = tf.global_variables_initializer()
        saver = tf.train.Saver()
    print("variables on", W.device, b.device)
    print("product on", y.op.device)

    sv = tf.train.Supervisor(is_chief=is_chief, logdir=FLAGS.train_dir, init_op=init_op,
                             summary_op=None, saver=saver, global_step=global_step,
                             save_model_secs=0, recovery_wait_secs=1)
    with sv.managed_session(server.target) as sess:
        step, local_step = 0, 0
        while not sv.should_stop() and step < FLAGS.steps:
            batch_x, batch_y = mnist.train.next_batch(FLAGS.batch_size)
            _, step = sess.run([train_op, global_step], feed_dict={x: batch_x, y_: batch_y})
            if is_chief and local_step % 50 == 0:
                sv.summary_computed(sess, sess.run(summary_op,
                                                   feed_dict={x: batch_x, y_: batch_y}))
            local_step += 1
        print("accuracy", sess.run(accuracy, feed_dict={x: mnist.test.images,
                                                        y_: mnist.test.labels}))
    sv.stop()
    print("done")


if __name__ == "__main__":
    tf.app.run()
