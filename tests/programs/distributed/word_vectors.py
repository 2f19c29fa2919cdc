# run two_ps: ps=2 worker=1
# tolerance: 2e-3
"""Word vectors in parts on two parameter servers, trained with noise-contrastive estimation."""
from __future__ import print_function

import os

import numpy as np
import tensorflow as tf

flags = tf.app.flags
for name in ("ps_hosts", "worker_hosts", "job_name", "train_dir"):
    flags.DEFINE_string(name, "", "")
flags.DEFINE_integer("task_index", 0, "")
FLAGS = flags.FLAGS
WORDS, SIZE = 50, 8


def main(_):
    tf.logging.set_verbosity(tf.logging.ERROR)
    cluster = tf.train.ClusterSpec({"ps": FLAGS.ps_hosts.split(","),
                                    "worker": FLAGS.worker_hosts.split(",")})
    server = tf.train.Server(cluster, FLAGS.job_name, FLAGS.task_index)
    if FLAGS.job_name == "ps":
        server.join()
    tf.set_random_seed(7)
    words = np.random.RandomState(0)
    strategy = tf.contrib.training.GreedyLoadBalancingStrategy(
        2, tf.contrib.training.byte_size_load_fn)
    with tf.device(tf.train.replica_device_setter(
            cluster=cluster, worker_device="/job:worker/task:0", ps_strategy=strategy)):
        x, y = tf.placeholder(tf.int64, [None]), tf.placeholder(tf.int64, [None, 1])
        with tf.variable_scope("vectors", partitioner=tf.fixed_size_partitioner(2)):
            vectors = tf.get_variable("words", [WORDS, SIZE],
                                      initializer=tf.random_uniform_initializer(-0.5, 0.5, seed=1))
        weights = tf.get_variable("weights", [WORDS, SIZE],
                                  initializer=tf.truncated_normal_initializer(stddev=0.1, seed=2))
        biases = tf.get_variable("biases", [WORDS], initializer=tf.zeros_initializer())
        hidden = tf.nn.embedding_lookup(vectors, x, partition_strategy="div")
        loss = tf.reduce_mean(tf.nn.nce_loss(weights, biases, y, hidden, 5, WORDS))
        sampled = tf.reduce_mean(
            tf.nn.sampled_softmax_loss(weights, biases, y, hidden, 10, WORDS, seed=3))
        step = tf.train.get_or_create_global_step()
        rate = tf.train.exponential_decay(0.5, step, 10, 0.9, staircase=True)
        optimizer = tf.train.GradientDescentOptimizer(rate)
        gradients = optimizer.compute_gradients(loss)
        train = optimizer.apply_gradients(gradients, step)
        whole = tf.concat(list(vectors), 0)
        unit = whole / tf.sqrt(tf.reduce_sum(tf.square(whole), 1, keepdims=True))
        near = tf.nn.top_k(tf.matmul(tf.gather(unit, [0, 1]), unit, transpose_b=True), 3)
    for gradient, variable in gradients:
        print(variable.op.name, variable.device, type(gradient).__name__)
    folder = os.path.join(FLAGS.train_dir, "words")
    sv = tf.train.Supervisor(logdir=folder, global_step=step, save_model_secs=0,
                             save_summaries_secs=0)
    with sv.managed_session(server.target) as session:
        for i in range(12):
            batch = words.randint(0, WORDS, 16)
            feeds = {x: batch, y: (batch[:, None] + 1) % WORDS}
            values = session.run([loss, sampled, optimizer._learning_rate_tensor, train], feeds)
            if i % 4 == 0:
                print("loss %.4f %.4f rate %.3f" % tuple(values[:3]))
        print(session.run(near.indices)[:, 0], session.run(near.values)[:, 0].round(3))
        sv.saver.save(session, sv.save_path, global_step=step)
    print(sorted(name for name in os.listdir(folder) if name.startswith("model")))
    reader = tf.train.NewCheckpointReader(tf.train.latest_checkpoint(folder))
    print(sorted(reader.get_variable_to_shape_map().items()))


if __name__ == "__main__":
    tf.app.run()
