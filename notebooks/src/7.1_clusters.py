# %% [markdown]
# # 7.1 Clusters
#
# **Goal.** Start a TensorFlow cluster of several processes, say which of them computes what, and
# see what they send to each other.
#
# **You need.** [6.1 Basic Operations on multi-GPU](6.1_multigpu_basics.ipynb): `tf.device`,
# placement, traces. One machine is enough; all processes run on it.
#
# **Time.** About 45 minutes to read and try; the cells themselves run in half a minute.
#
# [Previous: 6.2 Train a NN on multi-GPU](6.2_multigpu_training.ipynb) ·
# [Next: 7.2 In-graph replication](7.2_in_graph_replication.ipynb) · [Open in Binder](binder:)

# %% [markdown]
# ## Setup
#
# `show` displays a figure, and prints below it what can be seen there. `attempt` runs something
# that may fail, and shows the error instead of stopping.

# %%
import json
import os
import socket
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from ipywidgets import SelectionSlider, interact

import tftutor as tf
from tftutor.client.step_readings import transfers

os.environ["CUDA_VISIBLE_DEVICES"] = ""   # every task has a CPU, and only that


def show(figure, description):
    """Show a figure and describe it, for readers who cannot see it."""
    display(figure, metadata={"image/png": {"alt": description}})
    plt.close(figure)
    print("Figure:", description)


def attempt(function):
    """Call it; print the error that it raises and return its class, or None."""
    try:
        print("no error, result:", function())
    except (tf.errors.OpError, ValueError) as error:
        print(f"{type(error).__name__}: {getattr(error, 'message', error)}")
        return type(error)


def free_ports(count):
    """Numbers of ports that nobody uses now."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


print("ready, API version", tf.__version__)

# %% [markdown]
# ## 1. Two ways to share the work
#
# - *Data parallelism*: everybody has the whole model, and gets a part of the data.
# - *Model parallelism*: everybody has a part of the model, and gets all of the data.

# %%
BLUE, ORANGE, GREEN = "#1565c0", "#ef6c00", "#2e7d32"


def box(axis, x, y, text, color, width=1.7):
    """A box with a text, its middle at (x, y)."""
    axis.text(x, y, text, ha="center", va="center", color="white", fontsize=9,
              bbox={"boxstyle": f"round,pad=0.5,rounding_size={0.1 * width}", "facecolor": color,
                    "edgecolor": "none"})


def arrow(axis, start, end):
    """An arrow between two points."""
    axis.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": "#616161",
                                              "shrinkA": 14, "shrinkB": 14})


figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4), layout="constrained")
for x, worker, color in ((1, "worker 0", BLUE), (3, "worker 1", ORANGE)):
    box(left, x, 1, f"{worker}\nlayer 1 and 2", color)
    box(left, x, 0, f"half {int(x > 2)} of the batch", "#616161")
    arrow(left, (x, 0.05), (x, 0.95))
    arrow(left, (x, 1.05), (2, 1.95))
box(left, 2, 2, "average", GREEN)
left.set_title("data parallelism")
box(right, 2, 0, "the whole batch", "#616161")
box(right, 2, 1, "worker 0: layer 1", BLUE)
box(right, 2, 2, "worker 1: layer 2", ORANGE)
arrow(right, (2, 0.05), (2, 0.95))
arrow(right, (2, 1.05), (2, 1.95))
right.set_title("model parallelism")
for axis in (left, right):
    axis.set(xlim=(0, 4), ylim=(-0.4, 2.4))
    axis.axis("off")
show(figure, "left, data parallelism: each of two workers has both layers and gets one half of the "
             "batch; their results are averaged. Right, model parallelism: worker 0 has layer 1 "
             "and gets the whole batch; its result goes to worker 1, which has layer 2.")

# %% [markdown]
# **Predict.** A layer multiplies a batch by its weights. We cut the batch into two halves (data
# parallelism), or the *columns* of the weights (one way of model parallelism). Which of them gives
# the same product as one machine alone?

# %%
random = np.random.RandomState(0)
batch, weights = random.rand(6, 4), random.rand(4, 8)
whole = batch @ weights
by_data = np.vstack([half @ weights for half in np.split(batch, 2)])
by_model = np.hstack([batch @ half for half in np.split(weights, 2, axis=1)])
print("expected: True True")
print("computed:", np.allclose(by_data, whole), np.allclose(by_model, whole))

# %% [markdown]
# **Explain.** Both do. The difference lies in what has to be sent: weights or data. Section 8
# measures it.
#
# ## 2. Parameter server and worker
#
# A TensorFlow cluster consists of *tasks*. Each task is one process with one server, on any
# machine. Tasks with the same purpose form a *job*. By custom there are two:
#
# - `ps`, the *parameter servers*: they keep the variables that all share. They have little to
#   compute, so that a machine without a GPU will do.
# - `worker`: they do the main part of the computing.
#
# The names mean nothing to TensorFlow. What a task does is what the graph asks of it.

# %%
figure, axis = plt.subplots(figsize=(7, 2.8), layout="constrained")
box(axis, 2, 1, "/job:ps/task:0\nvariables W, b", GREEN)
for x, worker, color in ((0.5, 0, BLUE), (3.5, 1, ORANGE)):
    box(axis, x, 0, f"/job:worker/task:{worker}\nloss, gradients", color)
    left = x < 2
    arrow(axis, (1.85 if left else 2.15, 0.95), (x + (0.15 if left else -0.15), 0.12))
    arrow(axis, (x + (0.45 if left else -0.45), 0.12), (1.92 if left else 2.08, 0.93))
    axis.text(0.75 if left else 3.25, 0.62, "weights", ha="center", color="#616161")
    axis.text(1.66 if left else 2.34, 0.3, "gradients", ha="center", color="#616161")
axis.set(xlim=(-0.4, 4.4), ylim=(-0.3, 1.3))
axis.axis("off")
show(figure, "the parameter server, task 0 of the job ps, keeps the variables W and b. It sends "
             "weights to two workers, tasks 0 and 1 of the job worker; they compute the loss and "
             "send gradients back.")

# %% [markdown]
# ## 3. One server, several devices
#
# The smallest cluster has one task, and a server in this very process. `server.target` is the
# address that a session needs. The task's devices have full names now.
#
# We ask for two CPUs. (They share the cores of the machine; TensorFlow just counts them as two
# devices.) The task moves tensors between its devices by itself, as in 6.1.

# %%
tf.reset_default_graph()
config = tf.ConfigProto(device_count={"CPU": 2, "GPU": 0})
with tf.train.Server({"worker": ["localhost:0"]}, config=config) as server:
    with tf.device("/cpu:0"):
        W = tf.Variable(tf.ones([3, 2]), name="W")
        b = tf.Variable(tf.ones([2]), name="b")
    with tf.device("/cpu:1"):
        output = tf.matmul(tf.constant([[1.0, 2.0, 3.0]]), W) + b
        loss = tf.reduce_sum(output, name="loss")
    with tf.Session(server.target) as sess:
        names = sorted(device.name for device in sess.list_devices())
        sess.run(tf.global_variables_initializer())
        print("\n".join(names))
        print("expected: 14.0")
        print("computed:", sess.run(loss))
        print("loss is on", sess.placement().table([loss.op])[0].actual)
assert names[1] == "/job:worker/replica:0/task:0/device:CPU:1"

# %% [markdown]
# Port 0 means "any free port". The `with` block stops the server; in TensorFlow itself, a server
# can't be stopped before its process ends.
#
# ## 4. Creating a TensorFlow cluster
#
# `tf.train.ClusterSpec` is the list of all jobs and their tasks' addresses. Every task gets the
# *same* list, and is told which entry it is itself.

# %%
lecture = tf.train.ClusterSpec({"worker": ["192.168.0.1:2222", "192.168.0.2:2222"],
                                "ps": ["192.168.1.1:2222"]})
print("jobs:", lecture.jobs)
print("workers:", lecture.num_tasks("worker"))
print("expected: 192.168.0.2:2222")
print("computed:", lecture.task_address("worker", 1))
assert lecture.task_address("worker", 1) == "192.168.0.2:2222"

# %% [markdown]
# ## 5. Creating the parameter server
#
# This is the whole program of a parameter server. It starts a server and waits; all work is
# brought to it by others. We start it as a process of its own.
#
# The last argument of `Popen` tells tftutor to end `join` when this notebook's kernel ends. In
# TensorFlow, `join` never returns: forgotten parameter servers keep their ports until someone kills
# them.

# %%
PS_PROGRAM = """
import json, sys
import tftutor as tf

cluster = tf.train.ClusterSpec(json.loads(sys.argv[1]))
server = tf.train.Server(cluster, job_name="ps", task_index=0)

# Wait for incoming connections forever.
server.join()
"""

ports = free_ports(2)
addresses = {"ps": [f"localhost:{ports[0]}"], "worker": [f"localhost:{ports[1]}"]}
ps_process = subprocess.Popen(
    [sys.executable, "-c", PS_PROGRAM, json.dumps(addresses)],
    env=os.environ | {"TFTUTOR_STOP_WITH_PARENT": "1"})
print("it is a process of its own:", ps_process.pid != os.getpid())

# %% [markdown]
# The worker is this notebook: its server has the same `ClusterSpec`, but another job. A session on
# it sees the devices of both tasks.
#
# **Predict.** The variable is put on the parameter server, the multiplication on the worker. In
# which of the two processes is 6 * 7 computed?

# %%
tf.reset_default_graph()
cluster_spec = tf.train.ClusterSpec(addresses)
with tf.train.Server(cluster_spec, job_name="worker", task_index=0) as server:
    with tf.device("/job:ps/task:0/cpu:0"):
        six = tf.Variable(6.0, name="six")
    with tf.device("/job:worker/task:0/cpu:0"):
        product = tf.multiply(six, 7.0, name="product")
    with tf.Session(server.target) as sess:
        sess.run(six.initializer)
        answer = sess.run(product)
        for row in sess.placement().table([six.op, product.op]):
            print(f"{row.op:<8} {row.actual}")
ps_process.terminate()
ps_process.wait()
print("expected: 42.0")
print("computed:", answer)
assert answer == 42

# %% [markdown]
# **Explain.** In the worker, that is, in this notebook. The variable's value was sent here, a
# message of four bytes, and its owner is gone now. (TensorFlow uses gRPC for these messages,
# tftutor ZeroMQ. A `target` starts with `grpc://` in both.)
#
# ## 6. A whole cluster at once
#
# To start each process by hand is tiresome. `tf.cluster.local` starts one for each task: programs
# as in section 5, on free ports. They end with `cluster.stop()`, with a `with` block, or with the
# kernel, also when you restart it. It exists in tftutor only.

# %% tags=["nbval-ignore-output"]
cluster = tf.cluster.local(ps=1, worker=2)
print(cluster.status())

# %% [markdown]
# Your process ids and ports will differ. `steps` counts the parts of steps that a task has run,
# `in` and `out` the bytes of tensors that other tasks sent to it, and it to them. `heartbeat` says
# when the task answered last.

# %%
status = cluster.status()
pids = {row.pid for row in status} | {os.getpid()}
print("expected: ['ps:0', 'worker:0', 'worker:1'] all serving, 4 processes with this one")
print("computed:", [row.task for row in status],
      "all serving," if all(row.state == "serving" for row in status) else "NOT all serving,",
      len(pids), "processes with this one")
assert len(pids) == 4 and all(row.state == "serving" for row in status)

# %% [markdown]
# `cluster.target` is the target of worker 0, and `cluster.spec` the ClusterSpec. Now a session sees
# the devices of three processes.

# %%
with tf.Session(cluster.target) as sess:
    names = sorted(device.name for device in sess.list_devices() if "CPU" in device.name)
print("\n".join(names))
assert names[0] == "/job:ps/replica:0/task:0/device:CPU:0" and len(names) == 3

# %% [markdown]
# ## 7. Several servers: who runs where?
#
# The lecture's program: variables on the parameter server, the rest on a worker. A device string
# names as much as you want to decide: job, task, device. TensorFlow decides the rest.
#
# **Predict.** Where does `nobody` run, which asks for nothing?

# %%
tf.reset_default_graph()
with tf.device("/job:ps/task:0/cpu:0"):
    W = tf.Variable(tf.ones([784, 10]), name="W")
    b = tf.Variable(tf.zeros([10]), name="b")
with tf.device("/job:worker/task:0/cpu:0"):
    x = tf.placeholder(tf.float32, [None, 784], name="x")
    output = tf.add(tf.matmul(x, W, name="product"), b, name="output")
    loss = tf.reduce_mean(output, name="loss")
with tf.device("/job:worker/task:1"):
    twice = tf.multiply(loss, 2.0, name="twice")
nobody = tf.constant(1.0, name="nobody")

sess = tf.Session(cluster.target)
sess.run(tf.global_variables_initializer())
for row in sess.placement().table([t.op for t in (W, b, x, output, loss, twice, nobody)]):
    print(f"{row.op:<8}{row.requested or '-':<34}{row.actual}")
print("expected: 1568.0")
print("computed:", sess.run(twice, {x: np.ones([100, 784])}))

# %% [markdown]
# **Explain.** On a cluster, what nobody asks for goes to the first device of all, in the order of
# the names: `/job:ps/task:0`. This is why programs for clusters give a device to everything.
#
# ## 8. What a step sends
#
# A traced step tells what went from task to task.
#
# **Predict.** Numbers of type `float32` have four bytes. What does one step that computes `twice`
# send, and how many bytes? The step is fed 100 images of 784 numbers.

# %%
def sent_in_a_step(sess, fetches, feeds=None):
    """The transfers between tasks in one step, in the order of their names."""
    sess.run(fetches, feeds)   # the first run prepares things that we don't want to see
    run_metadata = tf.RunMetadata()
    sess.run(fetches, feeds, run_metadata=run_metadata,
             options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE))
    return sorted((row for row in transfers(run_metadata) if row.kind == "network"),
                  key=lambda row: row.name.partition("_")[2].partition("_")[2])


def task_of(device):
    """worker:0 for /job:worker/replica:0/task:0/device:CPU:0."""
    job, _, task = device.split("/")[1:4]
    return f"{job.removeprefix('job:')}:{task.removeprefix('task:')}"


rows = sent_in_a_step(sess, twice, {x: np.ones([100, 784])})
for row in rows:
    tensor = row.name.split("_", 2)[2]
    print(f"{task_of(row.source):>8} -> {task_of(row.target):<8}  {tensor:<8}"
          f"{row.nbytes:>7,} bytes")
print("expected:", 4 * (784 * 10 + 10 + 1), "bytes")
print("computed:", sum(row.nbytes for row in rows), "bytes")
assert sum(row.nbytes for row in rows) == 4 * (784 * 10 + 10 + 1)

# %% [markdown]
# **Explain.** The weights go to the worker in each step, because another worker may have changed
# them; the loss, one number, goes to worker 1. The images are fed: your session sends them straight
# to the task where `x` is, and they don't count here. So does what you fetch come back.
#
# `tf.show` draws the cluster as it is now: the processes, which variables they hold, and what went
# from one to another since they began. (`tf.explore(cluster)` opens a panel that stays up to date,
# also while a cell runs.)

# %% tags=["nbval-ignore-output"]
tf.show(cluster)

# %%
held = {row.task: [variable.name for variable in row.uses.variables]
        for row in cluster.status()}
print("expected: the variables W and b live on ps:0, and the workers hold none")
print("computed:", {name: sorted(variables) for name, variables in held.items()})
assert set(held["ps:0"]) >= {"W", "b"} and held["worker:0"] == held["worker:1"] == []

# %% [markdown]
# Now the question of section 1. A network has two layers: 784 → 1000 → 10. We compute its output
# for a batch, in both ways:
#
# - data parallelism: weights on the parameter server, half of the batch for each worker;
# - model parallelism: layer 1 with its weights on worker 0, layer 2 with its weights on worker 1.
#
# **Predict.** Which way sends fewer bytes for a batch of 100? And for one of 10,000?

# %%
LAYER_1, LAYER_2 = [784, 1000], [1000, 10]


class Network:
    """Two layers on two workers; `way` is "data" or "model"."""

    def __init__(self, way, target):
        self.graph = tf.Graph()
        with self.graph.as_default():
            places = (["/job:ps/task:0"] * 2 if way == "data"
                      else ["/job:worker/task:0", "/job:worker/task:1"])
            self.weights = []
            for place, shape in zip(places, (LAYER_1, LAYER_2), strict=True):
                with tf.device(place):
                    self.weights.append(tf.Variable(tf.fill(shape, 0.01), name="weights"))
            towers = [(0, 0), (1, 1)] if way == "data" else [(0, 1)]
            self.inputs, self.outputs = [], []
            for first, second in towers:
                with tf.device(f"/job:worker/task:{first}"):
                    x = tf.placeholder(tf.float32, [None, 784], name="x")
                    hidden = tf.nn.relu(tf.matmul(x, self.weights[0]), name="hidden")
                with tf.device(f"/job:worker/task:{second}"):
                    self.outputs.append(tf.matmul(hidden, self.weights[1], name="output"))
                self.inputs.append(x)
            self.session = tf.Session(target)
            self.session.run(tf.global_variables_initializer())

    def feeds(self, batch):
        """The batch, shared out."""
        return dict(zip(self.inputs, np.split(batch, len(self.inputs)), strict=True))


def bytes_by_hand(way, size):
    """What must be sent for a batch of `size` images."""
    if way == "data":
        return 2 * 4 * (784 * 1000 + 1000 * 10)   # all weights, to each worker
    return 4 * size * 1000                        # what layer 1 computes


images = np.random.RandomState(1).rand(100, 784).astype(np.float32)
results = []
for way in ("data", "model"):
    network = Network(way, cluster.target)
    rows = sent_in_a_step(network.session, network.outputs, network.feeds(images))
    results.append(np.vstack(network.session.run(network.outputs, network.feeds(images))))
    network.session.close()
    sent = sum(row.nbytes for row in rows)
    print(f"{way:<6} parallelism: expected {bytes_by_hand(way, 100):>9,} bytes, "
          f"computed {sent:>9,}")
    assert sent == bytes_by_hand(way, 100)
print("same results:", np.allclose(*results, rtol=1e-4))
assert np.allclose(*results, rtol=1e-4)

# %% tags=["nbval-ignore-output"]
SIZES = [1, 10, 100, 1000, 10_000]


def bytes_for(size):
    """What both ways send for one batch."""
    for way in ("data", "model"):
        sent = bytes_by_hand(way, size)
        print(f"{way:<6} {sent:>11,} bytes in all, {sent / size:>13,.0f} for each image")


_ = interact(bytes_for, size=SelectionSlider(options=SIZES, value=100, description="batch"))

# %%
for size in SIZES:
    data, model = bytes_by_hand("data", size), bytes_by_hand("model", size)
    print(f"batch of {size:>6,}: data {data:>10,}, model {model:>10,}: fewer for",
          "data" if data < model else "model")

# %% [markdown]
# **Explain.** With data parallelism, the bytes don't depend on the batch: large batches make it
# cheap. With model parallelism, they grow with the batch. But worker 1 has nothing to do until
# worker 0 has finished, and layers are rarely equally expensive. So people share out data, unless
# the model is too large for one machine.
#
# ## 9. Variables belong to the task
#
# **Predict.** We put a number into `W` of section 7, in our session. Then we build *another* graph
# with a variable of the same name on the same task, and open another session that initialises
# nothing. What does it read?

# %%
sess.run(W.assign(tf.fill([784, 10], 5.0)))
sess.close()
with tf.Graph().as_default():
    with tf.device("/job:ps/task:0/cpu:0"):
        same = tf.Variable(tf.zeros([784, 10]), name="W")
    with tf.Session(cluster.target_of("worker", 1)) as other:
        value = other.run(same)[0, 0]
print("expected: 5.0")
print("computed:", value)
assert value == 5

# %% [markdown]
# **Explain.** A session on a cluster is only a visitor. Variables live in the task, under their
# name, until it ends: that is how several workers train *one* model (see
# [7.3](7.3_between_graph_replication.ipynb)). It also means that a cell that you run again may find
# old values. `tf.Session.reset(target)` clears them.

# %%
tf.Session.reset(cluster.target)
with tf.Session(cluster.target) as other:
    raised = attempt(lambda: other.run(W))
assert raised is tf.errors.FailedPreconditionError

# %% [markdown]
# ## What can go wrong
#
# **1. The parameter server wasn't started.** A session needs *all* tasks of the ClusterSpec, and
# waits for them. In TensorFlow it waits for ever, and repeats "CreateSession still waiting for
# response from worker: /job:ps/replica:0/task:0". tftutor waits for ten minutes, and says why. With
# the option `operation_timeout_in_ms` it waits no longer than that; TensorFlow still does.

# %% tags=["nbval-ignore-output"]
absent, = free_ports(1)
lonely = {"ps": [f"localhost:{absent}"], "worker": ["localhost:0"]}
impatient = tf.ConfigProto(operation_timeout_in_ms=1500)
with tf.train.Server(lonely, job_name="worker", task_index=0) as server:
    raised = attempt(lambda: tf.Session(server.target, config=impatient))

# %%
print("expected: UnavailableError")
print("computed:", raised.__name__)
assert raised is tf.errors.UnavailableError

# %% [markdown]
# If a worker doesn't need the other workers, `device_filters` leaves them out: the session below
# does not wait for the task that is absent.

# %%
with tf.train.Server(lonely, job_name="worker", task_index=0) as server:
    filtered = tf.ConfigProto(device_filters=["/job:worker/task:0"])
    with tf.Graph().as_default(), tf.Session(server.target, config=filtered) as sess:
        print("expected: 3")
        print("computed:", sess.run(tf.constant(1) + tf.constant(2)))

# %% [markdown]
# **2. The port is in use**, mostly by a task of yesterday that nobody stopped.

# %% tags=["nbval-ignore-output"]
with tf.train.Server({"worker": ["localhost:0"]}) as first:
    taken = {"worker": [first.target.removeprefix("grpc://")]}
    raised = attempt(lambda: tf.train.Server(taken))

# %%
assert raised is tf.errors.UnknownError
print("as expected: UnknownError")

# %% [markdown]
# **3. The wrong ClusterSpec.** This worker has another list than the others: it takes worker 1 for
# the parameter server. tftutor asks each task who it is, and refuses.

# %% tags=["nbval-ignore-output"]
wrong = {"ps": [cluster.spec.task_address("worker", 1)], "worker": ["localhost:0"]}
with tf.train.Server(wrong, job_name="worker", task_index=0) as server:
    raised = attempt(lambda: tf.Session(server.target, config=impatient))

# %%
assert raised is tf.errors.FailedPreconditionError
print("as expected: FailedPreconditionError")

# %% [markdown]
# **4. A device that no task has.** The whole graph must fit the cluster, also what you don't run.

# %%
with tf.Graph().as_default():
    with tf.device("/job:ps/task:1"):
        tf.constant(0.0, name="elsewhere")
    fine = tf.constant(1.0)
    with tf.Session(cluster.target) as sess:
        raised = attempt(lambda: sess.run(fine))
assert raised is tf.errors.InvalidArgumentError

# %% [markdown]
# **5. An address that others can reach.** The lecture's addresses, 192.168.…, are open to the whole
# network, and whoever reaches a TensorFlow server can use it. TensorFlow doesn't mind. tftutor
# wants keys there.

# %% tags=["nbval-ignore-output"]
raised = attempt(lambda: tf.train.Server(lecture, job_name="ps", task_index=0))
assert raised is tf.errors.PermissionDeniedError

# %% [markdown]
# **6. A task dies.** Its variables are lost, the steps that need it fail. We kill the parameter
# server, as a crash would, and start it anew.

# %% tags=["nbval-ignore-output"]
cluster.kill("ps", 0)
print(cluster.status())
with tf.Graph().as_default():
    one = tf.constant(1.0)
    killed = attempt(lambda: tf.Session(cluster.target, config=impatient).run(one))
    cluster.restart("ps", 0)
    with tf.Session(cluster.target) as sess:
        after = sess.run(one)

# %%
print("expected: UnavailableError, and after the restart 1.0")
print("computed:", killed.__name__ + ", and after the restart", after)
assert killed is tf.errors.UnavailableError and after == 1

# %% [markdown]
# ## Exercises
#
# ### Exercise 1
#
# What is the full name of the second GPU of the third worker? Write it as `sess.list_devices()`
# would, into `answer_1`.
#
# <details><summary>Solution</summary>
#
# Tasks and devices are counted from 0.
#
# ```python
# answer_1 = "/job:worker/replica:0/task:2/device:GPU:1"
# ```
#
# </details>

# %% tags=["exercise"]
answer_1 = None   # replace None

# %%
if answer_1 is None:
    print("Exercise 1: not answered yet")
else:
    parts = answer_1.strip("/").split("/")
    assert parts[0] == "job:worker", f"begins with {parts[0]}"
    assert "task:2" in parts, "which task is the third one, if the first one is 0?"
    assert answer_1 == "/job:worker/replica:0/task:2/device:GPU:1", "nearly; compare with section 6"
    print("Exercise 1: correct")

# %% [markdown]
# ### Exercise 2
#
# Write a ClusterSpec for two parameter servers and three workers on this machine. The parameter
# servers use the ports 2220 and 2221, the workers 2230, 2231 and 2232. Put it into `answer_2`.
#
# <details><summary>Solution</summary>
#
# ```python
# answer_2 = tf.train.ClusterSpec({
#     "ps": ["localhost:2220", "localhost:2221"],
#     "worker": ["localhost:2230", "localhost:2231", "localhost:2232"]})
# ```
#
# </details>

# %% tags=["exercise"]
answer_2 = None   # replace None

# %%
if answer_2 is None:
    print("Exercise 2: not answered yet")
else:
    assert answer_2.jobs == ["ps", "worker"], f"the jobs are {answer_2.jobs}"
    assert [answer_2.num_tasks(job) for job in answer_2.jobs] == [2, 3]
    assert answer_2.task_address("ps", 1).endswith(":2221")
    assert answer_2.task_address("worker", 2).endswith(":2232")
    print("Exercise 2: correct")

# %% [markdown]
# ### Exercise 3
#
# The variable `V` below lives on the parameter server: 200 rows, 50 columns. Worker 0 needs the sum
# of all its numbers. As it stands, the step sends 40,000 bytes. Give `total` another device, so
# that it sends 4 bytes. Replace `None`.
#
# <details><summary>Solution</summary>
#
# Add up where the numbers are, and send the sum.
#
# ```python
# answer_3 = "/job:ps/task:0"
# ```
#
# </details>

# %% tags=["exercise"]
answer_3 = None   # replace None by the name of a device

# %%
with tf.Graph().as_default():
    with tf.device("/job:ps/task:0"):
        V = tf.Variable(tf.ones([200, 50]), name="V")
    with tf.device(answer_3 or "/job:worker/task:0"):
        total = tf.reduce_sum(V, name="total")
    with tf.device("/job:worker/task:0"):
        result = tf.identity(total, name="result")
    with tf.Session(cluster.target) as sess:
        sess.run(V.initializer)
        sent = sum(row.nbytes for row in sent_in_a_step(sess, result))
        on_worker = "worker/task:0" in sess.placement().table([result.op])[0].actual
if answer_3 is None:
    print("Exercise 3: not answered yet")
else:
    assert sent == 4 and on_worker, f"the step sends {sent:,} bytes"
    print("Exercise 3: correct")

# %% [markdown]
# ## The end: stop the cluster
#
# The processes would end with the kernel, too. But they hold memory and ports until then.

# %%
cluster.stop()
print("expected: no process left")
print("computed:", "no process left" if all(row.pid is None for row in cluster.status())
      else cluster.status())
assert all(row.pid is None for row in cluster.status())

# %% [markdown]
# ## What you have seen
#
# - A cluster is a list of addresses, `ClusterSpec`, and a `Server` for each of them.
# - `tf.Session(server.target)` uses the devices of all tasks; `/job:ps/task:0/cpu:0` names one.
# - TensorFlow sends what one task makes and another uses, in each step.
# - Variables stay in their task from session to session.
#
# [Previous: 6.2 Train a NN on multi-GPU](6.2_multigpu_training.ipynb) ·
# [Next: 7.2 In-graph replication](7.2_in_graph_replication.ipynb)
