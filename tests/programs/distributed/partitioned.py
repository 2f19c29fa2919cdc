# run two_ps: ps=2 worker=1
"""A table and a layer whose variables are split over two parameter servers; their checkpoints."""
from __future__ import print_function

import os

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_string("ps_hosts", "", "")
tf.flags.DEFINE_string("worker_hosts", "", "")
tf.flags.DEFINE_string("job_name", "", "")
tf.flags.DEFINE_integer("task_index", 0, "")
tf.flags.DEFINE_string("train_dir", "", "")
FLAGS = tf.flags.FLAGS


def model(cluster, parts):
    strategy = tf.contrib.training.GreedyLoadBalancingStrategy(
        2, tf.contrib.training.byte_size_load_fn)
    with tf.device(tf.train.replica_device_setter(
            worker_device="/job:worker/task:0", cluster=cluster, ps_strategy=strategy)):
        partitioner = tf.fixed_size_partitioner(parts) if parts else None
        with tf.variable_scope("model", partitioner=partitioner):
            ids = tf.placeholder(tf.int64, [None], "ids")
            table = tf.get_variable("table", initializer=tf.constant(
                np.arange(28).reshape(7, 4) / 10.0, tf.float32))
            rows = tf.nn.embedding_lookup(table, ids, partition_strategy="div")
            hidden = tf.layers.dense(rows, 3, kernel_initializer=tf.ones_initializer(),
                                     name="hidden")
        loss = tf.reduce_mean(tf.square(hidden - 1.0))
        step = tf.train.get_or_create_global_step()
        optimizer = tf.train.AdagradOptimizer(0.1)
        gradients = optimizer.compute_gradients(loss)
        train = optimizer.apply_gradients(gradients, step)
    return ids, table, loss, step, gradients, train


def refusals(table):
    def check(*args, **kwargs):
        try:
            print(tf.get_variable(*args, **kwargs) is table)
        except ValueError as error:
            print("ValueError:", error)

    with tf.variable_scope("model", reuse=True):
        check("table", [7, 4])
        check("table", [7, 5])
        check("table", [7, 4], partitioner=tf.fixed_size_partitioner(3))
        check("other", [7, 4], partitioner=tf.fixed_size_partitioner(3))
    with tf.variable_scope("model"):
        check("table", [7, 4])
        check("table", [7, 4], partitioner=tf.fixed_size_partitioner(2))
        check("other", [7, 4], partitioner=3)
        check("other", partitioner=tf.fixed_size_partitioner(3))
        for answer in ([2, 2], [2], [0, 1], 4):
            check("other", [7, 4], partitioner=lambda shape, dtype: answer)


def main(_):
    cluster = tf.train.ClusterSpec({"ps": FLAGS.ps_hosts.split(","),
                                    "worker": FLAGS.worker_hosts.split(",")})
    server = tf.train.Server(cluster, FLAGS.job_name, FLAGS.task_index)
    if FLAGS.job_name == "ps":
        server.join()
        return

    os.makedirs(FLAGS.train_dir)
    batch = [1, 3, 6, 6]
    ids, table, loss, step, gradients, train = model(cluster, 2)
    print(type(table).__name__, table.name, table.get_shape(), len(table))
    for op in tf.get_default_graph().get_operations():
        if op.name.startswith("model/"):
            print(op.name, op.type, op.device)
    for variable in tf.global_variables():
        print(variable.name, variable.shape, variable.device)
    for gradient, variable in gradients:
        print(variable.op.name, type(gradient).__name__, gradient.device)
    saver = tf.train.Saver()
    with tf.Session(server.target) as session:
        session.run(tf.global_variables_initializer())
        for _ in range(4):
            print("step %d loss %.4f" % tuple(session.run([step, loss, train], {ids: batch})[:2]))
        trained = session.run(tf.convert_to_tensor(table))
        path = saver.save(session, os.path.join(FLAGS.train_dir, "model"))
        session.run(table.assign_add(np.ones([7, 4], np.float32)))
        print(np.round(session.run(table.as_tensor()) - trained, 4).tolist())
        saver.restore(session, path)
        print(np.array_equal(session.run(table.as_tensor()), trained))
    print(tf.train.list_variables(path))
    refusals(table)

    for parts in (None, 3):
        config = tf.ConfigProto(isolate_session_state=True)
        with tf.Graph().as_default(), tf.Session(server.target, config=config) as session:
            ids, table, loss, _, _, _ = model(cluster, parts)
            tf.train.Saver().restore(session, path)
            print("in %s parts: loss %.4f" % (parts, session.run(loss, {ids: batch})))


if __name__ == "__main__":
    tf.app.run()
