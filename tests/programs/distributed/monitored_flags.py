# run two_workers: ps=2 worker=2 --steps=400
# tolerance: 0.04
"""A network with one hidden layer, asynchronously: MonitoredTrainingSession stops at a step."""
from __future__ import absolute_import, division, print_function

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

tf.app.flags.DEFINE_string("ps_hosts", "", "parameter servers, host:port,host:port")
tf.app.flags.DEFINE_string("worker_hosts", "", "workers, host:port,host:port")
tf.app.flags.DEFINE_string("job_name", "worker", "ps or worker")
tf.app.flags.DEFINE_integer("task_index", 0, "number of this task")
tf.app.flags.DEFINE_string("train_dir", "train_logs", "checkpoints and events")
tf.app.flags.DEFINE_integer("hidden_units", 64, "units of the hidden layer")
tf.app.flags.DEFINE_float("learning_rate", 0.005, "of Adam")
tf.app.flags.DEFINE_integer("steps", 200, "last global step")
FLAGS = tf.app.flags.FLAGS


def model(x):
    with tf.variable_scope("hidden"):
        w = tf.get_variable("w", [784, FLAGS.hidden_units],
                            initializer=tf.truncated_normal_initializer(stddev=1.0 / 28))
        b = tf.get_variable("b", [FLAGS.hidden_units], initializer=tf.zeros_initializer())
        hidden = tf.nn.relu(tf.nn.xw_plus_b(x, w, b))
    with tf.variable_scope("softmax"):
        w = tf.get_variable("w", [FLAGS.hidden_units, 10],
                            initializer=tf.truncated_normal_initializer(stddev=0.1))
        b = tf.get_variable("b", [10], initializer=tf.zeros_initializer())
        return tf.nn.xw_plus_b(hidden, w, b)


def main(unused_argv):
    ps_hosts = FLAGS.ps_hosts.split(",")
    worker_hosts = FLAGS.worker_hosts.split(",")
    cluster = tf.train.ClusterSpec({"ps": ps_hosts, "worker": worker_hosts})
    server = tf.train.Server(cluster, job_name=FLAGS.job_name, task_index=FLAGS.task_index)
    if FLAGS.job_name == "ps":
        server.join()
    elif FLAGS.job_name == "worker":
        mnist = input_data.read_data_sets("/tmp/mnist", one_hot=False)
        worker_device = "/job:worker/task:%d" % FLAGS.task_index
        with tf.device(tf.train.replica_device_setter(worker_device=worker_device,
                                                      cluster=cluster)):
            images = tf.placeholder(tf.float32, [None, 784])
            labels = tf.placeholder(tf.int64, [None])
            logits = model(images)
            loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
            global_step = tf.train.get_or_create_global_step()
            train_op = tf.train.AdamOptimizer(FLAGS.learning_rate).minimize(
                loss, global_step=global_step)
            accuracy = tf.reduce_mean(
                tf.to_float(tf.nn.in_top_k(logits, labels, 1)), name="accuracy")
        for variable in tf.trainable_variables():
            print(variable.name, variable.device)

        hooks = [tf.train.StopAtStepHook(last_step=FLAGS.steps), tf.train.NanTensorHook(loss)]
        config = tf.ConfigProto(device_filters=["/job:ps", worker_device])
        best = 0.0
        with tf.train.MonitoredTrainingSession(
                master=server.target, is_chief=(FLAGS.task_index == 0),
                checkpoint_dir=FLAGS.train_dir, hooks=hooks, config=config,
                save_summaries_steps=100, log_step_count_steps=None) as mon_sess:
            while not mon_sess.should_stop():
                xs, ys = mnist.train.next_batch(100)
                mon_sess.run(train_op, feed_dict={images: xs, labels: ys})
        if FLAGS.task_index == 0:
            checkpoint = tf.train.latest_checkpoint(FLAGS.train_dir)
            with tf.Session(server.target, config=config) as sess:
                tf.train.Saver().restore(sess, checkpoint)
                best = sess.run(accuracy, feed_dict={images: mnist.test.images,
                                                     labels: mnist.test.labels})
                print("accuracy {:.4f}".format(best))
        print("worker", FLAGS.task_index, "has stopped")


if __name__ == "__main__":
    tf.app.run()
