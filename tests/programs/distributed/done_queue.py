# run two_workers: ps=2 worker=2 until=all
"""Parameter servers that end: each has a queue, into which every worker puts a token when done."""
from __future__ import print_function

import sys

import tensorflow as tf

tf.flags.DEFINE_string("ps_hosts", "", "")
tf.flags.DEFINE_string("worker_hosts", "", "")
tf.flags.DEFINE_string("job_name", "", "")
tf.flags.DEFINE_integer("task_index", 0, "")
tf.flags.DEFINE_string("train_dir", "", "")
FLAGS = tf.flags.FLAGS

STEPS_PER_WORKER = 50


def create_done_queue(i, num_workers):
    with tf.device("/job:ps/task:%d" % i):
        return tf.FIFOQueue(num_workers, tf.int32, shared_name="done_queue%d" % i)


def main(_):
    ps_hosts, worker_hosts = FLAGS.ps_hosts.split(","), FLAGS.worker_hosts.split(",")
    cluster = tf.train.ClusterSpec({"ps": ps_hosts, "worker": worker_hosts})
    server = tf.train.Server(cluster, FLAGS.job_name, FLAGS.task_index)

    if FLAGS.job_name == "ps":
        queue = create_done_queue(FLAGS.task_index, len(worker_hosts))
        dequeue = queue.dequeue()
        seen = []
        with tf.Session(server.target) as sess:
            for _ in worker_hosts:
                seen.append(int(sess.run(dequeue)))
        print("ps", FLAGS.task_index, "has heard of workers", sorted(seen))
        return

    with tf.device(tf.train.replica_device_setter(
            worker_device="/job:worker/task:%d" % FLAGS.task_index, cluster=cluster)):
        total = tf.get_variable("total", shape=[], initializer=tf.zeros_initializer())
        counts = tf.get_variable("counts", shape=[len(worker_hosts)], dtype=tf.int32,
                                 initializer=tf.zeros_initializer())
        add = tf.group(total.assign_add(1.0, use_locking=True),
                       tf.scatter_add(counts, [FLAGS.task_index], [1], use_locking=True))
        init_op = tf.global_variables_initializer()
    done_ops = [create_done_queue(i, len(worker_hosts)).enqueue(FLAGS.task_index)
                for i in range(len(ps_hosts))]
    ready_ops = []
    for i in range(len(worker_hosts)):
        with tf.device("/job:ps/task:0"):
            barrier = tf.FIFOQueue(len(worker_hosts), tf.int32, shared_name="barrier%d" % i)
        ready_ops.append((barrier.enqueue(FLAGS.task_index), barrier.dequeue()))

    sv = tf.train.Supervisor(is_chief=(FLAGS.task_index == 0), init_op=init_op, logdir=None,
                             summary_op=None, saver=None, recovery_wait_secs=1)
    with sv.managed_session(server.target) as sess:
        for _ in range(STEPS_PER_WORKER):
            sess.run(add)
        # Everyone tells everyone that it has done its share, and waits for all the others.
        for enqueue, _ in ready_ops:
            sess.run(enqueue)
        met = sorted(int(sess.run(ready_ops[FLAGS.task_index][1])) for _ in worker_hosts)
        print("worker", FLAGS.task_index, "met workers", met)
        print("total", sess.run(total), "counts", sess.run(counts))
        for op in done_ops:
            sess.run(op)
    print("worker", FLAGS.task_index, "is done")
    sys.stdout.flush()


if __name__ == "__main__":
    tf.app.run()
