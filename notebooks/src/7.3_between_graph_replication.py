# %% [markdown]
# # 7.3 Between-graph replication
#
# **Goal.** Let each worker build its own graph and run its own training loop, in its own process;
# all train the same variables on the parameter server, each at its own speed.
#
# **You need.** [7.2 In-graph replication](7.2_in_graph_replication.ipynb): the other way to do it.
# [7.1 Clusters](7.1_clusters.ipynb): variables belong to the task.
#
# **Time.** About 40 minutes to read and try; the cells themselves run in half a minute.
#
# [Previous: 7.2 In-graph replication](7.2_in_graph_replication.ipynb) ·
# [Next: 7.4 Synchronous and asynchronous training](7.4_sync_and_async.ipynb) ·
# [Open in Binder](binder:)

# %% [markdown]
# ## Setup
#
# A cluster of real processes on this machine. They end with `cluster.stop()` at the end of the
# notebook, or with the kernel.

# %%
import json
import os
import time

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from ipywidgets import SelectionSlider, interact

import tftutor as tf
from tftutor.compat.examples.tutorials.mnist import input_data

os.environ["CUDA_VISIBLE_DEVICES"] = ""   # every task has a CPU, and only that


def show(figure, description):
    """Show a figure and describe it, for readers who cannot see it."""
    display(figure, metadata={"image/png": {"alt": description}})
    plt.close(figure)
    print("Figure:", description)


NUM_WORKERS = 2
cluster = tf.cluster.local(ps=1, worker=NUM_WORKERS)
print("tasks:", [row.task for row in cluster.status()])

# %% [markdown]
# ## 1. One program, many processes
#
# Until now this notebook was the only client. Now each worker is its own client. All of them run
# the *same program*; a worker knows which one it is by `task_index`.
#
# Usually you would start that program once on each machine. Here, the cell magic `%%worker` runs a
# cell in a worker's process instead of in this notebook: `%%worker 0` in worker 0, `%%worker all`
# in all of them at the same time. There, the variables `tf`, `server`, `cluster` (the
# `ClusterSpec`), `job_name` and `task_index` exist already, as after the lecture's
#
# ```python
# cluster = tf.train.ClusterSpec({"worker": [...], "ps": [...]})
# server = tf.train.Server(cluster, job_name="worker", task_index=task_index)
# ```
#
# The variables of this notebook don't exist there: it is another process.

# %% tags=["nbval-ignore-output"]
# %%worker all
import os

print(f"I am /job:{job_name}/task:{task_index}, process {os.getpid()}, target {server.target}")

# %% [markdown]
# ## 2. Who gets the variables?
#
# `tf.train.replica_device_setter` makes a function for `tf.device`. It puts variables on the
# parameter servers, in turn, and everything else on the worker. So the program need not name a
# device for each operation.
#
# **Predict.** A cluster has two parameter servers. Where are the variables `W`, `b` and
# `global_step`, made in this order, and where is the product?

# %%
two_ps = {"ps": ["ps0:2222", "ps1:2222"], "worker": ["worker0:2222", "worker1:2222"]}
with tf.Graph().as_default():
    setter = tf.train.replica_device_setter(cluster=two_ps, worker_device="/job:worker/task:1")
    with tf.device(setter):
        made = [tf.get_variable("W", [784, 10]).op, tf.get_variable("b", [10]).op,
                tf.train.get_or_create_global_step().op]
        made.append(tf.matmul(tf.zeros([1, 784]), tf.zeros([784, 10]), name="product").op)
expected = ["/job:ps/task:0", "/job:ps/task:1", "/job:ps/task:0", "/job:worker/task:1"]
for op, device in zip(made, expected, strict=True):
    print(f"{op.name:<12}expected {device:<19} computed {op.device}")
assert [op.device for op in made] == expected

# %% [markdown]
# **Explain.** The variables go around: 0, 1, 0, … All workers build the same graph in the same
# order, so all of them look for `b` on the same parameter server. This is what makes it *shared*.
#
# ## 3. Two graphs, one variable
#
# **Predict.** Worker 0 makes a counter on the parameter server, sets it to 100 and adds 1. Then
# worker 1 builds its own graph with a variable of the same name, initialises *nothing*, and adds
# 10. What does worker 1 print?

# %%
# %%worker 0
with tf.Graph().as_default(), tf.device(tf.train.replica_device_setter(cluster=cluster)):
    counter = tf.get_variable("counter", [], initializer=tf.constant_initializer(100.0))
    add = counter.assign_add(1.0)
    with tf.Session(server.target) as sess:
        sess.run(counter.initializer)
        print("expected 101.0, computed", sess.run(add))

# %%
# %%worker 1
with tf.Graph().as_default(), tf.device(tf.train.replica_device_setter(cluster=cluster)):
    counter = tf.get_variable("counter", [], initializer=tf.constant_initializer(100.0))
    add = counter.assign_add(10.0)
    with tf.Session(server.target) as sess:
        print("expected 111.0, computed", sess.run(add))

# %% [markdown]
# **Explain.** The graphs and the sessions are different, the variable is the same: the parameter
# server knows it by its name.
#
# ## 4. The training program
#
# The same text for all workers. It builds the graph of softmax regression on MNIST, as in
# [2.2](2.2_logistic_regression.ipynb). Nothing in it speaks of other workers.
#
# Each worker reads its images itself: nobody has to send them.

# %% tags=["nbval-ignore-output"]
# %%worker all
from tftutor.compat.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets("MNIST-data", one_hot=True, seed=task_index)


def build_graph(rate=0.2):
    """The graph of one worker, as a dictionary of tensors and operations."""
    tf.reset_default_graph()
    with tf.device(tf.train.replica_device_setter(
            cluster=cluster, worker_device=f"/job:worker/task:{task_index}")):
        x = tf.placeholder(tf.float32, [None, 784], name="x")
        y = tf.placeholder(tf.float32, [None, 10], name="y")
        W = tf.get_variable("W", [784, 10], initializer=tf.zeros_initializer())
        b = tf.get_variable("b", [10], initializer=tf.zeros_initializer())
        global_step = tf.train.get_or_create_global_step()
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(
            labels=y, logits=tf.matmul(x, W) + b))
        optimizer = tf.train.GradientDescentOptimizer(rate)
        train = optimizer.minimize(loss, global_step=global_step)
    with tf.control_dependencies([train]), tf.device(global_step.device):
        step = global_step.read_value()   # read where it lives, after the update
    return {"x": x, "y": y, "loss": loss, "train": train, "global_step": global_step,
            "step": step}


ops = build_graph()

# %%
for worker in range(NUM_WORKERS):
    where = cluster.run_cell("worker", worker, "print(ops['train'].device, ops['loss'].device)")
    print(f"graph of worker {worker}: expected train on /job:ps/task:0, loss on "
          f"/job:worker/task:{worker}")
    print("                   computed train on {}, loss on {}".format(*where.split()))
    assert where.split() == ["/job:ps/task:0", f"/job:worker/task:{worker}"]

# %% [markdown]
# **Explain.** `train` is on the parameter server, next to the variables: *there* the gradient is
# subtracted. It arrives from the worker, which has computed it.
#
# ## 5. The chief
#
# Somebody must initialise the variables, once. That is the *chief*, by custom worker 0.
# `tf.train.MonitoredTrainingSession` does what is right for both kinds: with `is_chief=True` it
# initialises (or restores a checkpoint), and otherwise it waits until the variables are there.
#
# **Predict.** We start worker 1 first, alone. What does it do?

# %%
START = """
with tf.train.MonitoredTrainingSession(server.target, is_chief=(task_index == 0)) as sess:
    print("global step:", sess.run(ops["global_step"]))
"""
tf.Session.reset(cluster.target)   # forget `counter`, and what you may have trained before
waiting = cluster.start_cell("worker", 1, START)
time.sleep(1)
print("after a second: expected False, computed", waiting.is_done)
print("worker 0, the chief:", cluster.run_cell("worker", 0, START, timeout=30).strip())
waiting.wait(timeout=30)
print("worker 1: expected global step: 0, computed", waiting.output.strip().splitlines()[-1])

# %% [markdown]
# **Explain.** It waits for the chief, and goes on as soon as the chief has initialised. (TensorFlow
# looks every 30 seconds; tftutor looks twice a second.) `cluster.start_cell` is what `%%worker`
# uses: it doesn't wait for the end.
#
# ## 6. Train, without waiting for each other
#
# `global_step` counts the steps of all workers together. Everybody stops when it has reached 600.
# Each worker notes what it has seen: the global step and the loss.
#
# **Predict.** How many steps will each of the two workers make?

# %% tags=["nbval-ignore-output"]
# %%worker all
history = []
hooks = [tf.train.StopAtStepHook(last_step=600)]
with tf.train.MonitoredTrainingSession(server.target, is_chief=(task_index == 0),
                                       hooks=hooks) as sess:
    while not sess.should_stop():
        images, labels = mnist.train.next_batch(50)
        step, loss = sess.run([ops["step"], ops["loss"]],   # `step` needs `train`
                              {ops["x"]: images, ops["y"]: labels})
        history.append((int(step), float(loss)))
        if len(history) in (1, 10, 100, 200):
            print(f"my step {len(history):>3}, global step {step:>3}: loss {loss:.3f}")
print("I have made", len(history), "steps")

# %% [markdown]
# It depends on how fast they are, and who started first. All we can say: together they have made
# 600, perhaps one or two more. (Each worker stops when it *sees* 600; meanwhile the other may have
# begun another step. And each reads the global step before its own update: what the other one does
# between the two, it sees a step later.)
#
# We fetch both histories from the workers, and ask the parameter server for its `global_step`. The
# notebook is a client of the cluster too, with a graph of its own.

# %%
histories = [json.loads(cluster.run_cell("worker", i, "import json; print(json.dumps(history))"))
             for i in range(NUM_WORKERS)]
mine = [len(history) for history in histories]


def build_test_graph():
    """The same variables once more, to look at them from the notebook."""
    graph = tf.Graph()
    with graph.as_default(), tf.device(tf.train.replica_device_setter(ps_tasks=1,
                                       worker_device="/job:worker/task:0")):
        x = tf.placeholder(tf.float32, [None, 784])
        y = tf.placeholder(tf.float32, [None, 10])
        W, b = tf.get_variable("W", [784, 10]), tf.get_variable("b", [10])
        right = tf.equal(tf.argmax(tf.matmul(x, W) + b, 1), tf.argmax(y, 1))
        accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
        global_step = tf.train.get_or_create_global_step()
    return graph, {x: mnist.test.images, y: mnist.test.labels}, accuracy, global_step


mnist = input_data.read_data_sets("MNIST-data", one_hot=True, seed=0)
graph, test, accuracy, global_step = build_test_graph()
with tf.Session(cluster.target, graph=graph) as sess:
    reached, right = sess.run([global_step, accuracy], test)
print("the steps of the workers add up to the global step:", sum(mine) == reached)
print("expected: from 600 to 602, more than 8 of 10 test digits are right")
print("computed:", 600 <= reached <= 602, right > 0.8)
assert sum(mine) == reached and 600 <= reached <= 602 and right > 0.8

# %% tags=["nbval-ignore-output"]
figure, axis = plt.subplots(figsize=(9, 3.4), layout="constrained")
for worker, (history, color) in enumerate(zip(histories, ("#1565c0", "#ef6c00"), strict=True)):
    if history:
        axis.plot(*zip(*history, strict=True), ".", color=color, markersize=4,
                  label=f"worker {worker}: {len(history)} steps")
axis.axhline(np.log(10), color="#616161", linestyle="--", linewidth=1, label="guessing")
axis.set(xlabel="global step", ylabel="loss of the own batch", ylim=(0, None),
         title="Two workers train one model")
axis.legend()
late = [loss for history in histories for step, loss in history if step > 500]
show(figure, f"the losses of both workers lie on one falling curve, from 2.3 to about "
             f"{np.mean(late):.2f} after step 500; worker 0 has made {mine[0]} of the steps, "
             f"worker 1 {mine[1]}.")

# %% [markdown]
# **Explain.** Both see the same loss at the same global step, since they train the same weights.
# Nobody waits for anybody: this is *asynchronous* training. The price: while a worker computes its
# gradient, the other one may change the weights. The gradient is then *stale*: it was computed
# for weights that are gone. We can count it: the global step jumps by more than 1 between two own
# steps where the other worker came in between.

# %% tags=["nbval-ignore-output"]
for worker, history in enumerate(histories):
    jumps = np.diff([step for step, _ in history])
    print(f"worker {worker}: {np.sum(jumps > 1)} of {len(jumps)} own steps had a step of the other "
          f"worker before them")

# %% [markdown]
# For two workers and a small rate, that hurts little. When it hurts, and how to train in step
# instead, is the subject of [7.4](7.4_sync_and_async.ipynb).
#
# ## 7. What a step sends
#
# **Predict.** In-graph, a step with 100 images sent 443,200 bytes (7.2). Here each worker fetches
# the weights, computes, and sends the gradient. The images are already with it. How many bytes
# does *one worker* send in each step?
#
# `status()` counts the tensors' bytes. We reset, let worker 0 make 100 steps alone, and divide.

# %%
TRAIN = """
made = 0
with tf.train.MonitoredTrainingSession(server.target, is_chief=(task_index == 0),
                                       hooks=[tf.train.StopAtStepHook(last_step={last})]) as sess:
    while not sess.should_stop():
        images, labels = mnist.train.next_batch(50)
        sess.run(ops["train"], {{ops["x"]: images, ops["y"]: labels}})
        made += 1
print(made)
"""
tf.Session.reset(cluster.target)
before = cluster.status()["worker:0"]
made = int(cluster.run_cell("worker", 0, TRAIN.format(last=100), timeout=60))
after = cluster.status()["worker:0"]
gradient = 4 * (784 * 10 + 10)
for name, count in (("to the worker", after.bytes_in - before.bytes_in),
                    ("from the worker", after.bytes_out - before.bytes_out)):
    print(f"{name + ':':<17}expected {gradient:,} bytes a step, computed about "
          f"{round(count / made, -2):,.0f}")
    assert abs(count / made - gradient) < 200

# %% [markdown]
# **Explain.** The weights come, the gradient goes; a few bytes more are for the global step. With
# larger batches it doesn't get more. This is why large clusters use between-graph replication.

# %% tags=["nbval-ignore-output"]
def bytes_per_step(images):
    """A step with `images` images on two workers, in both ways."""
    weights = 2 * 2 * gradient   # both ways, both workers
    print(f"in-graph      {weights + 4 * images * 794:>10,} bytes a step of {images} images")
    print(f"between-graph {weights:>10,} bytes")


_ = interact(bytes_per_step, images=SelectionSlider(options=[10, 100, 1000, 10_000], value=100))

# %%
for images in (10, 100, 10_000):
    bytes_per_step(images)

# %% [markdown]
# ## What can go wrong
#
# **1. It stops at once.** You run the training again, to 100 steps, and it makes almost none: the
# variables are still on the parameter server, `global_step` among them.

# %%
print("without a reset: expected 1 step at most, computed",
      cluster.run_cell("worker", 1, TRAIN.format(last=100), timeout=60).strip())
tf.Session.reset(cluster.target)
chief = int(cluster.run_cell("worker", 0, TRAIN.format(last=100), timeout=60))
print("after tf.Session.reset: expected 100, computed", chief)

# %% [markdown]
# (It was worker 1 that stopped at once: a chief would initialise only what isn't initialised yet,
# with the same result. Real programs want it so: a worker that is started again goes on.)
#
# **2. There is no chief.** Worker 0 didn't start, or no task thinks it is the chief. The others
# wait. `max_wait_secs` says how long; the default is two hours.

# %% tags=["nbval-ignore-output"]
tf.Session.reset(cluster.target)
try:
    cluster.run_cell("worker", 1, """
tf.train.MonitoredTrainingSession(server.target, is_chief=False, max_wait_secs=2)
""", timeout=60)
    failed = ""
except tf.cluster.CellError as error:
    failed = str(error).strip().splitlines()[-1]
print(failed)

# %%
print("expected: DeadlineExceededError")
print("computed:", "DeadlineExceededError" if "DeadlineExceededError" in failed else failed)
assert "DeadlineExceededError" in failed

# %% [markdown]
# **3. Everything computes on worker 0.** `worker_device` is "/job:worker" unless you say which
# task. TensorFlow then takes the first one that fits, in *every* worker's graph. No error tells
# you. (If each worker filters the others out with `device_filters`, its own task is the only one
# that fits.)

# %%
with tf.Graph().as_default():
    with tf.device(tf.train.replica_device_setter(ps_tasks=1)):   # no worker_device
        product = tf.matmul(tf.ones([2, 2]), tf.ones([2, 2]), name="product")
    with tf.Session(cluster.target_of("worker", 1)) as sess:
        place = sess.placement().table([product.op])[0].actual
print("a session of worker 1 computes on", place)
assert place.startswith("/job:worker/task:0")

# %% [markdown]
# **4. The graphs differ.** If one worker makes its variables in another order or with other names,
# the setter puts them on other parameter servers, or they aren't shared. The program must be the
# same for all.
#
# **5. A worker dies.** The others don't need it, and go on. We kill worker 1 in the middle.

# %%
tf.Session.reset(cluster.target)
runs = [cluster.start_cell("worker", i, TRAIN.format(last=2000)) for i in range(NUM_WORKERS)]
time.sleep(1)
cluster.kill("worker", 1)
runs[0].wait(timeout=60)
with tf.Session(cluster.target_of("ps", 0), graph=graph,
                config=tf.ConfigProto(device_filters=["/job:ps", "/job:worker/task:0"])) as sess:
    reached = sess.run(global_step)
print("expected: the chief reaches step 2000 without worker 1")
print("computed:", reached in (2000, 2001), "| worker 1:", cluster.status()["worker:1"].state)
cluster.restart("worker", 1)
assert reached in (2000, 2001)

# %% [markdown]
# ## Exercises
#
# ### Exercise 1
#
# A model makes the variables `a`, `b`, `c`, `d`, `e`, in this order, under a
# `replica_device_setter` with three parameter servers. What are the tasks of the five? Put a list
# of five numbers into `answer_1`.
#
# <details><summary>Solution</summary>
#
# ```python
# answer_1 = [0, 1, 2, 0, 1]
# ```
#
# </details>

# %% tags=["exercise"]
answer_1 = None   # replace None

# %%
if answer_1 is None:
    print("Exercise 1: not answered yet")
else:
    with tf.Graph().as_default(), tf.device(tf.train.replica_device_setter(ps_tasks=3)):
        variables = [tf.get_variable(name, [1]) for name in "abcde"]
    tasks = [int(variable.device[-1]) for variable in variables]
    assert answer_1 == tasks, f"got {answer_1}; they go around"
    print("Exercise 1: correct")

# %% [markdown]
# ### Exercise 2
#
# Both workers shall vote: each adds `task_index + 1` to the *shared* variable `votes`. Complete the
# program: replace the line with `None`. It runs in worker 0 first, which initialises, and then in
# worker 1.
#
# <details><summary>Solution</summary>
#
# ```python
# PROGRAM = """
# with tf.Graph().as_default(), tf.device(tf.train.replica_device_setter(cluster=cluster)):
#     votes = tf.get_variable("votes", [], initializer=tf.zeros_initializer())
#     vote = votes.assign_add(task_index + 1.0)
#     with tf.Session(server.target) as sess:
#         if task_index == 0:
#             sess.run(votes.initializer)
#         print(None if vote is None else sess.run(vote))
# """
# ```
#
# </details>

# %% tags=["exercise"]
PROGRAM = """
with tf.Graph().as_default(), tf.device(tf.train.replica_device_setter(cluster=cluster)):
    votes = tf.get_variable("votes", [], initializer=tf.zeros_initializer())
    vote = None   # replace None
    with tf.Session(server.target) as sess:
        if task_index == 0:
            sess.run(votes.initializer)
        print(None if vote is None else sess.run(vote))
"""

# %%
tf.Session.reset(cluster.target)
printed = [cluster.run_cell("worker", i, PROGRAM, timeout=30).strip() for i in range(2)]
if "None" in printed:
    print("Exercise 2: not answered yet")
else:
    assert printed == ["1.0", "3.0"], f"the workers print {printed}; expected 1.0, then 1.0 + 2.0"
    print("Exercise 2: correct")

# %% [markdown]
# ### Exercise 3
#
# Write `role(job_name, task_index)`: it returns "serve" for a parameter server, "chief" for worker
# 0 and "wait for the chief" for any other worker. This decision is in every between-graph program.
#
# <details><summary>Solution</summary>
#
# ```python
# def role(job_name, task_index):
#     if job_name == "ps":
#         return "serve"
#     return "chief" if task_index == 0 else "wait for the chief"
# ```
#
# </details>

# %% tags=["exercise"]
def role(job_name, task_index):
    """What a task does first."""
    return None   # replace this line

# %%
roles = {task: role(*task) for task in (("ps", 0), ("ps", 1), ("worker", 0), ("worker", 3))}
if None in roles.values():
    print("Exercise 3: not answered yet")
else:
    assert [*roles.values()] == ["serve", "serve", "chief", "wait for the chief"], f"got {roles}"
    print("Exercise 3: correct")

# %% [markdown]
# ## The end: stop the cluster

# %%
cluster.stop()
assert all(row.pid is None for row in cluster.status())
print("stopped")

# %% [markdown]
# ## What you have seen
#
# - Between-graph replication: the same program in each worker, with its own graph, session and
#   data; only the variables are shared, by their names.
# - `replica_device_setter` puts variables on the parameter servers in turn, the rest on the worker.
# - The chief initialises; `MonitoredTrainingSession` lets the others wait for it.
# - Nobody waits for others' steps: asynchronous training, with stale gradients.
#
# [Previous: 7.2 In-graph replication](7.2_in_graph_replication.ipynb) ·
# [Next: 7.4 Synchronous and asynchronous training](7.4_sync_and_async.ipynb)
