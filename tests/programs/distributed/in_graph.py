# run two_towers: ps=1 worker=2 --steps=40 until=worker:0
"""In-graph replication: one client, one graph, a tower on each worker, averaged gradients."""
from __future__ import print_function

import argparse

import numpy as np
import tensorflow as tf

parser = argparse.ArgumentParser()
parser.add_argument("--ps_hosts", type=str)
parser.add_argument("--worker_hosts", type=str)
parser.add_argument("--job_name", type=str, choices=["ps", "worker"])
parser.add_argument("--task_index", type=int, default=0)
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--train_dir", type=str, default="logs")
args = parser.parse_args()

worker_hosts = args.worker_hosts.split(",")
cluster = tf.train.ClusterSpec({"ps": args.ps_hosts.split(","), "worker": worker_hosts})
server = tf.train.Server(cluster, job_name=args.job_name, task_index=args.task_index)

if args.job_name == "ps" or args.task_index > 0:
    server.join()

# Only the first worker gets here: it is the client of the whole cluster.
random = np.random.RandomState(7)
data_x = random.rand(64, 5).astype(np.float32)
true_w = np.array([[1.0], [-2.0], [3.0], [0.5], [-1.5]], np.float32)
data_y = data_x.dot(true_w) + 0.3

with tf.device("/job:ps/task:0"):
    w = tf.Variable(tf.zeros([5, 1]), name="w")
    b = tf.Variable(tf.zeros([1]), name="b")
    step = tf.Variable(0, name="step", trainable=False)
    x = tf.placeholder(tf.float32, [None, 5])
    y = tf.placeholder(tf.float32, [None, 1])
    x_parts = tf.split(x, len(worker_hosts), 0)
    y_parts = tf.split(y, len(worker_hosts), 0)

opt = tf.train.MomentumOptimizer(0.1, 0.9)
tower_grads, tower_losses = [], []
for i in range(len(worker_hosts)):
    with tf.device("/job:worker/task:%d/cpu:0" % i), tf.name_scope("tower_%d" % i):
        prediction = tf.matmul(x_parts[i], w) + b
        loss = tf.reduce_mean(tf.square(prediction - y_parts[i]))
        tower_grads.append(opt.compute_gradients(loss, [w, b]))
        tower_losses.append(loss)
        print(loss.op.name, "on", loss.device)

with tf.device("/job:ps/task:0"):
    average = [(tf.add_n([grad for grad, _ in pairs]) / len(pairs), pairs[0][1])
               for pairs in zip(*tower_grads)]
    train_op = opt.apply_gradients(average, global_step=step)
    total_loss = tf.add_n(tower_losses) / len(tower_losses)

with tf.Session(server.target) as sess:
    print(sorted(device.name for device in sess.list_devices() if device.device_type == "CPU"))
    sess.run(tf.global_variables_initializer())
    for i in range(args.steps):
        cost, _ = sess.run([total_loss, train_op], feed_dict={x: data_x, y: data_y})
        if i % 10 == 0:
            print("step %d loss %.5f" % (i, cost))
    print("w", np.round(sess.run(w).ravel(), 3), "b", np.round(sess.run(b), 3))
    print("global step", sess.run(step))

# Another session, opened at the parameter server itself, finds the same variables.
with tf.Session("grpc://" + args.ps_hosts) as sess:
    print("seen from the ps: step", sess.run(step))
