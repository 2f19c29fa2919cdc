# run two_consumers: ps=1 producer=1 worker=2 until=worker:0,worker:1,producer:0
"""A producer fills a queue on the ps with sequences of several lengths, consumers empty it."""
from __future__ import print_function

import argparse
import time

import numpy as np
import tensorflow as tf

parser = argparse.ArgumentParser()
for name in ("--ps_hosts", "--worker_hosts", "--producer_hosts", "--job_name", "--train_dir"):
    parser.add_argument(name, default="")
parser.add_argument("--task_index", type=int, default=0)
args = parser.parse_args()

cluster = tf.train.ClusterSpec({"ps": args.ps_hosts.split(","),
                                "producer": args.producer_hosts.split(","),
                                "worker": args.worker_hosts.split(",")})
server = tf.train.Server(cluster, job_name=args.job_name, task_index=args.task_index)
if args.job_name == "ps":
    server.join()

ITEMS = 12
with tf.device("/job:ps/task:0"):
    items = tf.PaddingFIFOQueue(4, [tf.int32, tf.string], [[None], []], names=["tokens", "name"],
                                shared_name="items")
    lengths = tf.FIFOQueue(100, tf.int32, [[]], shared_name="lengths")
    taken = tf.get_variable("taken", [], tf.int32, initializer=tf.zeros_initializer())

me = "/job:%s/task:%d" % (args.job_name, args.task_index)
session = tf.Session(server.target, config=tf.ConfigProto(device_filters=["/job:ps", me]))
if args.job_name == "producer":
    session.run(taken.initializer)
    tokens, label = tf.placeholder(tf.int32, [None]), tf.placeholder(tf.string, [])
    put = items.enqueue({"tokens": tokens, "name": label})
    for number in range(ITEMS):
        session.run(put, {tokens: np.arange(number % 4), label: "item %d" % number})
    session.run(items.close())
    try:
        session.run(put, {tokens: [1], label: "late"})
    except tf.errors.CancelledError as error:
        print(error.op.type, "is closed" in error.message)
    print("lengths", sorted(session.run(lengths.dequeue_many(ITEMS)).tolist()))
else:
    while session.run(tf.report_uninitialized_variables()).size:
        time.sleep(0.05)
    item = items.dequeue_many(1) if args.task_index else items.dequeue_up_to(1)
    with tf.device("/job:ps/task:0"):
        more = tf.assign_add(taken, 1, use_locking=True)
    with tf.device(me), tf.control_dependencies([more]):
        put = lengths.enqueue(tf.shape(item["tokens"])[1])
    try:
        while True:
            session.run(put)
    except tf.errors.OutOfRangeError as error:
        print(error.op.type, "is closed and has insufficient elements" in error.message)
    late = items.dequeue()["name"]
    try:
        session.run(late)
    except tf.errors.OutOfRangeError as error:
        print("(requested 1, current size 0)" in error.message)
print("size", session.run(items.size()))
session.close()
try:
    session.run(taken)
except RuntimeError as error:
    print(error)
