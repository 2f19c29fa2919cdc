# %% [markdown]
# # 7.2 In-graph replication
#
# **Goal.** Train one model on several workers with *one* graph and *one* client: variables on the
# parameter server, a tower for each worker.
#
# **You need.** [7.1 Clusters](7.1_clusters.ipynb): tasks, device strings, what a step sends.
# [6.2 Train a NN on multi-GPU](6.2_multigpu_training.ipynb): towers and averaged gradients; what
# workers are here, GPUs were there.
#
# **Time.** About 30 minutes to read and try; the cells themselves run in half a minute.
#
# [Previous: 7.1 Clusters](7.1_clusters.ipynb) ·
# [Next: 7.3 Between-graph replication](7.3_between_graph_replication.ipynb) ·
# [Open in Binder](binder:)

# %% [markdown]
# ## Setup
#
# As in 7.1: a cluster of real processes on this machine, which end with `cluster.stop()` at the end
# of the notebook, or with the kernel.

# %%
import os
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from ipywidgets import IntSlider, interact

import tftutor as tf
from tftutor.client.step_readings import transfers
from tftutor.compat.examples.tutorials.mnist import input_data
from tftutor.inspection.devices.timeline_text import timeline_text

os.environ["CUDA_VISIBLE_DEVICES"] = ""   # every task has a CPU, and only that


def show(figure, description):
    """Show a figure and describe it, for readers who cannot see it."""
    display(figure, metadata={"image/png": {"alt": description}})
    plt.close(figure)
    print("Figure:", description)


def task_of(device):
    """worker:0 for /job:worker/replica:0/task:0/device:CPU:0."""
    job, _, task = device.split("/")[1:4]
    return f"{job.removeprefix('job:')}:{task.removeprefix('task:')}"


NUM_WORKERS = 2
cluster = tf.cluster.local(ps=1, worker=NUM_WORKERS)
mnist = input_data.read_data_sets("MNIST-data", one_hot=True, seed=1)
print("tasks:", [row.task for row in cluster.status()])

# %% [markdown]
# ## 1. The lecture's program
#
# One program builds one graph, in which each worker has a *tower*: the same operations, with the
# same variables, on a part of the input.
#
# (The lecture writes `tf.split(0, num_workers, input)`. That was the order of arguments before
# TensorFlow 1.0; now it is `tf.split(input, num_workers)`.)
#
# **Predict.** All weights are 1, the biases are 0, and row i of the input has four times the number
# i. Which outputs does worker 1 compute?

# %%
tf.reset_default_graph()
with tf.device("/job:ps/task:0/cpu:0"):
    W = tf.Variable(tf.ones([4, 1]), name="W")
    b = tf.Variable(tf.zeros([1]), name="b")
    rows = tf.constant(np.repeat(np.arange(6.0), 4).reshape(6, 4), tf.float32, name="input")
    inputs = tf.split(rows, NUM_WORKERS)

outputs = []
for i in range(NUM_WORKERS):
    with tf.device(f"/job:worker/task:{i}/cpu:0"):
        outputs.append(tf.add(tf.matmul(inputs[i], W), b, name=f"output_{i}"))
with tf.device("/job:ps/task:0/cpu:0"):
    loss = tf.reduce_mean(tf.concat(outputs, axis=0), name="loss")

with tf.Session(cluster.target) as sess:
    sess.run(tf.global_variables_initializer())
    for row in sess.placement().table([tensor.op for tensor in (W, *inputs[:1], *outputs, loss)]):
        print(f"{row.op:<10}{row.actual}")
    computed, mean = sess.run([outputs, loss])
print("expected: worker 1: [12.0, 16.0, 20.0], loss 10.0")
print(f"computed: worker 1: {computed[1].ravel().tolist()}, loss {mean}")
assert computed[1].ravel().tolist() == [12, 16, 20] and mean == 10

# %% [markdown]
# **Explain.** Worker 1 has the second half of the rows: 3, 4 and 5. This notebook is the *client*:
# it builds the graph and asks for the loss. It has no server of its own; the target is that of
# worker 0. That worker is the *master* of the session: it cuts the graph into one piece for each
# task, and tells each task to run its piece.
#
# ## 2. A model to train
#
# The same with MNIST: softmax regression, as in
# [2.2](2.2_logistic_regression.ipynb). Each tower computes the gradients of its part of the batch,
# the parameter server takes their average and updates the weights.

# %%
class InGraph:
    """Softmax regression with a tower for each worker, all in one graph."""

    def __init__(self, target, num_workers, rate=0.5):
        self.graph = tf.Graph()
        with self.graph.as_default():
            with tf.device("/job:ps/task:0/cpu:0"):
                self.images = tf.placeholder(tf.float32, [None, 784], name="images")
                self.labels = tf.placeholder(tf.float32, [None, 10], name="labels")
                self.W = tf.Variable(tf.zeros([784, 10]), name="weights")
                self.b = tf.Variable(tf.zeros([10]), name="biases")
                optimizer = tf.train.GradientDescentOptimizer(rate)
                parts = zip(tf.split(self.images, num_workers), tf.split(self.labels, num_workers),
                            strict=True)
            losses, tower_gradients = [], []
            for i, (images, labels) in enumerate(parts):
                with tf.device(f"/job:worker/task:{i}/cpu:0"), tf.name_scope(f"tower_{i}"):
                    losses.append(self.loss_of(images, labels))
                    tower_gradients.append(tf.gradients(losses[i], [self.W, self.b]))
            with tf.device("/job:ps/task:0/cpu:0"):
                self.gradients = [tf.add_n(list(of_one)) / num_workers
                                  for of_one in zip(*tower_gradients, strict=True)]
                self.train = optimizer.apply_gradients(
                    zip(self.gradients, [self.W, self.b], strict=True))
                self.loss = tf.add_n(losses) / num_workers
                logits = tf.matmul(self.images, self.W) + self.b
                right = tf.equal(tf.argmax(logits, 1), tf.argmax(self.labels, 1))
                self.accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
                start = tf.global_variables_initializer()
        self.session = tf.Session(target, graph=self.graph)
        self.session.run(start)

    def loss_of(self, images, labels):
        """The mean cross-entropy."""
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(
            logits=tf.matmul(images, self.W) + self.b, labels=labels))

    def feeds(self, batch):
        """A feed_dict for (images, labels)."""
        return {self.images: batch[0], self.labels: batch[1]}


model = InGraph(cluster.target, NUM_WORKERS)
counts = Counter((row.op.partition("/")[0], row.actual)
                 for row in model.session.placement().table())
for (group, device), count in sorted(counts.items()):
    if group in ("weights", "biases", "tower_0", "tower_1"):
        print(f"{group:<8} {count:>3} operations on {device}")
assert all(device.startswith(f"/job:worker/task:{group[-1]}") for group, device in counts
           if group.startswith("tower"))

# %% [markdown]
# **Predict.** Does one step change the weights as a step on one machine would, with the whole
# batch?

# %%
batch = mnist.train.next_batch(100)
model.session.run(model.train, model.feeds(batch))
weights = model.session.run(model.W)


def one_step_by_hand(images, labels, rate=0.5):
    """The weights after one step of gradient descent from zero, in NumPy."""
    guess = np.full_like(labels, 0.1)   # all weights are 0: each digit is equally likely
    return -rate * images.T @ (guess - labels) / len(images)


distance = np.abs(weights - one_step_by_hand(*batch)).max()
print("expected: the same up to rounding")
print("computed:", "the same up to rounding" if distance < 1e-6 else f"different by {distance}")
assert distance < 1e-6

# %% [markdown]
# **Explain.** Yes: the average over both halves is the average over the batch. The step waits for
# *all* towers before it changes anything. This is called *synchronous* training.
#
# ## 3. Train

# %% tags=["nbval-ignore-output"]
BATCH, STEPS = 100, 150
history = []
for step in range(STEPS):
    feeds = model.feeds(mnist.train.next_batch(BATCH))
    history.append(model.session.run([model.loss, model.train], feeds)[0])
    if step in (0, 9, 49, 99, STEPS - 1):
        print(f"step {step + 1:>3}: loss {history[-1]:.3f}")
test = mnist.test.images, mnist.test.labels
accuracy = model.session.run(model.accuracy, model.feeds(test))
print(f"test accuracy: {accuracy:.3f}")

# %%
print("expected: the loss falls to less than 0.6, and more than 8 of 10 test digits are right")
print("computed:", np.mean(history[-20:]) < 0.6, accuracy > 0.8)
assert np.mean(history[-20:]) < 0.6 and accuracy > 0.8

# %% tags=["nbval-ignore-output"]
figure, axes = plt.subplots(figsize=(8, 3), layout="constrained")
axes.plot(np.arange(1, STEPS + 1), history, color="#2e7d32")
axes.axhline(np.log(10), color="#616161", linestyle="--", linewidth=1, label="guessing")
axes.set(xlabel="step", ylabel="loss", title="In-graph replication on two workers")
axes.legend()
show(figure, f"the loss starts at {history[0]:.1f}, falls steeply in the first 30 steps, and is "
             f"about {np.mean(history[-20:]):.2f} in the last 20 steps.")

# %% [markdown]
# ## 4. What a step sends
#
# **Predict.** A batch has 100 images of 784 numbers, with labels of 10 numbers. The model has 7,850
# weights. Each number has four bytes. What goes from task to task in one step, and how much of it?

# %%
def traced_step(trainer, size):
    """One traced step of training with `size` images: a RunMetadata."""
    feeds = trainer.feeds((mnist.train.images[:size], mnist.train.labels[:size]))
    trainer.session.run(trainer.train, feeds)   # prepares things that we don't want to see
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    # The first traced step prepares its tracing; the second one is like all that follow.
    for _ in range(2):
        run_metadata = tf.RunMetadata()
        trainer.session.run(trainer.train, feeds, options=options, run_metadata=run_metadata)
    return run_metadata


def kind_of(row):
    """What is sent, by the direction and the name of the tensor."""
    if task_of(row.source).startswith("worker"):
        return "gradients"
    return "images and labels" if "split" in row.name else "weights"


def bytes_by_kind(run_metadata):
    """(kind, source, target) -> bytes sent between tasks."""
    found = Counter()
    for row in transfers(run_metadata):
        if row.kind == "network":
            found[kind_of(row), task_of(row.source), task_of(row.target)] += row.nbytes
    return found


def bytes_by_hand(size, workers):
    """kind -> what a step with `size` images must send."""
    return {"weights": workers * 4 * 7850, "images and labels": 4 * size * (784 + 10),
            "gradients": workers * 4 * 7850}


trace = traced_step(model, BATCH)
sent = bytes_by_kind(trace)
for (kind, source, target), nbytes in sorted(sent.items()):
    print(f"{source:>8} -> {target:<8}  {kind:<18}{nbytes:>8,} bytes")
for kind, expected in bytes_by_hand(BATCH, NUM_WORKERS).items():
    computed = sum(nbytes for (what, *_), nbytes in sent.items() if what == kind)
    print(f"{kind + ':':<19}expected {expected:>7,}, computed {computed:>7,}")
    assert computed == expected

# %% [markdown]
# ## 5. A timeline by task
#
# The trace of the same step: a line for each task, time from left to right.

# %% tags=["nbval-ignore-output"]
print(timeline_text(trace.step_stats))

# %% tags=["nbval-ignore-output"]
COLORS = {"ps:0": "#2e7d32", "worker:0": "#1565c0", "worker:1": "#ef6c00"}


def working_times(run_metadata):
    """task -> the (start, end) in milliseconds of each of its operations that compute."""
    nodes = [(task_of(device.device), node) for device in run_metadata.step_stats.dev_stats
             if device.device.startswith("/job:") for node in device.node_stats]
    begin = min(node.all_start_nanos for _, node in nodes)
    found = {task: [] for task in COLORS}
    for task, node in nodes:
        if " = _Send(" not in node.timeline_label and " = _Recv(" not in node.timeline_label:
            start = node.all_start_nanos - begin + node.op_start_rel_nanos
            length = node.op_end_rel_nanos - node.op_start_rel_nanos
            if length > 0:   # constants, for example, take no time
                found[task].append((start / 1e6, (start + length) / 1e6))
    return found


times = working_times(trace)
figure, axis = plt.subplots(figsize=(10, 2.4), layout="constrained")
for row, (task, color) in enumerate(COLORS.items()):
    axis.broken_barh([(start, end - start) for start, end in times[task]], (row - 0.4, 0.8),
                     color=color, edgecolor="white", linewidth=0.3)
axis.set(yticks=range(3), yticklabels=list(COLORS), ylim=(2.6, -0.6),
         xlabel="milliseconds since the step began", title="One step of training")
seen = [f"{task} computes for {sum(end - start for start, end in bars):.2f} ms between "
        f"{min(bars)[0]:.2f} and {max(end for _, end in bars):.2f} ms"
        for task, bars in times.items()]
show(figure, "one row for each task, one bar for each operation: " + "; ".join(seen) + ".")

# %% [markdown]
# **Explain.** The parameter server splits the batch and sends; the workers compute, both at the
# same time if the machine has two free cores; the parameter server updates last, when both
# gradients are there. Most of the step is not computing, but sending and waiting: the model is
# tiny. With large models it is the other way round, if the network is fast.
#
# That order never changes. We can check it:

# %%
last_of_workers = max(end for task in ("worker:0", "worker:1") for _, end in times[task])
last_of_ps = max(end for _, end in times["ps:0"])
print("the parameter server finishes last:", last_of_ps > last_of_workers)
assert last_of_ps > last_of_workers

# %% [markdown]
# ## 6. Who sends too much?
#
# Everything goes through the parameter server, once for each worker.
#
# **Predict.** With more workers, what grows: the weights that are sent, or the images?

# %% tags=["nbval-ignore-output"]
def megabytes(workers, size=100):
    """What one step sends, in a line."""
    kinds = bytes_by_hand(size, workers)
    parts = ", ".join(f"{kind} {nbytes / 1e6:.2f}" for kind, nbytes in kinds.items())
    return f"{workers:>3} workers: {sum(kinds.values()) / 1e6:>6.2f} MB a step ({parts})"


_ = interact(lambda workers: print(megabytes(workers)),
             workers=IntSlider(value=2, min=1, max=50, description="workers"))

# %%
for workers in (1, 2, 10, 50):
    print(megabytes(workers))

# %% [markdown]
# **Explain.** The weights and gradients. The images are shared out, each goes to one worker. In
# practice the ways out are larger batches, several parameter servers, and workers that read their
# images themselves. For the last one, each worker should have a program of its own:
# [between-graph replication](7.3_between_graph_replication.ipynb). In-graph replication is easier,
# but all data pass through one client, and one graph holds all towers. It is for small clusters.
#
# ## What can go wrong
#
# **1. The batch can't be shared out.** `tf.split` needs parts of equal size. The error comes from
# the task that splits.

# %%
try:
    model.session.run(model.train, model.feeds(mnist.train.next_batch(99)))
except tf.errors.InvalidArgumentError as error:
    print("InvalidArgumentError:", error.message.splitlines()[0])
    print(*error.message.splitlines()[1:2])

# %% [markdown]
# **2. A tower without a device.** Operations that ask for nothing go to the parameter server. It
# does all of the work then, and the workers do nothing. No error tells you: look at the placement.

# %%
with tf.Graph().as_default():
    forgotten = [tf.reduce_sum(tf.ones([100]), name=f"tower_{i}") for i in range(2)]
    with tf.Session(cluster.target) as sess:
        sess.run(forgotten)
        for row in sess.placement().table([tower.op for tower in forgotten]):
            print(row.op, "runs on", row.actual)
            assert row.actual.startswith("/job:ps")

# %% [markdown]
# **3. The workers make their own variables.** A variable that is made inside `with
# tf.device("/job:worker/...")` lives on that worker. Then each worker trains its own model, and
# nothing is shared. Make the variables once, before the loop over the workers, as in section 1.
#
# **4. The name is taken.** Section 1 has left a variable `W` of shape [4, 1] on the parameter
# server. Variables belong to the task, so another `W` with another shape collides with it, though
# it is in another graph and another session. This happens to people who change a cell and run it
# again. `tf.Session.reset(cluster.target)` clears the cluster, or choose another name.

# %%
with tf.Graph().as_default():
    with tf.device("/job:ps/task:0"):
        larger = tf.Variable(tf.zeros([784, 10]), name="W")
    with tf.Session(cluster.target) as sess:
        try:
            sess.run(larger.initializer)
        except tf.errors.InvalidArgumentError as error:
            print(*error.message.splitlines()[:2], sep="\n")

# %% [markdown]
# **5. One worker dies**, and the step fails for all. The weights are safe on the parameter server,
# but the program stops unless it makes a new session. We kill worker 1.

# %% tags=["nbval-ignore-output"]
cluster.kill("worker", 1)
try:
    model.session.run(model.train, model.feeds(batch))
    raised = None
except tf.errors.OpError as error:
    raised = type(error)
    print(f"{raised.__name__}: {error.message}")

# %%
print("expected: UnavailableError")
print("computed:", raised.__name__)
assert raised is tf.errors.UnavailableError
cluster.restart("worker", 1)

# %% [markdown]
# The weights that were trained are still there, for a new session on the same graph.

# %%
model.session.close()
model.session = tf.Session(cluster.target, graph=model.graph)
again = model.session.run(model.accuracy, model.feeds(test))
print("expected: the same accuracy as before")
print("computed:", "the same accuracy as before" if abs(again - accuracy) < 0.05 else again)
assert abs(again - accuracy) < 0.05

# %% [markdown]
# ## Exercises
#
# ### Exercise 1
#
# A network has one million weights. It is trained by in-graph replication on 8 workers. How many
# bytes of weights and gradients together does the parameter server send and get in each step? Put
# the number into `answer_1`.
#
# <details><summary>Solution</summary>
#
# All weights go to each worker, and as many gradients come back.
#
# ```python
# answer_1 = 8 * 2 * 4 * 1_000_000
# ```
#
# </details>

# %% tags=["exercise"]
answer_1 = None   # replace None

# %%
if answer_1 is None:
    print("Exercise 1: not answered yet")
else:
    assert answer_1 != 8 * 4_000_000, "both ways, please"
    assert answer_1 != 8 * 2_000_000, "how many bytes has a float32?"
    assert answer_1 == 64_000_000, f"got {answer_1:,}"
    print("Exercise 1: correct")

# %% [markdown]
# ### Exercise 2
#
# Write the loop of in-graph replication: for each worker i, `parts[i]` times 2, computed on worker
# i. Put the results into the list that the function returns.
#
# <details><summary>Solution</summary>
#
# ```python
# def doubled_by_workers(parts):
#     results = []
#     for i, part in enumerate(parts):
#         with tf.device(f"/job:worker/task:{i}"):
#             results.append(part * 2.0)
#     return results
# ```
#
# </details>

# %% tags=["exercise"]
def doubled_by_workers(parts):
    """part * 2 for each part; part i is doubled on worker i."""
    return None   # replace this line

# %%
with tf.Graph().as_default():
    with tf.device("/job:ps/task:0"):
        pieces = tf.split(tf.constant([1.0, 2.0, 3.0, 4.0]), NUM_WORKERS)
    doubled = doubled_by_workers(pieces)
    if doubled is None:
        print("Exercise 2: not answered yet")
    else:
        with tf.Session(cluster.target) as sess:
            values = [value.tolist() for value in sess.run(doubled)]
            where = [row.actual for row in sess.placement().table([d.op for d in doubled])]
        assert values == [[2, 4], [6, 8]], f"got {values}"
        for i, device in enumerate(where):
            assert f"worker/task:{i}" in device, f"part {i} is doubled on {device}"
        print("Exercise 2: correct")

# %% [markdown]
# ### Exercise 3
#
# Two towers have parts of *different* sizes: 30 and 70 images, with mean gradients `first` and
# `second`. What is the gradient of the mean over all 100? Complete the function.
#
# <details><summary>Solution</summary>
#
# ```python
# def average(first, second):
#     return 0.3 * first + 0.7 * second
# ```
#
# </details>

# %% tags=["exercise"]
def average(first, second):
    """The mean over 100 images, from the means over 30 and over 70 of them."""
    return None   # replace this line

# %%
values = np.random.RandomState(2).rand(100)
answer = average(values[:30].mean(), values[30:].mean())
if answer is None:
    print("Exercise 3: not answered yet")
else:
    assert np.isclose(answer, values.mean()), "the larger part should count more"
    print("Exercise 3: correct")

# %% [markdown]
# ## The end: stop the cluster

# %%
model.session.close()
cluster.stop()
assert all(row.pid is None for row in cluster.status())
print("stopped")

# %% [markdown]
# ## What you have seen
#
# - In-graph replication: one client, one graph, one `sess.run`; a tower for each worker.
# - The variables are on the parameter server, and all towers use the same ones.
# - It is synchronous: a step ends when the slowest worker has finished.
# - Weights and gradients travel once for each worker, the data once in all.
#
# [Previous: 7.1 Clusters](7.1_clusters.ipynb) ·
# [Next: 7.3 Between-graph replication](7.3_between_graph_replication.ipynb)
