# run spawned: worker=1
"""One file that starts its parameter server and its workers itself, with multiprocessing."""
from __future__ import print_function

import multiprocessing
import socket
import subprocess
import sys
import time

import tensorflow as tf


def free_addresses(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("localhost", 0))
    addresses = ["localhost:%d" % each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return addresses


def serve(cluster):
    tf.train.Server(cluster, job_name="ps", task_index=0).join()


def work(cluster, index, results):
    server = tf.train.Server(cluster, job_name="worker", task_index=index)
    with tf.device(tf.train.replica_device_setter(
            cluster=cluster, worker_device="/job:worker/task:%d" % index)):
        step = tf.train.get_or_create_global_step()
        weight = tf.get_variable("weight", [], initializer=tf.zeros_initializer())
        train = tf.group(tf.assign_add(weight, 1.0, use_locking=True),
                         tf.assign_add(step, 1, use_locking=True))
    with tf.train.MonitoredTrainingSession(server.target, is_chief=index == 0) as session:
        for _ in range(5):
            session.run(train)
        results.put("worker %d has done its steps" % index)
        while session.run(step) < 10:
            time.sleep(0.05)
        results.put("worker %d ends at %s" % (index, session.run(weight)))


if __name__ == "__main__":
    tf.logging.set_verbosity(tf.logging.ERROR)
    context = multiprocessing.get_context("spawn")
    addresses = free_addresses(3)
    cluster = {"ps": addresses[:1], "worker": addresses[1:]}
    results = context.Queue()
    ps = context.Process(target=serve, args=(cluster,))
    workers = [context.Process(target=work, args=(cluster, index, results)) for index in range(2)]
    for process in [ps] + workers:
        process.start()
    for line in sorted(results.get(timeout=100) for _ in range(4)):
        print(line)
    for process in workers:
        process.join()
        print("exit code", process.exitcode)
    ps.terminate()
    ps.join()
    text = "import tensorflow as tf; print(tf.Session().run(tf.constant(6) * 7))"
    print(subprocess.check_output([sys.executable, "-W", "ignore", "-c", text]).decode().strip())
