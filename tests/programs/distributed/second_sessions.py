# run two_workers: ps=1 worker=2
"""What a second session finds: shared queues and variables, but queues and iterators of its own."""
from __future__ import print_function

import argparse

import tensorflow as tf

parser = argparse.ArgumentParser()
for name in ("--ps_hosts", "--worker_hosts", "--job_name", "--train_dir"):
    parser.add_argument(name, default="")
parser.add_argument("--task_index", type=int, default=0)
args = parser.parse_args()

cluster = tf.train.ClusterSpec({"ps": args.ps_hosts.split(","),
                                "worker": args.worker_hosts.split(",")})
server = tf.train.Server(cluster, job_name=args.job_name, task_index=args.task_index)
if args.job_name == "ps":
    server.join()

lines = "lines%d.csv" % args.task_index
with open(lines, "w") as file:
    file.writelines("%d,row %d\n" % (i, i) for i in range(5))

with tf.device("/job:worker/task:%d" % args.task_index):
    names = tf.train.string_input_producer([lines], num_epochs=1, shuffle=False)
    _, line = tf.TextLineReader().read(names)
    number, text = tf.decode_csv(line, [[0], [""]])
    numbers, texts = tf.train.batch([number, text], 2, allow_smaller_final_batch=True)
    iterator = tf.data.Dataset.range(3).make_initializable_iterator()
    element = iterator.get_next()
    once = tf.data.Dataset.range(2).make_one_shot_iterator().get_next()
with tf.device("/job:ps/task:0"):
    total = tf.get_variable("total%d" % args.task_index, [], tf.int32,
                            initializer=tf.zeros_initializer())
    shared = tf.FIFOQueue(9, tf.int32, [[]], shared_name="shared%d" % args.task_index)
    own = tf.FIFOQueue(9, tf.int32, [[]], name="own")
add = tf.assign_add(total, tf.reduce_sum(numbers))
fill = tf.group(shared.enqueue(1), own.enqueue(1))

for epoch in range(2):
    config = tf.ConfigProto(device_filters=["/job:ps", "/job:worker/task:%d" % args.task_index])
    session = tf.Session(server.target, config=config)
    if epoch == 0:
        session.run(tf.global_variables_initializer())
    session.run(tf.local_variables_initializer())
    coord = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(session, coord)
    try:
        while not coord.should_stop():
            print(session.run([texts, add]))
    except tf.errors.OutOfRangeError as error:
        print(error.message.split("\n")[1].split("(requested")[0])
    finally:
        coord.request_stop()
    coord.join(threads)
    session.run(fill)
    print("shared and own:", session.run([shared.size(), own.size()]))
    try:
        print(session.run(element))
    except tf.errors.FailedPreconditionError as error:
        print(error.message.split(". ")[0])
    session.run(iterator.initializer)
    print(session.run(element), session.run(element), session.run(once), session.run(once))
    try:
        session.run(once)
    except tf.errors.OutOfRangeError as error:
        print(error.message.split("\n\t")[0])
    # The first session is left open: what it keeps to itself isn't the second one's.
