# %% [markdown]
# # 6.2 Train a NN on multi-GPU
#
# **Goal.** Train one convolutional network on two GPUs: split each batch, let each GPU compute the
# gradients of its half, average them, and update the one set of weights that both share.
#
# **You need.** [6.1 Basic Operations on multi-GPU](6.1_multigpu_basics.ipynb): placement, copies,
# timelines. [2.2 Logistic Regression](2.2_logistic_regression.ipynb): cross-entropy, batches.
#
# **Time.** About 45 minutes to read and try; the cells themselves run in half a minute.
#
# [Previous: 6.1 Basic Operations on multi-GPU](6.1_multigpu_basics.ipynb) ·
# [Next: 7.1 Clusters](7.1_clusters.ipynb) · [Open in Binder](binder:)

# %% [markdown]
# ## Setup
#
# As in 6.1: `two_gpus` makes sessions with two GPUs. They are real if this machine has two, and
# simulated if not. A simulated GPU has its own memory and its own thread, but only the speed of one
# core of your CPU. Nearly everything here is the same on both. Where it is not, the text says so.

# %%
import os
import time
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from ipywidgets import SelectionSlider, interact

import tftutor as tf
from tftutor.client.step_readings import transfers
from tftutor.compat.examples.tutorials.mnist import input_data
from tftutor.inspection.devices.timeline_text import timeline_text

if len(tf.config.experimental.list_physical_devices("GPU")) < 2:
    os.environ["TFTUTOR_SIMULATED_GPUS"] = "2"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "1"   # no line for each GPU that is found


def two_gpus(**options):
    """The configuration of a session with two GPUs, real or simulated."""
    return tf.ConfigProto(device_count={"GPU": 2}, allow_soft_placement=True, **options)


def show(figure, description):
    """Show a figure and describe it, for readers who cannot see it."""
    display(figure, metadata={"image/png": {"alt": description}})
    plt.close(figure)
    print("Figure:", description)


with tf.Session(config=two_gpus()) as sess:
    for device in sess.list_devices():
        name = device.name.rpartition("/device:")[2]
        print(name, "(simulated)" if "simulated" in repr(device) else "")
mnist = input_data.read_data_sets("MNIST-data", one_hot=True, seed=1)

# %% [markdown]
# ## 1. The idea
#
# This is *data parallelism*. One step of training:
#
# 1. The CPU splits the batch into two halves.
# 2. Each GPU computes the loss and the gradients of its half, with the same weights. The copy of
#    the network on a GPU is called a *tower*.
# 3. The CPU takes the average of the two gradients, and updates the weights.
#
# Both towers are in one graph; one `sess.run` does everything. This is called *in-graph
# replication*.
#
# ## 2. Splitting the batch
#
# `tf.split(images, 2)` cuts along the first axis into two equal parts. (In old programs you may
# see `tf.split(0, 2, images)`: before TensorFlow 1.0, the arguments had another order.)
#
# **Predict.** A batch has 100 images of 784 numbers. What are the shapes of the parts?

# %%
tf.reset_default_graph()
images = tf.placeholder(tf.float32, [100, 784])
parts = tf.split(images, 2)
print("expected: [(50, 784), (50, 784)]")
print("computed:", [tuple(part.shape.as_list()) for part in parts])

# %% [markdown]
# ## 3. One network, used twice
#
# `tf.layers` makes its weights with `tf.get_variable`. That function looks a name up in the current
# *variable scope*. Without `reuse`, it makes a new variable, and a name that exists is an error.
# With `reuse=True`, it gives the one that exists.
#
# **Predict.** The network below has four layers, each with a kernel and a bias. How many trainable
# variables are there after the first tower? And after the second one?

# %%
def network(images, reuse):
    """Two convolutions, two dense layers; images [n, 784] -> logits [n, 10]."""
    with tf.variable_scope("cnn", reuse=reuse):
        x = tf.reshape(images, [-1, 28, 28, 1])
        x = tf.layers.conv2d(x, 16, 5, activation=tf.nn.relu, name="conv1")
        x = tf.layers.max_pooling2d(x, 2, 2)
        x = tf.layers.conv2d(x, 32, 3, activation=tf.nn.relu, name="conv2")
        x = tf.layers.max_pooling2d(x, 2, 2)
        x = tf.layers.dense(tf.layers.flatten(x), 64, activation=tf.nn.relu, name="dense")
        return tf.layers.dense(x, 10, name="logits")


for tower, part in enumerate(parts):
    with tf.name_scope(f"tower_{tower}"):
        network(part, reuse=tower > 0)
    print(f"after tower {tower}: expected 8, computed {len(tf.trainable_variables())}")
sizes = {v.op.name: int(np.prod(v.shape.as_list())) for v in tf.trainable_variables()}
for name, size in sizes.items():
    print(f"  {name:<20}{size:>7,}")
print(f"  {'together':<20}{sum(sizes.values()):>7,}")

# %% [markdown]
# **Explain.** The names start with `cnn`, not with `tower_0`. A *name* scope is for operations;
# `get_variable` heeds *variable* scopes only. This is why both towers find the same weights.
#
# ## 4. Who lives where?
#
# The operations of a tower belong on its GPU. But the weights belong to nobody's tower: we keep
# them on the CPU. `tf.device` takes a function, too. It is asked for each operation.

# %%
def on_tower(gpu):
    """A device function: variables on the CPU, everything else on a GPU."""
    def device(op):
        return "/cpu:0" if op.type in ("Variable", "VariableV2", "VarHandleOp") else gpu
    return device


# %% [markdown]
# ## 5. The average of gradients
#
# `compute_gradients` gives a list of pairs (gradient, variable), in the same order for each tower.
# We go through both lists together.

# %%
def average_gradients(tower_gradients):
    """One list of (gradient, variable) for each tower -> one list with the averages."""
    averages = []
    for pairs in zip(*tower_gradients, strict=True):
        gradients = [gradient for gradient, _ in pairs]
        variable = pairs[0][1]   # the same in all towers
        averages.append((tf.reduce_mean(tf.stack(gradients), axis=0), variable))
    return averages


# %% [markdown]
# Now everything together: the whole model.

# %%
class Trainer:
    """A graph that trains the network with one tower for each of the given devices."""

    def __init__(self, gpus):
        self.graph = tf.Graph()
        with self.graph.as_default(), tf.device("/cpu:0"):
            tf.set_random_seed(1)
            self.images = tf.placeholder(tf.float32, [None, 784], name="images")
            self.labels = tf.placeholder(tf.float32, [None, 10], name="labels")
            optimizer = tf.train.AdamOptimizer(0.002)
            halves = zip(gpus, tf.split(self.images, len(gpus)), tf.split(self.labels, len(gpus)),
                         strict=True)
            losses, self.tower_gradients = [], []
            for tower, (gpu, images, labels) in enumerate(halves):
                with tf.device(on_tower(gpu)), tf.name_scope(f"tower_{tower}"):
                    logits = network(images, reuse=tower > 0)
                    losses.append(self.loss_of(logits, labels))
                    self.tower_gradients.append(optimizer.compute_gradients(losses[-1]))
            self.gradients = average_gradients(self.tower_gradients)
            self.train = optimizer.apply_gradients(self.gradients)
            self.loss = tf.reduce_mean(tf.stack(losses), name="loss")
            # The same weights once more, for all images at once: to check, and to test.
            with tf.device(on_tower(gpus[0])), tf.name_scope("whole"):
                logits = network(self.images, reuse=True)
                self.whole_gradients = optimizer.compute_gradients(
                    self.loss_of(logits, self.labels))
                right = tf.equal(tf.argmax(logits, 1), tf.argmax(self.labels, 1))
                self.accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
            self.start = tf.global_variables_initializer()
        self.session = tf.Session(graph=self.graph, config=two_gpus())
        self.session.run(self.start)

    @staticmethod
    def loss_of(logits, labels):
        """The mean cross-entropy."""
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(
            logits=logits, labels=labels))

    def feeds(self, batch):
        """A feed_dict for (images, labels)."""
        return {self.images: batch[0], self.labels: batch[1]}


two = Trainer(["/gpu:0", "/gpu:1"])
rows = two.session.placement().table()
counts = Counter((row.op.partition("/")[0], row.actual) for row in rows)
for group in ("tower_0", "tower_1", "cnn"):
    for (name, device), count in sorted(counts.items()):
        if name == group:
            print(f"{group}: {count} operations on {device}")

# %% [markdown]
# **Explain.** `cnn` are the weights, with what reads and initialises them and with Adam's averages:
# all on the CPU. Each tower is on its GPU, on the way forward and on the way back.
#
# ## 6. Is it the same gradient?
#
# **Predict.** The loss of the whole batch is a mean over 100 images. Each tower has the mean over
# its 50. Is the average of the two towers' gradients *equal* to the gradient of the whole batch, or
# only similar?

# %%
batch = mnist.train.next_batch(100)
towers, averaged, whole = two.session.run(
    [[[g for g, _ in pairs] for pairs in two.tower_gradients],
     [g for g, _ in two.gradients], [g for g, _ in two.whole_gradients]], two.feeds(batch))


def distance(first, second):
    """The largest difference between two lists of arrays."""
    return max(np.abs(a - b).max() for a, b in zip(first, second, strict=True))


print(f"tower 0 and tower 1 differ:      {distance(*towers) > 1e-3}")
print(f"the average is NumPy's average:  "
      f"{distance(averaged, [(a + b) / 2 for a, b in zip(*towers, strict=True)]) < 1e-6}")
print(f"the average is that of the whole: {distance(averaged, whole) < 1e-5}")
assert distance(*towers) > 1e-3 and distance(averaged, whole) < 1e-5

# %% [markdown]
# **Explain.** Equal, up to rounding. So training on two GPUs takes the same steps as on one. It can
# only be faster, not better. This needs halves of the same size; see exercise 3.
#
# ## 7. Train
#
# The losses that you see may differ in the last digits from the stored ones: another CPU or GPU
# rounds differently, and training makes small differences grow.
#
# **Predict.** Guessing gives a loss of ln 10 = 2.3 and one right answer in ten. How many of ten
# digits will be right after 150 steps?

# %% tags=["nbval-ignore-output"]
BATCH, STEPS = 100, 150
history = []
for step in range(STEPS):
    feeds = two.feeds(mnist.train.next_batch(BATCH))
    history.append(two.session.run([two.loss, two.train], feeds)[0])
    if step in (0, 9, 49, 99, STEPS - 1):
        print(f"step {step + 1:>3}: loss {history[-1]:.3f}")
test = mnist.test.images, mnist.test.labels
accuracy = two.session.run(two.accuracy, two.feeds(test))
print(f"test accuracy: {accuracy:.3f}")

# %%
print("expected: the loss falls to less than 0.5, and more than 9 of 10 test digits are right")
print("computed:", np.mean(history[-20:]) < 0.5, accuracy > 0.9)
assert np.mean(history[-20:]) < 0.5 and accuracy > 0.9

# %% tags=["nbval-ignore-output"]
figure, axes = plt.subplots(figsize=(8, 3.2), layout="constrained")
axes.plot(np.arange(1, STEPS + 1), history, color="#2e7d32")
axes.axhline(np.log(10), color="#616161", linestyle="--", linewidth=1, label="guessing")
axes.set(xlabel="step", ylabel="loss", title="Training on two GPUs")
axes.legend()
show(figure, f"the loss starts at about {history[0]:.1f}, falls steeply in the first 40 steps, and "
             f"is about {np.mean(history[-20:]):.2f} in the last 20 steps.")

# %% [markdown]
# ## 8. What one step copies
#
# We trace a step with a batch of 400.
#
# **Predict.** The network has 56,970 weights of four bytes (section 3). How many bytes of weights
# go to the GPUs in each step, and how many bytes of gradients come back?

# %%
def trace_of(trainer, batch):
    """One traced step of training."""
    feeds = trainer.feeds(batch)
    trainer.session.run(trainer.train, feeds)
    run_metadata = tf.RunMetadata()
    trainer.session.run(trainer.train, feeds, run_metadata=run_metadata,
                        options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE))
    return run_metadata


def kind_of(copy):
    """What a copy is for, by the name of the tensor and the direction."""
    if copy.source.endswith("CPU:0"):
        return "weights" if "cnn/" in copy.name and copy.name.endswith("/read") else \
            "images and labels" if "split" in copy.name else "shapes and counts"
    return "gradients" if "/tuple/control_dependency" in copy.name else "shapes and counts"


large = mnist.train.next_batch(400)
trace_two = trace_of(two, large)
copied = Counter()
for copy in transfers(trace_two):
    if copy.kind != "same memory":   # handed over within the host: nothing is copied
        copied[kind_of(copy)] += copy.nbytes
weights = 4 * sum(sizes.values())
for name, expected in (("weights", 2 * weights), ("gradients", 2 * weights),
                       ("images and labels", 4 * 400 * (784 + 10))):
    print(f"{name + ':':<19}expected {expected:>9,} bytes, computed {copied[name]:>9,}")
    assert copied[name] == expected
print(f"{'shapes and counts:':<19}{copied['shapes and counts']} bytes")

# %% [markdown]
# **Explain.** The images are split: each goes to one GPU. But *all* weights go to *each* GPU, and
# as many gradients come back, in every step. With larger batches, there is more to compute for the
# same copies. That is why people who train on many GPUs use large batches.
#
# ## 9. The timeline of the towers

# %%
def short(device):
    """GPU:0 for /job:localhost/replica:0/task:0/device:GPU:0."""
    return device.rpartition("/device:")[2]


def working_times(trace):
    """device -> the (start, end) in milliseconds of each of its operations, and its name."""
    nodes = [(short(device.device), node) for device in trace.step_stats.dev_stats
             if device.device.startswith("/job:") for node in device.node_stats
             if " = _Send(" not in node.timeline_label and " = _Recv(" not in node.timeline_label]
    begin = min(node.all_start_nanos for _, node in nodes)
    found = {}
    for device, node in nodes:
        start = node.all_start_nanos - begin
        found.setdefault(device, []).append(((start + node.op_start_rel_nanos) / 1e6,
                                             (start + node.op_end_rel_nanos) / 1e6,
                                             node.node_name))
    return found


def time_in_common(first, second):
    """For how many milliseconds something of both lists went on together."""
    return sum(max(0.0, min(end, end2) - max(start, start2))
               for start, end, _ in first for start2, end2, _ in second)


def ends(trace, device, part):
    """When the first and when the last operation with `part` in its name ended on a device."""
    found = [end for _, end, name in working_times(trace)[device] if part in name]
    return min(found), max(found)


def both_at_work(trace):
    """True if there was a moment at which both towers computed."""
    times = working_times(trace)
    return time_in_common(times["GPU:0"], times["GPU:1"]) > 0


# On a very busy machine one thread may not get its turn for a while; then we look at more steps.
together = both_at_work(trace_two) or any(both_at_work(trace_of(two, large)) for _ in range(9))
KERNEL = "conv1/Conv2D_grad/Conv2DBackpropFilter"
last_gradient = max(ends(trace_two, gpu, KERNEL)[1] for gpu in ("GPU:0", "GPU:1"))
update = ends(trace_two, "CPU:0", "Adam/update_cnn/conv1/kernel")[0]
print("both towers work at the same moment: expected True, computed", together)
print("conv1 is updated after both towers have its gradient: expected True, computed",
      update > last_gradient)
assert together and update > last_gradient

# %% [markdown]
# The towers don't wait for each other, but the update waits for both: this is *synchronous*
# training. In the picture, the operations that belong to the way back (the gradients) are light.

# %% tags=["nbval-ignore-output"]
print(timeline_text(trace_two.step_stats))

# %% [markdown]
# `tf.show` draws the same trace with its copies. The arrows upwards, late in the step, are the
# gradients on their way to the CPU; the ones downwards, early in the step, are the weights and the
# batch.

# %% tags=["nbval-ignore-output"]
tf.show(trace_two)

# %% tags=["nbval-ignore-output"]
COLORS = {"CPU:0": ("#616161", "#bdbdbd"), "GPU:0": ("#1565c0", "#90caf9"),
          "GPU:1": ("#ef6c00", "#ffcc80")}


def draw_towers(trace, title):
    """A row for each device, a bar for each operation; light on the way back."""
    times = working_times(trace)
    figure, axes = plt.subplots(figsize=(10, 2.4), layout="constrained")
    for row, (device, (dark, light)) in enumerate(COLORS.items()):
        bars = times.get(device, [])
        axes.broken_barh([(start, end - start) for start, end, _ in bars], (row - 0.4, 0.8),
                         facecolors=[light if "gradients/" in name else dark
                                     for _, _, name in bars])
    length = max(end for bars in times.values() for _, end, _ in bars)
    axes.set(title=f"{title}: {length:.3g} ms", xlabel="milliseconds since the step began",
             yticks=range(3), yticklabels=list(COLORS))
    axes.invert_yaxis()
    together = time_in_common(times.get("GPU:0", []), times.get("GPU:1", []))
    show(figure, f"{title}: one row for each device, one bar for each operation, light on the way "
                 f"back. The step takes {length:.3g} ms; both GPUs are at work for "
                 f"{together:.3g} ms of them.")


draw_towers(trace_two, "A batch of 400")

# %% [markdown]
# ## 10. Is it faster?
#
# The same model with both towers on one GPU is a fair comparison: the same operations, one device.
#
# **Predict.** For which batch size do two GPUs help most: 10, 100 or 400?

# %%
one, two = Trainer(["/gpu:0", "/gpu:0"]), Trainer(["/gpu:0", "/gpu:1"])
losses = []
for trainer in (one, two):
    feeds = trainer.feeds(batch)
    losses.append([trainer.session.run([trainer.loss, trainer.train], feeds)[0] for _ in range(4)])
same = np.allclose(*losses, rtol=1e-3)
print("4 steps have the same losses on one GPU and on two: expected True, computed", same)
assert same

# %% tags=["nbval-ignore-output"]
def best_time(trainer, batch, repeats=8):
    """Seconds for the fastest of some steps: other programs can only make a step slower."""
    feeds = trainer.feeds(batch)
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        trainer.session.run(trainer.train, feeds)
        best = min(best, time.perf_counter() - start)
    return best


SIZES = (10, 100, 400)
batches = {size: (large[0][:size], large[1][:size]) for size in SIZES}
print(f"{'batch':>5}{'one GPU':>12}{'two GPUs':>12}{'ratio':>8}")
for size, some in batches.items():
    seconds = best_time(one, some), best_time(two, some)
    print(f"{size:>5}{1000 * seconds[0]:>9.1f} ms{1000 * seconds[1]:>9.1f} ms"
          f"{seconds[0] / seconds[1]:>8.2f}")
print("CPU cores of this machine:", os.cpu_count())

# %% [markdown]
# **Explain.** A small batch is little work between the copies, and the update costs the same for
# any batch.
#
# **Careful.** With simulated GPUs, the ratio tells about the cores of your CPU only. With one core,
# or on a busy machine, it is 1 or less: the two threads then share what there is. Two more reasons
# keep it below 2: the update on the CPU is never shared out, and Python itself runs one thread at a
# time; only inside NumPy's large operations are two threads really at work at once. Real GPUs don't
# have the last problem. They have others, like the time that copies take.
#
# Move the slider to see the timelines.

# %% tags=["nbval-ignore-output"]
traces = {size: trace_of(two, some) for size, some in batches.items()}


def draw_batch(size):
    """The timeline for one size of the batch."""
    draw_towers(traces[size], f"A batch of {size}")


_ = interact(draw_batch, size=SelectionSlider(options=SIZES, value=10, description="batch",
                                              continuous_update=False))

# %% [markdown]
# The same without the slider: the smallest and the largest batch as text.

# %% tags=["nbval-ignore-output"]
for size in (SIZES[0], SIZES[-1]):
    print(f"A batch of {size}. {timeline_text(traces[size].step_stats)}\n")

# %% [markdown]
# ## What can go wrong
#
# **1. No `reuse`.** The second tower tries to make the weights again.

# %%
with tf.Graph().as_default():
    picture = tf.zeros([1, 784])
    network(picture, reuse=False)
    try:
        network(picture, reuse=False)
    except ValueError as error:
        print("ValueError:", str(error).splitlines()[0].partition(" Originally")[0])

# %% [markdown]
# **2. A variable scope for each tower.** No error! But each tower has weights of its own; they are
# two networks, and each sees only its half of the data.

# %%
with tf.Graph().as_default():
    for tower in range(2):
        with tf.variable_scope(f"tower_{tower}"):
            network(tf.zeros([1, 784]), reuse=False)
    print("expected: 16 variables instead of 8")
    print("computed:", len(tf.trainable_variables()))

# %% [markdown]
# **3. A batch that can't be halved.** The placeholder allows any number of images, so this is found
# only at run time. The last batch of an epoch is often the one.

# %%
try:
    two.session.run(two.loss, two.feeds((batch[0][:99], batch[1][:99])))
except tf.errors.InvalidArgumentError as error:
    print("InvalidArgumentError:", error.message.splitlines()[0])

# %% [markdown]
# **4. The sum instead of the average.** The gradient becomes twice as large. For gradient descent
# that is the same as a learning rate twice as large, which may diverge. (Adam hides the mistake:
# it divides by the size of the gradients.)

# %%
summed = [a + b for a, b in zip(*towers, strict=True)]
ratio = np.linalg.norm(summed[0]) / np.linalg.norm(whole[0])
print(f"expected: 2.00 times the gradient; computed: {ratio:.2f} times")

# %% [markdown]
# **5. A gradient that is `None`.** It means that the loss doesn't depend on that variable.
# `apply_gradients` skips it, but `tf.stack` can't.

# %%
with tf.Graph().as_default():
    used, forgotten = tf.Variable(1.0), tf.Variable(1.0)
    pairs = tf.train.GradientDescentOptimizer(0.1).compute_gradients(used * used)
    print("gradients:", [None if gradient is None else gradient.op.type for gradient, _ in pairs])
    try:
        average_gradients([pairs, pairs])
    except ValueError as error:
        print("ValueError:", error)

# %% [markdown]
# The remedy is to leave such pairs out before averaging.
#
# ## Exercises
#
# ### Exercise 1
#
# With four GPUs and the same network: how many bytes of gradients come to the CPU in each step? Put
# the number into `answer_1`.
#
# <details><summary>Solution</summary>
#
# Each tower sends a gradient for each weight.
#
# ```python
# answer_1 = 4 * 56_970 * 4
# ```
#
# </details>

# %% tags=["exercise"]
answer_1 = None   # replace None

# %%
if answer_1 is None:
    print("Exercise 1: not answered yet")
else:
    assert answer_1 == 4 * weights, f"got {answer_1:,}; one GPU sends {weights:,} bytes"
    print("Exercise 1: correct")

# %% [markdown]
# ### Exercise 2
#
# Write `average_gradients` for NumPy: a function that takes one list of arrays for each tower, and
# gives one list with the averages. It should work for any number of towers. Put it into `answer_2`.
#
# <details><summary>Solution</summary>
#
# ```python
# def answer_2(towers):
#     return [sum(arrays) / len(arrays) for arrays in zip(*towers)]
# ```
#
# </details>

# %% tags=["exercise"]
answer_2 = None   # replace None by a function, or write def answer_2(towers): here

# %%
if answer_2 is None:
    print("Exercise 2: not answered yet")
else:
    reached = answer_2(towers)
    assert len(reached) == 8, f"8 arrays are expected, but got {len(reached)}"
    assert distance(reached, averaged) < 1e-6, "differs from TensorFlow's averages"
    three = answer_2([*towers, towers[0]])
    assert distance(three, [(2 * a + b) / 3 for a, b in zip(*towers, strict=True)]) < 1e-6, \
        "is not right for three towers"
    print("Exercise 2: correct")

# %% [markdown]
# ### Exercise 3
#
# One of your GPUs is three times as fast as the other. So you give it 75 of the 100 images, and the
# other one 25. The plain average of their gradients is now wrong: it is not the gradient of the
# whole batch. By which two factors must you multiply the gradients before you add them? Put both
# into `answer_3`.
#
# <details><summary>Solution</summary>
#
# Each image should count the same, so each tower counts by its share of the images.
#
# ```python
# answer_3 = [0.75, 0.25]
# ```
#
# </details>

# %% tags=["exercise"]
answer_3 = [None, None]   # replace each None by a factor

# %%
if None in answer_3:
    print("Exercise 3: not answered yet")
else:
    cut = [slice(0, 100), slice(0, 75), slice(75, 100)]
    together, large, small = (
        two.session.run([g for g, _ in two.whole_gradients],
                        two.feeds((batch[0][part], batch[1][part]))) for part in cut)
    reached = [answer_3[0] * a + answer_3[1] * b for a, b in zip(large, small, strict=True)]
    assert distance(reached, together) < 1e-5, \
        f"differs from the gradient of the whole batch by {distance(reached, together):.4f}"
    print("Exercise 3: correct")

# %% [markdown]
# ## What you have seen
#
# - Data parallelism: one set of weights, one tower for each GPU, one average for each step.
# - `reuse=True` makes towers share weights; a device function keeps the weights on the CPU.
# - The average of the towers' gradients is the gradient of the whole batch.
# - Each step copies all weights to each GPU and all gradients back; large batches make up for it.
#
# [Previous: 6.1 Basic Operations on multi-GPU](6.1_multigpu_basics.ipynb) ·
# [Next: 7.1 Clusters](7.1_clusters.ipynb)
