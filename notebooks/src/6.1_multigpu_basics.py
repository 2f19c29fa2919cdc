# %% [markdown]
# # 6.1 Basic Operations on multi-GPU
#
# **Goal.** Tell TensorFlow on which device each operation runs, see what that makes it copy, and
# watch two GPUs compute at the same time.
#
# **You need.** [1.2 Basic Operations](1.2_basic_operations.ipynb): placeholders, `tf.matmul`. No
# GPU: without one, this notebook runs on two simulated ones.
#
# **Time.** About 40 minutes to read and try; the cells themselves run in half a minute.
#
# [Previous: 6.0 Working with GPUs](6.0_working_with_gpus.ipynb) ·
# [Next: 6.2 Train a NN on multi-GPU](6.2_multigpu_training.ipynb) · [Open in Binder](binder:)

# %% [markdown]
# ## Setup
#
# `show` displays a figure, and prints below it what can be seen there.
#
# `two_gpus` makes the configuration of all our sessions: at most two GPUs. If this machine has two
# real ones, these are used. If not, tftutor simulates two, and says so wherever it shows them. What
# is true of a simulated GPU:
#
# - it has a memory of its own, with a limit; arrays get there and back only by copies;
# - it has the operations that TensorFlow has for GPUs, and no others;
# - it works beside the CPU and the other GPU, in a thread of its own.
#
# Only its speed is not that of a GPU. It computes with NumPy, and is as fast as one core of your
# CPU.

# %%
import os
import time

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from ipywidgets import SelectionSlider, interact

import tftutor as tf
from tftutor.client.step_readings import memory_over_step, transfers
from tftutor.inspection.devices.timeline_text import timeline_text

if len(tf.config.experimental.list_physical_devices("GPU")) < 2:
    os.environ["TFTUTOR_SIMULATED_GPUS"] = "2"


def two_gpus(**options):
    """The configuration of a session with two GPUs, real or simulated."""
    return tf.ConfigProto(device_count={"GPU": 2}, **options)


def show(figure, description):
    """Show a figure and describe it, for readers who cannot see it."""
    display(figure, metadata={"image/png": {"alt": description}})
    plt.close(figure)
    print("Figure:", description)


print("ready, API version", tf.__version__)

# %% [markdown]
# ## 1. The devices
#
# A session knows its devices by name. The full name says on which machine a device is, too; on one
# machine the end is enough: `/cpu:0`, `/gpu:0`, `/gpu:1`.
#
# TensorFlow writes a line to the error output for each GPU that it finds. It is no error.

# %%
with tf.Session(config=two_gpus()) as sess:
    devices = sess.list_devices()
for device in devices:
    acted = "simulated" if "simulated" in repr(device) else ""
    print(f"{device.name:<46}{device.memory_limit_bytes / 2**20:>7,.0f} MiB  {acted}".rstrip())
assert len(devices) == 3

# %% [markdown]
# ## 2. Who runs where?
#
# `with tf.device(name):` asks for a device for all operations that are built inside it. The other
# operations are placed by TensorFlow.
#
# **Predict.** The graph below asks for a device for `x`, `doubled` and `product`. Where will
# `total`, for which nobody asks for anything, run: on the CPU, or on a GPU?

# %%
tf.reset_default_graph()
with tf.device("/cpu:0"):
    x = tf.placeholder(tf.float32, [2, 2], name="x")
with tf.device("/gpu:0"):
    doubled = tf.add(x, x, name="doubled")
with tf.device("/gpu:1"):
    product = tf.matmul(x, x, name="product")
total = tf.add(doubled, product, name="total")
words = tf.string_join([tf.as_string(total, name="text"), "!"], name="words")


def placement_table(sess, tensors=None):
    """Print where operations run, and why; all operations of the graph by default."""
    ops = None if tensors is None else [tensor.op for tensor in tensors]
    rows = [("operation", "type", "asked for", "runs on", "why"), *sess.placement().table(ops)]
    widths = [max(map(len, column)) + 2 for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell or '-':<{width}}" for cell, width in zip(row, widths, strict=True))
        print("".join(cells).rstrip())


X = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
with tf.Session(config=two_gpus()) as sess:
    value = sess.run(total, {x: X})
    placement_table(sess, [x, doubled, product, total, words])
print("expected:", (X + X + X @ X).tolist())
print("computed:", value.tolist())

# %% [markdown]
# **Explain.** Without a wish, an operation goes to the first GPU, if TensorFlow has a *kernel* for
# it there: the code that computes it on that kind of device, for those types. If not, it goes to
# the CPU. TensorFlow has no GPU kernels for strings.
#
# The same as a picture. Each device has a lane; an arrow is a tensor that must be copied from one
# device to another, because the one makes it and the other uses it.
#
# **Predict.** How many arrows are there?

# %% tags=["nbval-ignore-output"]
with tf.Session(config=two_gpus()) as sess:
    map_of_the_graph = tf.show(sess, fetches=[total, words], feeds=[x])
map_of_the_graph

# %%
crossings = map_of_the_graph.to_dict()["crossings"]
print("expected: x goes to both GPUs, product to the first one, total to the CPU")
print("computed:", [f"{row['tensor']} to {row['target'][-5:]}" for row in crossings])
assert [row["tensor"] for row in crossings] == ["x", "x", "product", "total"]

# %% [markdown]
# `tf.explore(sess)`, instead of `tf.show(sess)`, opens a panel with the table beside the picture,
# which you can search.
#
# `sess.placement()` exists in tftutor only. TensorFlow can print where things run, without the
# reasons: the option `log_device_placement` writes to the error output whenever it places a graph.

# %%
with tf.Session(config=two_gpus(log_device_placement=True)) as sess:
    sess.run(total, {x: X})

# %% [markdown]
# ## 3. Work for two
#
# Now something that takes time: Aⁿ + Bⁿ for two large matrices, with n = 10. The two powers don't
# need each other, so that each can have a GPU of its own. The CPU adds them.
#
# The rows of our A and B sum up to 1. Then so do the rows of all their powers: this makes it easy
# to see whether the answer can be right.

# %%
SIZE, POWER = 600, 10


def two_matrices(size):
    """Two random matrices whose rows sum up to 1."""
    matrices = np.random.RandomState(0).rand(2, size, size).astype(np.float32)
    return matrices / matrices.sum(axis=2, keepdims=True)


A, B = two_matrices(SIZE)


def matrix_power(matrix, n):
    """The product of n times the same matrix: n - 1 multiplications."""
    return matrix if n == 1 else tf.matmul(matrix, matrix_power(matrix, n - 1))


class Program:
    """A**n on the first device, B**n on the second one, and their sum on the CPU."""

    def __init__(self, first, second, size=SIZE):
        self.graph = tf.Graph()
        with self.graph.as_default():
            with tf.device("/cpu:0"):
                a = tf.placeholder(tf.float32, [size, size], name="A")
                b = tf.placeholder(tf.float32, [size, size], name="B")
            with tf.device(first), tf.name_scope("left"):
                left = matrix_power(a, POWER)
            with tf.device(second), tf.name_scope("right"):
                right = matrix_power(b, POWER)
            with tf.device("/cpu:0"):
                self.total = tf.add(left, right, name="total")
        self.feeds = dict(zip([a, b], two_matrices(size), strict=True))
        self.session = tf.Session(graph=self.graph, config=two_gpus())

    def run(self, **options):
        """One step."""
        return self.session.run(self.total, self.feeds, **options)

    def trace(self):
        """One step, with notes of what happened when: a RunMetadata."""
        self.run()  # the first run prepares things that we don't want to measure
        run_metadata = tf.RunMetadata()
        self.run(options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE),
                 run_metadata=run_metadata)
        return run_metadata


one, two = Program("/gpu:0", "/gpu:0"), Program("/gpu:0", "/gpu:1")
by_numpy = np.linalg.matrix_power(A, POWER) + np.linalg.matrix_power(B, POWER)
for name, program in (("one GPU", one), ("two GPUs", two)):
    value = program.run()
    assert np.allclose(value, by_numpy, rtol=1e-3)
    print(f"{name}: expected row sum 2.000, computed {value.sum(axis=1).mean():.3f}")

# %% [markdown]
# ## 4. What is copied?
#
# Each GPU can compute only with what lies in its own memory. TensorFlow finds the places where a
# tensor is made on one device and used on another, and puts a copy there. You never write it, but
# you pay for it.
#
# **Predict.** A 600 × 600 matrix of `float32` has 1,440,000 bytes. How many matrices are copied in
# one step on two GPUs? And on one?
#
# A *trace* tells: `FULL_TRACE` makes TensorFlow note everything that it does in one step.

# %%
def short(device):
    """GPU:0 for /job:localhost/replica:0/task:0/device:GPU:0."""
    return device.rpartition("/device:")[2]


def copies_table(rows):
    """Print what was copied from device to device."""
    for row in sorted(rows, key=lambda row: (row.source, row.target, row.name)):
        print(f"  {short(row.source)} -> {short(row.target)}  {row.kind}  {row.nbytes:>9,} bytes")


trace_one, trace_two = one.trace(), two.trace()
for name, trace in (("one GPU", trace_one), ("two GPUs", trace_two)):
    rows = transfers(trace)
    print(f"{name}: expected 4 copies, computed {len(rows)}")
    copies_table(rows)
    assert len(rows) == 4 and sum(row.nbytes for row in rows) == 4 * A.nbytes

# %% [markdown]
# **Explain.** HtoD is "host to device": A and B go from the host (the CPU's memory) to the GPUs.
# DtoH is the way back of the two powers. The eight products in between stay where they are; this
# is why each *chain* of operations should stay on one device.
#
# ## 5. At the same time?
#
# The same traces as timelines: one line for each device, time from left to right.
#
# **Predict.** How does the second timeline differ from the first?

# %% tags=["nbval-ignore-output"]
for name, trace in (("One GPU", trace_one), ("Two GPUs", trace_two)):
    print(f"{name}. {timeline_text(trace.step_stats)}\n")

# %% [markdown]
# The second one as a picture, with the copies as arrows, and the memory of each device below its
# lane. (`tf.explore((trace_two, two.session))` opens it as a panel: zoom in, and click on an
# operation to see when it waited, and where it is in the graph.)

# %% tags=["nbval-ignore-output"]
tf.show((trace_two, two.session))

# %% [markdown]
# Your times will differ from the ones stored here, and from run to run. What doesn't change is the
# order: on one GPU, the second power waits for the first. On two GPUs, both are computed at the
# same time. We can check that, because the trace has the beginning and the end of each operation.

# %%
def working_times(trace):
    """device -> the (start, end) in milliseconds of each of its operations that compute."""
    nodes = [(short(device.device), node) for device in trace.step_stats.dev_stats
             if device.device.startswith("/job:") for node in device.node_stats
             if " = _Send(" not in node.timeline_label and " = _Recv(" not in node.timeline_label]
    begin = min(node.all_start_nanos for _, node in nodes)
    found = {}
    for device, node in nodes:
        start = node.all_start_nanos - begin + node.op_start_rel_nanos
        end = node.all_start_nanos - begin + node.op_end_rel_nanos
        found.setdefault(device, []).append((start / 1e6, end / 1e6))
    return found


def time_in_common(first, second):
    """For how long something of the first list and something of the second went on together."""
    return sum(max(0.0, min(end, end2) - max(start, start2))
               for start, end in first for start2, end2 in second)


def both_at_work(trace):
    """True if there was a moment at which both GPUs computed."""
    times = working_times(trace)
    return time_in_common(times["GPU:0"], times["GPU:1"]) > 0


# On a very busy machine one thread may not get its turn for a while; then we look at more steps.
common = both_at_work(trace_two) or any(both_at_work(two.trace()) for _ in range(9))
print("one GPU: the other one worked:", "GPU:1" in working_times(trace_one))
print("two GPUs: both worked at the same moment:", common)
assert common

# %% tags=["nbval-ignore-output"]
COLORS = {"CPU:0": "#616161", "GPU:0": "#1565c0", "GPU:1": "#ef6c00"}


def draw_timelines(traces):
    """A row for each device of each trace, a bar for each operation; and what is seen there."""
    figure, axes = plt.subplots(len(traces), figsize=(10, 3.6), sharex=True, layout="constrained")
    seen = []
    for axis, (name, trace) in zip(axes, traces.items(), strict=True):
        times = working_times(trace)
        for row, device in enumerate(COLORS):
            bars = [(start, end - start) for start, end in times.get(device, [])]
            axis.broken_barh(bars, (row - 0.4, 0.8), color=COLORS[device], edgecolor="white",
                             linewidth=0.5)
        length = max(end for bars in times.values() for _, end in bars)
        axis.set(title=f"{name}: {length:.3g} ms", yticks=range(len(COLORS)),
                 yticklabels=list(COLORS), ylim=(-0.6, len(COLORS) - 0.4))
        axis.invert_yaxis()
        together = time_in_common(times.get("GPU:0", []), times.get("GPU:1", []))
        seen.append(f"{name}: {length:.3g} ms, both GPUs at work for {together:.3g} ms of them")
    axes[-1].set(xlabel="milliseconds since the step began")
    show(figure, "one row for each device, one bar for each operation. " + "; ".join(seen) + ".")


draw_timelines({"One GPU": trace_one, "Two GPUs": trace_two})

# %% [markdown]
# ## 6. Twice as fast?
#
# A trace itself takes time. So we measure the time of untraced steps: the best of several, because
# other programs on the machine can only make a step slower.
#
# **Predict.** Two GPUs do the same work as one. The best ratio that is possible is 2. Will we get
# it?

# %% tags=["nbval-ignore-output"]
def best_time(program, repeats=12):
    """Seconds for the fastest of some steps."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        program.run()
        best = min(best, time.perf_counter() - start)
    return best


seconds_one, seconds_two = best_time(one), best_time(two)
print(f"one GPU:  {1000 * seconds_one:.0f} ms")
print(f"two GPUs: {1000 * seconds_two:.0f} ms")
print(f"ratio:    {seconds_one / seconds_two:.2f} (at most 2)")
print("CPU cores of this machine:", os.cpu_count())

# %%
print("same values on one GPU and on two:", np.allclose(one.run(), two.run(), rtol=1e-4))

# %% [markdown]
# **Explain.** Whatever can't be shared out keeps its time: the copies, the sum on the CPU, starting
# the step.
#
# **Careful.** If your GPUs are simulated, the ratio says something about your CPU's cores, and
# nothing about GPUs. Two simulated GPUs are two threads. With two free cores the ratio comes near
# 2. With one core, or on a busy machine, it stays near 1: both GPUs work at the same time, but each
# product takes twice as long. And never compare a simulated GPU with a real one: that one would do
# all the products of this step in about a millisecond, and then the copies would cost as much
# again.
#
# ## 7. When is it worth it?
#
# The larger the matrices, the more there is to do for each step and for each copied number.
#
# **Predict.** For which of these sizes are two GPUs hardly faster than one?

# %% tags=["nbval-ignore-output"]
SIZES = (10, 100, 300, SIZE)
programs = {size: (Program("/gpu:0", "/gpu:0", size), Program("/gpu:0", "/gpu:1", size))
            for size in SIZES}
print(f"{'size':>5}{'one GPU':>12}{'two GPUs':>12}{'ratio':>8}")
for size, (first, second) in programs.items():
    seconds = best_time(first), best_time(second)
    print(f"{size:>5}{1000 * seconds[0]:>9.2f} ms{1000 * seconds[1]:>9.2f} ms"
          f"{seconds[0] / seconds[1]:>8.2f}")

# %% [markdown]
# Move the slider to see the timelines for each size.

# %% tags=["nbval-ignore-output"]
traces = {size: {"One GPU": first.trace(), "Two GPUs": second.trace()}
          for size, (first, second) in programs.items()}


def draw_size(size):
    """The timelines for matrices of one size."""
    draw_timelines(traces[size])


_ = interact(draw_size, size=SelectionSlider(options=SIZES, value=SIZE, description="size",
                                             continuous_update=False))

# %% [markdown]
# The same without the slider: the timeline of the smallest matrices, as text.

# %% tags=["nbval-ignore-output"]
print(timeline_text(traces[SIZES[0]]["Two GPUs"].step_stats))

# %%
for size, pair in programs.items():
    print(f"{size:>4}: the same values on one GPU and on two:",
          np.allclose(*(program.run() for program in pair), rtol=1e-4))

# %% [markdown]
# **Explain.** To wake a second thread (or to start a kernel on a real GPU) and to hand a value over
# takes some time, however small the work is. Tiny work is done before the second GPU has begun.
#
# ## 8. What does a GPU hold?
#
# The trace also has the memory. A GPU frees a tensor as soon as no operation needs it any more.
#
# **Predict.** GPU:0 gets A and computes nine products. How many matrices does it hold at most, at
# the same moment?

# %%
curves = memory_over_step(trace_two.step_stats)
most = {short(device): max(held for _, held in curve) for device, curve in curves.items()}
for device in ("GPU:0", "GPU:1"):
    print(f"{device}: expected at most 3 matrices, computed {most[device] / A.nbytes:.2g}")

# %% [markdown]
# **Explain.** A itself, the last product, and the new one. Three matrices are enough for any power.
# Training is different: there the gradients need the values from the way forward, so that these
# can't be freed.
#
# ## What can go wrong
#
# **1. A device that is not there.** TensorFlow lists the ones that are.

# %%
with tf.Graph().as_default():
    with tf.device("/gpu:7"):
        lost = tf.constant(1.0, name="lost")
    with tf.Session(config=two_gpus()) as sess:
        try:
            sess.run(lost)
        except tf.errors.InvalidArgumentError as error:
            print("InvalidArgumentError:", error.message.splitlines()[0])

# %% [markdown]
# **2. No kernel.** A counter is an `int32` variable, and TensorFlow has no GPU kernel for these.
# The text is long. Read the first line, and the *registered kernels* near the end: there is one for
# the CPU, and GPU ones for floating point numbers and `int64` only.

# %%
counting = tf.Graph()
with counting.as_default(), tf.device("/gpu:0"):
    counter = tf.Variable(0, name="counter")
    count = tf.assign_add(counter, 1, name="count")
    reset = counter.initializer
with tf.Session(graph=counting, config=two_gpus()) as sess:
    try:
        sess.run(reset)
    except tf.errors.InvalidArgumentError as error:
        lines = error.message.splitlines()
        kernels = lines.index("Registered kernels:")
        print("InvalidArgumentError:", lines[0])
        print("\n".join(lines[kernels:kernels + 6]))

# %% [markdown]
# The remedy is to ask for `/cpu:0`; or to let TensorFlow ignore wishes that it can't fulfil, with
# `allow_soft_placement=True`. Most programs for several GPUs set it.

# %%
with tf.Session(graph=counting, config=two_gpus(allow_soft_placement=True)) as sess:
    sess.run(reset)
    print("expected: 1, computed:", sess.run(count))
    placement_table(sess)

# %% [markdown]
# **3. `int32` "on a GPU".** Sizes, shapes and counters are `int32`, and the host needs them. So
# those GPU kernels that TensorFlow has for `int32` arithmetic, like that of `Add`, compute on the
# host all the same, with values in host memory. Don't expect a GPU to do integer arithmetic for
# you.
#
# **Predict.** We feed three `int32` and three `float32` numbers, and double both on the GPU. What
# is copied?

# %%
with tf.Graph().as_default():
    with tf.device("/cpu:0"):
        integers = tf.placeholder(tf.int32, [3], name="integers")
        floats = tf.placeholder(tf.float32, [3], name="floats")
    with tf.device("/gpu:0"):
        doubles = [tf.add(integers, integers), tf.add(floats, floats)]
    with tf.Session(config=two_gpus()) as sess:
        run_metadata = tf.RunMetadata()
        print(sess.run(doubles, {integers: [1, 2, 3], floats: [1, 2, 3]},
                       options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE),
                       run_metadata=run_metadata))
rows = transfers(run_metadata)
print("expected: 2 copies, those of the floats")
print("computed:", len(rows), "copies")
copies_table(rows)
assert len(rows) == 2

# %% [markdown]
# **4. Out of memory.** A GPU has less memory than the host, and nothing is swapped out. To see it
# soon, we make a GPU of 32 MiB: `virtual_devices` cuts a GPU into smaller ones. `concat` needs
# eight products of 4 MiB at the same time.
#
# A simulated GPU shows what lies in its memory. TensorFlow on a real one tells the tensor, the
# device and the allocator, and has more in its log.

# %%
Virtual = tf.GPUOptions.Experimental.VirtualDevices
small_gpu = tf.GPUOptions(visible_device_list="0", experimental=tf.GPUOptions.Experimental(
    virtual_devices=[Virtual(memory_limit_mb=[32])]))
with tf.Graph().as_default():
    with tf.device("/gpu:0"):
        start = tf.ones([1024, 1024], name="start")
        products = [tf.matmul(start, start, name=f"product_{i}") for i in range(8)]
        joined = tf.concat(products, axis=0)
    with tf.Session(config=two_gpus(gpu_options=small_gpu)) as sess:
        try:
            sess.run(joined)
        except tf.errors.ResourceExhaustedError as error:
            print("ResourceExhaustedError:", error.message)

# %% [markdown]
# The ways out: smaller batches; smaller models; a part of the work on the other GPU.
#
# **5. The second GPU is idle.** No error at all! Without `tf.device`, everything goes to `/gpu:0`.
# TensorFlow never shares work out among GPUs by itself. Look at the placement, or at a timeline.

# %%
with tf.Graph().as_default():
    halves = [tf.reduce_sum(tf.ones([1000]), name=f"half_{i}") for i in range(2)]
    with tf.Session(config=two_gpus()) as sess:
        sess.run(halves)
        placement_table(sess, halves)

# %% [markdown]
# ## Exercises
#
# ### Exercise 1
#
# Look at this program. `M` is fed on the CPU, and the sum is fetched.
#
# ```python
# with tf.device("/cpu:0"):
#     M = tf.placeholder(tf.float32, [4, 4])
# with tf.device("/gpu:0"):
#     p = tf.matmul(M, M)
# with tf.device("/gpu:1"):
#     q = tf.matmul(M, M) + M
# with tf.device("/cpu:0"):
#     r = p + q
# ```
#
# How many copies between devices does a step need? Put the number into `answer_1`.
#
# <details><summary>Solution</summary>
#
# M goes once to each GPU, however often it is used there; p and q come back.
#
# ```python
# answer_1 = 4
# ```
#
# </details>

# %% tags=["exercise"]
answer_1 = None   # replace None

# %%
def traced_copies(tensor, feeds):
    """The copies of a step that computes a tensor of the default graph."""
    with tf.Session(config=two_gpus()) as sess:
        run_metadata = tf.RunMetadata()
        sess.run(tensor, feeds, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE),
                 run_metadata=run_metadata)
    return transfers(run_metadata)


if answer_1 is None:
    print("Exercise 1: not answered yet")
else:
    with tf.Graph().as_default():
        with tf.device("/cpu:0"):
            M = tf.placeholder(tf.float32, [4, 4])
        with tf.device("/gpu:0"):
            p = tf.matmul(M, M)
        with tf.device("/gpu:1"):
            q = tf.matmul(M, M) + M
        with tf.device("/cpu:0"):
            r = p + q
        rows = traced_copies(r, {M: np.eye(4)})
    assert answer_1 == len(rows), f"got {answer_1}; not all uses of a tensor need a copy"
    print("Exercise 1: correct")

# %% [markdown]
# ### Exercise 2
#
# `a` and `b` are fed on the CPU. Then x = a · a and y = b · b are matrices, and z, the sum of all
# elements of x · y, is one number. Choose the devices of x, y and z: x and y on different GPUs, and
# as few bytes as possible copied. (z is four bytes; it comes to the host in any case.) Replace the
# three `None`.
#
# <details><summary>Solution</summary>
#
# z belongs to one of its inputs. Then one matrix moves from GPU to GPU; with z on the CPU two
# would.
#
# ```python
# answer_2 = {"x": "/gpu:0", "y": "/gpu:1", "z": "/gpu:0"}
# ```
#
# </details>

# %% tags=["exercise"]
answer_2 = {"x": None, "y": None, "z": None}   # replace each None by the name of a device

# %%
if None in answer_2.values():
    print("Exercise 2: not answered yet")
else:
    with tf.Graph().as_default():
        with tf.device("/cpu:0"):
            a = tf.placeholder(tf.float32, [50, 50])
            b = tf.placeholder(tf.float32, [50, 50])
        with tf.device(answer_2["x"]):
            x = tf.matmul(a, a)
        with tf.device(answer_2["y"]):
            y = tf.matmul(b, b)
        with tf.device(answer_2["z"]):
            z = tf.reduce_sum(tf.matmul(x, y))
        assert {x.device[-5:], y.device[-5:]} == {"GPU:0", "GPU:1"}, \
            f"x and y should be on different GPUs, but are on {x.device} and {y.device}"
        rows = traced_copies(z, {a: np.eye(50), b: np.eye(50)})
    matrices = sum(row.nbytes == 10_000 for row in rows)
    assert matrices == 3, f"{matrices} matrices are copied; 3 are enough"
    print("Exercise 2: correct")

# %% [markdown]
# ### Exercise 3
#
# How many matrices of 2048 × 2048 `float32` numbers does a GPU with 100 MiB hold, at most? A MiB is
# 2²⁰ bytes. Put the number into `answer_3`.
#
# <details><summary>Solution</summary>
#
# One matrix has 2048 · 2048 · 4 bytes = 16 MiB.
#
# ```python
# answer_3 = 100 // 16
# ```
#
# </details>

# %% tags=["exercise"]
answer_3 = None   # replace None

# %%
if answer_3 is None:
    print("Exercise 3: not answered yet")
else:
    matrix = np.zeros([2048, 2048], np.float32).nbytes
    assert answer_3 * matrix <= 100 * 2**20, f"{answer_3} matrices need more than 100 MiB"
    assert (answer_3 + 1) * matrix > 100 * 2**20, "there is room for one more"
    print("Exercise 3: correct")

# %% [markdown]
# ## What you have seen
#
# - `tf.device` asks for a device; without it, everything goes to the first GPU that can do it.
# - TensorFlow copies what one device makes and another uses, once for each device.
# - Devices work at the same time if the graph gives them work that doesn't wait for each other.
# - `allow_soft_placement=True` is for operations that have no kernel where you want them.
#
# [Previous: 6.0 Working with GPUs](6.0_working_with_gpus.ipynb) ·
# [Next: 6.2 Train a NN on multi-GPU](6.2_multigpu_training.ipynb)
