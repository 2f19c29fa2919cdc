# run one_worker: ps=1 worker=1
"""Branches and loops on one task that change the variables of another, and that don't."""
from __future__ import print_function

import argparse

import tensorflow as tf

parser = argparse.ArgumentParser()
for name in ("--ps_hosts", "--worker_hosts", "--job_name", "--train_dir"):
    parser.add_argument(name, default="")
parser.add_argument("--task_index", type=int, default=0)
args = parser.parse_args()

cluster = {"ps": args.ps_hosts.split(","), "worker": args.worker_hosts.split(",")}
server = tf.train.Server(cluster, job_name=args.job_name, task_index=args.task_index)
if args.job_name == "ps":
    server.join()

with tf.device("/job:ps/task:0"):
    weight = tf.get_variable("weight", [2], initializer=tf.constant_initializer([1.0, 2.0]))
    count = tf.get_variable("count", [], tf.int32, initializer=tf.zeros_initializer())
    best = tf.get_variable("best", [], initializer=tf.constant_initializer(10.0))
flag = tf.placeholder(tf.bool, [], name="flag")


def body(i, total):
    with tf.control_dependencies([tf.assign_add(count, 1)]):
        doubled = tf.reduce_sum(weight) * tf.cast(i, tf.float32)
    with tf.device("/job:ps/task:0"):
        capped = tf.cond(doubled > 5.0, lambda: tf.minimum(doubled, 7.0), lambda: doubled * 2.0)
    return i + 1, total + capped


with tf.device("/job:worker/task:0"):
    either = tf.cond(flag, lambda: weight * 2.0, lambda: tf.assign_add(weight, [1.0, 1.0]))
    chosen = tf.cond(flag, lambda: weight, lambda: tf.assign(weight, [5.0, 6.0]))
    case = tf.case([(flag, lambda: tf.assign_sub(weight, [1.0, 2.0])),
                    (tf.logical_not(flag), lambda: weight * 1.0)], lambda: weight + 0.0)
    nested = tf.cond(flag, lambda: tf.cond(best > 4.0, lambda: tf.assign(best, 4.0),
                                           lambda: best - 0.0), lambda: best * 100.0)
    again = tf.cond(flag, lambda: tf.cond(flag, lambda: weight * 3.0, lambda: weight * 5.0),
                    lambda: tf.cond(flag, lambda: weight * 7.0, lambda: weight + 1.0))
    turned = tf.cond(flag, lambda: tf.gather(weight, [1, 0]), lambda: weight * 2.0)
    turned_gradient = tf.convert_to_tensor(tf.gradients(turned * [1.0, 10.0], weight)[0])
    steps, total = tf.while_loop(lambda i, total: i < 4, body, [0, 0.0])
    gradient = tf.gradients(total, weight)[0]
    record = tf.cond(total < best, lambda: tf.assign(best, total).op, lambda: tf.no_op())

with tf.Session(server.target) as session:
    session.run(tf.global_variables_initializer())
    for name, fetch in (("either", either), ("more", either + 1.0), ("chosen", chosen),
                        ("case", case), ("nested", nested),
                        ("again", again), ("turned", turned_gradient)):
        for value in (True, False, True):
            print(name, value, session.run(fetch, {flag: value}).tolist())
    print("weight", session.run(weight).tolist())
    print("loop", session.run([steps, total]), session.run(count))
    print("gradient", session.run(gradient).tolist(), session.run(count))
    session.run(record)
    print("best", session.run(best))
    session.graph.finalize()
    for make in (tf.no_op, lambda: weight + weight, lambda: tf.constant(1.0)):
        try:
            make()
        except RuntimeError as error:
            print(error)
