# %% [markdown]
# # 6.0 Working with GPUs
#
# **Goal.** Read `nvidia-smi`; choose GPUs with `CUDA_VISIBLE_DEVICES`; say where operations run and
# see where they did; share a GPU's memory and read an out-of-memory error; know what a GPU is good
# at, and what an image costs on one.
#
# **You need.** [1.2 Basic Operations](1.2_basic_operations.ipynb). No GPU: where this machine has
# none, *simulated* ones stand in.
#
# **Time.** About 45 minutes to read and try; the cells themselves run in a few seconds.
#
# [Previous: 2.2 Logistic Regression](2.2_logistic_regression.ipynb) ·
# [Next: 6.1 Basic Operations on multi-GPU](6.1_multigpu_basics.ipynb) · [Open in Binder](binder:)

# %% [markdown]
# ## Setup
#
# A simulated GPU has what matters to a program: a memory of its own with a limit, copies into it
# and out of it, and its own thread. What it does *not* have is speed, because the CPU does its
# work. So this notebook never times one.
#
# `simulated(2)` makes a `with` block whose sessions have two simulated GPUs. It sets environment
# variables and takes them back. It is used wherever a cell shows exact numbers, even on a machine
# with real GPUs.

# %%
import contextlib
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"   # no line for each GPU that a session opens

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from ipywidgets import FloatSlider, IntSlider, interact

import tftutor as tf
from tftutor.backends.visible_devices import visible_gpus
from tftutor.client.step_readings import transfers
from tftutor.compat.cli import main
from tftutor.inspection.gpu_layout import draw
from tftutor.inspection.gpu_model import Gpu, GpuStateError
from tftutor.inspection.gpu_state import GpuState
from tftutor.runtime.physical_gpus import real_gpus


def set_variables(variables):
    """Put environment variables in place; None takes one away."""
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextlib.contextmanager
def environment(**variables):
    """Environment variables for the length of a `with` block."""
    before = {name: os.environ.get(name) for name in variables}
    set_variables(variables)
    try:
        yield
    finally:
        set_variables(before)


def simulated(count, memory="1G", visible=None):
    """A `with` block whose sessions have `count` simulated GPUs."""
    return environment(TFTUTOR_SIMULATED_GPUS=str(count), TFTUTOR_SIMULATED_GPU_MEMORY=memory,
                       CUDA_VISIBLE_DEVICES=visible)


def show(figure, description):
    """Show a figure and describe it, for readers who cannot see it."""
    display(figure, metadata={"image/png": {"alt": description}})
    plt.close(figure)
    print("Figure:", description)


print("ready, API version", tf.__version__)

# %% [markdown]
# Which GPUs does *this* machine have? tftutor can use an NVIDIA GPU if its driver is there, and
# PyTorch or CuPy is installed.

# %% tags=["nbval-ignore-output"]
REAL = real_gpus()
for gpu in REAL:
    print(f"real GPU {gpu.index}: {gpu.name}, {gpu.total_memory / 2 ** 30:.0f} GiB, "
          f"through {gpu.library_name}")
if not REAL:
    print("There is no real GPU here that tftutor can use. All GPUs below are simulated.")

# %% [markdown]
# ## 1. nvidia-smi
#
# `nvidia-smi` comes with the driver and shows the state of the GPUs. `tftutor smi` shows the same
# table. In a terminal you type `tftutor smi --simulated 2`; here `main` is the same command as a
# function.
#
# **Predict.** A simulated GPU has no fan, no thermometer and no power. What will its cells say?

# %% tags=["nbval-ignore-output"]
with simulated(2):
    exit_code = main(["smi", "--simulated", "2"])

# %%
with simulated(2):
    state = tf.gpu_state()
print("expected: 2 simulated GPUs with 1024 MiB each; temperature None")
print(f"computed: {len(state.gpus)} {'simulated' if state.simulated else 'real'} GPUs with "
      f"{state.gpus[0].memory_total_mib} MiB each; temperature "
      f"{state.gpus[0].temperature_celsius}")
assert exit_code == 0 and state.simulated

# %% [markdown]
# **Explain.** `N/A`: nothing is invented. `tf.gpu_state()` gives the same table as plain data, with
# None for a cell that a GPU doesn't report.
#
# Without `--simulated` you see the real GPUs, or one sentence that says why there are none.

# %% tags=["nbval-ignore-output"]
with environment(TFTUTOR_SIMULATED_GPUS="0"):
    try:
        answer = tf.gpu_state()
        print(answer)
    except GpuStateError as error:
        answer = None
        print(error)

# %%
assert answer is None or not answer.simulated
print("no simulated GPU pretends to be a real one")

# %% [markdown]
# ### The table of the lecture
#
# On 28 October 2017 the lecturer typed `nvidia-smi` on a machine with two Tesla M40. Here are the
# numbers of that slide, drawn by tftutor: in the *classic* layout of then, and in the *current* one
# (`tftutor smi --layout classic` chooses). The slide's ECC cell can't be read; 22939 MiB is what
# such a card has left with ECC on, so it must have been a number.

# %%
TWO_M40 = tuple(
    Gpu(index, "Tesla M40 24GB", f"GPU-slide-{index}", bus_id=f"00000000:{bus}:00.0",
        persistence_mode=False, display_active=False, ecc_enabled=True, ecc_uncorrected=0,
        temperature_celsius=celsius, performance_state=0, power_watts=watts, power_cap_watts=250,
        memory_used_mib=0, memory_total_mib=22939, utilization_percent=busy,
        compute_mode="Default")
    for index, bus, celsius, watts, busy in ((0, "85", 31, 59, 0), (1, "8D", 29, 58, 98)))
LECTURE = GpuState("367.55", None, TWO_M40, (), visible_gpus(TWO_M40, {}))
THEN = time.strptime("2017-10-28 16:45:12", "%Y-%m-%d %H:%M:%S")
print(draw(LECTURE, "classic", when=THEN))

# %%
print(draw(LECTURE, "current", when=THEN))

# %% [markdown]
# **Explain.** Cell by cell:
#
# | cell | what it says | in the table above |
# |---|---|---|
# | Driver Version | the driver; a CUDA that is newer than it supports doesn't run | 367.55 |
# | CUDA Version | the newest CUDA that the driver supports, not what is installed | N/A: not told |
# | GPU | the number that `CUDA_VISIBLE_DEVICES` takes | 0, 1 |
# | Persistence-M | does the driver stay loaded while nobody uses the GPU? | Off |
# | Bus-Id | where the GPU is plugged in; never changes | 0000:85:00.0 |
# | Disp.A | does a screen hang on it? Then it has less memory for you | Off |
# | Uncorr. ECC | memory errors that could not be repaired; more than 0: tell someone | 0 |
# | Fan, Temp | fan speed, temperature; servers cool from outside: N/A | N/A, 31C |
# | Perf | P0 is full speed, P12 is asleep | P0 |
# | Pwr:Usage/Cap | watts now, and the most that are allowed | 59W / 250W |
# | Memory-Usage | **who sits on it?** Look here before you start a program | 0 of 22939 MiB |
# | GPU-Util | part of the last second in which *anything* ran on it | 0 %, 98 % |
# | Compute M. | Default: several programs may share it | Default |
# | MIG M. | is the GPU cut into several smaller ones? | N/A: it can't be |
# | Processes | who uses it, and how much memory each has | none |
#
# Two habits: choose the GPU with free *memory*, and don't trust GPU-Util too far. One tiny kernel
# after the other gives 100 % as well. And GPU 1 above shows 98 % without any process. A known
# reason for this is Persistence-M Off: then nvidia-smi itself wakes the GPU, and sees it start.

# %% [markdown]
# ## 2. CUDA_VISIBLE_DEVICES
#
# Set in the shell before the program starts, this variable says which GPUs a program may see, and
# in which order. The program then counts from 0 again: `/gpu:0` is the first GPU *of the list*.
#
# **Predict.** There are two GPUs. Which of them is `/gpu:0` for `0`, for `1`, for `1,0`, for `-1`?

# %%
def seen(setting):
    """The GPUs that a session has, each with the UUID of what is behind it."""
    with simulated(2, visible=setting):
        with tf.Session() as sess:
            names = [device.name[-5:] for device in sess.list_devices()
                     if device.device_type == "GPU"]
        return dict(zip(names, [gpu.uuid for gpu in tf.gpu_state().visible], strict=True))


EXPECTED = {
    None: {"GPU:0": "SIMULATED-0", "GPU:1": "SIMULATED-1"},
    "0": {"GPU:0": "SIMULATED-0"},
    "1": {"GPU:0": "SIMULATED-1"},
    "0,1": {"GPU:0": "SIMULATED-0", "GPU:1": "SIMULATED-1"},
    "1,0": {"GPU:0": "SIMULATED-1", "GPU:1": "SIMULATED-0"},
    "-1": {},
    "SIMULATED-1": {"GPU:0": "SIMULATED-1"},
    "0,7,1": {"GPU:0": "SIMULATED-0"},
}
for setting, expected in EXPECTED.items():
    found = seen(setting)
    assert found == expected, (setting, found)
    print(f"{setting or '(not set)':<12}",
          ", ".join(f"/{name.lower()} is {uuid}" for name, uuid in found.items()) or "CPU only")

# %% [markdown]
# **Explain.**
#
# - `-1` is no GPU's number, and the list ends before the first entry that is none. So `-1` hides
#   every GPU, and `0,7,1` shows only GPU 0.
# - Besides numbers, UUIDs are allowed (`tf.gpu_state().gpus[0].uuid`; real ones look like
#   `GPU-8f6a...`, and the beginning is enough). They stay right when a GPU is added.
# - In a shell: `export CUDA_VISIBLE_DEVICES=1`, or for one program only,
#   `CUDA_VISIBLE_DEVICES=1 python train.py`. CUDA reads it *once*, when a program first uses a GPU.
#   (Simulated GPUs ask for every session anew, which is why the cell above works.)
#
# The sentence below a table says what the variable does:

# %%
for setting in ("1,0", "-1", "0,7,1"):
    with simulated(2, visible=setting):
        print(tf.gpu_state().visibility.explanation)

# %% [markdown]
# ## 3. Where an operation runs
#
# `with tf.device("/gpu:0"):` puts the operations of the block on the first visible GPU. Without it,
# TensorFlow puts on `/gpu:0` what can run there. `log_device_placement=True` tells where each
# operation went. (It tells this on stderr; `redirect_stderr` brings it into the cell's output.)
#
# **Predict.** `total` has no device. Where will it run? There are two GPUs.

# %%
tf.reset_default_graph()
with tf.device("/cpu:0"):
    a = tf.constant([[1.0, 2.0], [3.0, 4.0]], name="a")
with tf.device("/gpu:1"):
    product = tf.matmul(a, a, name="product")
total = tf.reduce_sum(product, axis=[0, 1], name="total")

log = tf.ConfigProto(log_device_placement=True)
with simulated(2), contextlib.redirect_stderr(sys.stdout), tf.Session(config=log) as sess:
    result = sess.run(total)
print("expected: 54.0")
print("computed:", result)

# %% [markdown]
# **Explain.** First the session lists its GPUs, then each operation with its type and device.
# `total` runs on `/gpu:0`: TensorFlow doesn't spread work over several GPUs by itself.
# That is *your* job, with `tf.device`.
#
# Some operations have no GPU kernel: strings, files, the decoding of images. Then
# `/gpu:0` is an error, unless you allow TensorFlow to choose another device:
# `allow_soft_placement=True`.

# %%
tf.reset_default_graph()
with tf.device("/gpu:0"):
    joined = tf.string_join(["G", "PU"], name="joined")
with simulated(1):
    with tf.Session() as sess:
        try:
            sess.run(joined)
        except tf.errors.InvalidArgumentError as error:
            print("InvalidArgumentError:", error.message.splitlines()[0], "\n")
    soft = tf.ConfigProto(allow_soft_placement=True, log_device_placement=True)
    with contextlib.redirect_stderr(sys.stdout), tf.Session(config=soft) as sess:
        result = sess.run(joined)
print("expected: b'GPU'")
print("computed:", result)

# %% [markdown]
# ## 4. Memory
#
# A GPU's memory is its own, and small. TensorFlow takes nearly *all* of it when the first session
# starts, because its own allocator is faster than CUDA's. On a shared machine that is impolite:
#
# - `per_process_gpu_memory_fraction=0.25` takes a quarter of it and no more;
# - `allow_growth=True` takes what is needed, when it is needed (and never gives it back).
#
# **Predict.** The simulated GPU below has 32 MiB. Each session makes a variable of 4 MiB. What does
# nvidia-smi show at the start, and after that?

# %%
def memory_shown(**options):
    """(limit, MiB that nvidia-smi shows at the start, and with the variable)."""
    with tf.Graph().as_default(), tf.device("/gpu:0"):
        variable = tf.Variable(tf.random_uniform([1024, 1024], seed=1), name="four_mib")
        config = tf.ConfigProto(gpu_options=tf.GPUOptions(**options))
        with tf.Session(config=config) as sess:
            limit = sess.list_devices()[-1].memory_limit_bytes / 2 ** 20
            before = tf.gpu_state().gpus[0].memory_used_mib
            sess.run(variable.initializer)
            return limit, before, tf.gpu_state().gpus[0].memory_used_mib


ROWS = (("nothing said", {}, (32, 32, 32)),
        ("a quarter", {"per_process_gpu_memory_fraction": 0.25}, (8, 8, 8)),
        ("growth", {"per_process_gpu_memory_fraction": 1.0, "allow_growth": True}, None))
with simulated(1, memory="32M"):
    print(f"{'':<14}{'limit':>6}{'start':>7}{'variable':>10}   (MiB)")
    for name, options, expected in ROWS:
        found = memory_shown(**options)
        print(f"{name:<14}{found[0]:>6.0f}{found[1]:>7}{found[2]:>10}")
        assert expected is None or found == expected, found
assert found[0] == 32 and found[1] == 0 and 4 <= found[2] < 32

# %% [markdown]
# **Explain.** With growth, nvidia-smi shows the *most* that was ever in use: the variable, and the
# random numbers it was made from. (PyTorch and CuPy, through which tftutor uses real GPUs, always
# take memory as they need it. The limit holds there, too.)

# %% [markdown]
# ### Out of memory
#
# A layer of 1024 x 1024 weights needs 4 MiB. Each row of a batch needs 4 KiB for the input and
# 4 KiB for the result.
#
# **Predict.** The GPU has 16 MiB. Does a batch of 1,024 fit? And 2,048?

# %%
tf.reset_default_graph()
with tf.device("/gpu:0"):
    batch = tf.placeholder(tf.float32, [None, 1024], name="batch")
    weights = tf.Variable(tf.random_uniform([1024, 1024], seed=1), name="weights")
    layer = tf.matmul(batch, weights, name="layer")

whole = tf.GPUOptions(per_process_gpu_memory_fraction=1.0)
with simulated(1, memory="16M"), tf.Session(config=tf.ConfigProto(gpu_options=whole)) as sess:
    sess.run(weights.initializer)
    for rows in (512, 1024, 2048):
        needed = 4 + 2 * rows * 4 / 1024
        try:
            sess.run(layer.op, {batch: np.ones([rows, 1024])})
            outcome = "fits"
        except tf.errors.ResourceExhaustedError as error:
            outcome = "does not fit"
            message = error.message
        assert outcome == ("fits" if needed <= 16 else "does not fit")
        print(f"{rows:>5} rows: {needed:.0f} MiB of 16 MiB: {outcome}")
print("\nResourceExhaustedError:", message)

# %% [markdown]
# **Explain.** First comes TensorFlow's sentence: *which* tensor, its shape and its device. The
# table below it is tftutor's: what lies in the memory, the biggest first, each with the operation
# that made it. (A real GPU gets no table: the error names the operation and then says what PyTorch
# or CuPy say, which know nothing of your graph.)
#
# What helps, in this order: a smaller batch; float16 or float32 instead of float64; a smaller
# model; another GPU.

# %% [markdown]
# ### Who gives memory back?
#
# A session's variables live as long as the session. Two sessions in one notebook share one GPU.

# %%
tf.reset_default_graph()
with tf.device("/gpu:0"):
    ten_mib = tf.Variable(tf.placeholder_with_default(np.zeros([10, 2 ** 18], np.float32),
                                                      [10, 2 ** 18]), name="ten_mib")
with simulated(1, memory="24M"):
    first, second = tf.Session(config=tf.ConfigProto(gpu_options=whole)), tf.Session()
    first.run(ten_mib.initializer)
    try:
        second.run(ten_mib.initializer)
        print("both fit")
    except tf.errors.ResourceExhaustedError as error:
        print("second session:", error.message.splitlines()[0])
    first.close()
    second.run(ten_mib.initializer)
    print("after first.close() the second session has room")
    second.close()

# %% [markdown]
# In JupyterLab each open notebook is a process of its own, and keeps its GPU memory until its
# kernel is shut down (*Kernel > Shut Down Kernel*), even if no cell runs. If `nvidia-smi` shows a
# full GPU and your program fails, look there first.

# %% [markdown]
# ## 5. float32 or float64?
#
# NumPy computes in float64 unless told otherwise. The lecture says: "Use 32 bit floating point
# operations if possible". Let us see why. First the memory:

# %%
for dtype in (tf.float64, tf.float32, tf.float16):
    mib = 1024 * 1024 * dtype.size / 2 ** 20
    bits = np.finfo(dtype.as_numpy_dtype).nmant + 1
    print(f"{dtype.name}: 1024 x 1024 numbers need {mib:.0f} MiB; "
          f"{bits * np.log10(2):.0f} decimal digits")

# %% [markdown]
# Memory halves everywhere, on a CPU as on any GPU, and so does the time for copies. Now the time
# for a matrix product: *measured* on this machine's CPU, and on its GPU if it has a real one.
#
# **Predict.** How many times slower is float64 on a CPU?

# %% tags=["nbval-ignore-output"]
DEVICES = ["/cpu:0"] + (["/gpu:0"] if REAL else [])
KIND = {"/cpu:0": "this CPU", "/gpu:0": REAL[0].name if REAL else ""}


def seconds_per_product(n, dtype=tf.float32, device="/cpu:0"):
    """The time of one n x n matrix product in a session; best of three rounds."""
    with environment(TFTUTOR_SIMULATED_GPUS="0"), tf.Graph().as_default(), tf.device(device):
        matrix = tf.Variable(tf.random_uniform([n, n], dtype=dtype, seed=1))
        product = tf.matmul(matrix, matrix).op   # an operation: its result is not copied back
        with tf.Session() as sess:
            sess.run(matrix.initializer)
            sess.run(product)                    # the first run also compiles the plan
            repeats = int(np.clip(1e8 / n ** 3, 3, 300))
            rounds = []
            for _ in range(3):
                start = time.perf_counter()
                for _ in range(repeats):
                    sess.run(product)
                rounds.append((time.perf_counter() - start) / repeats)
            return min(rounds)


for device in DEVICES:
    single, double = (seconds_per_product(768, dtype, device) for dtype in (tf.float32, tf.float64))
    print(f"{KIND[device]}: float32 {single * 1e3:.2f} ms, float64 {double * 1e3:.2f} ms: "
          f"{double / single:.1f} times slower")

# %% [markdown]
# **Explain.** On a CPU it is about 2: half as many numbers fit into a register. On a GPU it depends
# on which one, because a float64 unit takes space on the chip. The makers' own peak numbers (not
# measured here), in 10¹² operations a second:
#
# | GPU | kind | float32 | float64 | float64 is |
# |---|---|---|---|---|
# | Tesla M40 (of the lecture) | data centre, 2015 | 7 | 0.2 | 1/32 |
# | Tesla V100 PCIe | data centre, 2017 | 14 | 7 | 1/2 |
# | H100 SXM | data centre, 2022 | 67 | 34 | 1/2 |
# | GeForce GTX 1080 Ti | consumer, 2017 | 11.3 | 0.35 | 1/32 |
# | GeForce RTX 3090 | consumer, 2020 | 35.6 | 0.56 | 1/64 |
#
# So on the GPU in your own computer, float64 by mistake may cost a factor of 32 or 64.
#
# What do you lose? Beyond seven digits, numbers can't be told apart:

# %%
with tf.Graph().as_default(), tf.Session() as sess:
    for dtype, expected in ((tf.float32, 0.0), (tf.float64, 1.0)):
        big = tf.placeholder(dtype, [])
        difference = sess.run((big + 1) - big, {big: 2.0 ** 24})
        print(f"{dtype.name}: (16777216 + 1) - 16777216: expected {expected}, "
              f"computed {difference}")
        assert difference == expected

# %% [markdown]
# ## 6. Large and small matrices
#
# "Use large matrix operations", says the lecture. An n x n product needs n³ multiply-adds. If each
# took the same time, the curve below would be flat.
#
# **Predict.** What is one multiply-add of a 4 x 4 product worth, compared to a 512 x 512 one: as
# much, 10 times, 1,000 times?

# %% tags=["nbval-ignore-output"]
SIZES = (4, 16, 64, 128, 256, 512, 1024) + ((2048, 4096) if REAL else ())
CURVES = {device: [seconds_per_product(n, device=device) / n ** 3 for n in
                   (SIZES if device == "/gpu:0" else SIZES[:7])] for device in DEVICES}
figure, axes = plt.subplots(figsize=(7, 3.8), layout="constrained")
for (device, curve), color, mark in zip(CURVES.items(), ("#1565c0", "#2e7d32"), "os",
                                        strict=False):
    axes.loglog(SIZES[:len(curve)], np.array(curve) * 1e12, mark + "-", color=color,
                label=f"{KIND[device]} (measured)")
axes.set(xlabel="n (matrices of n x n)", ylabel="picoseconds per multiply-add",
         title="Large matrices are cheap, number by number")
axes.legend()
show(figure, "the time per multiply-add falls steeply with the size of the matrices: "
     + "; ".join(f"{KIND[device]} {curve[0] * 1e12:,.0f} ps at n = 4, {curve[5] * 1e12:,.0f} ps at "
                 "n = 512" for device, curve in CURVES.items()) + ".")

# %%
assert all(curve[0] > 20 * curve[5] for curve in CURVES.values())
print("a multiply-add of a small product costs far more than one of a large product")

# %% [markdown]
# **Explain.** Each operation has a fixed price: to find its arguments, to check shapes, to call
# the library. On a GPU the CPU must *launch* each kernel besides, which takes some microseconds,
# and its thousands of processors want thousands of numbers each. So with small matrices the GPU
# waits most of the time.
#
# Two measurements on a real one (tftutor on an NVIDIA H100, 23 November 2026):
#
# | what | H100 | the 16 CPU cores beside it |
# |---|---|---|
# | four chained 4096 x 4096 float32 products | 11.4 ms: 48 · 10¹² operations/s | not recorded |
# | Adam step of a network 784-256-256-10 | 2.7 ms (CuPy), 3.6 ms (PyTorch) | 3.7 to 4.4 ms |
#
# Large matrices: what a GPU is made for. The small network: hardly faster than the CPU.

# %%
operations = 4 * 2 * 4096 ** 3   # a multiply-add counts as two
rate = operations / 11.4e-3
print("expected: 48e12 operations a second")
print(f"computed: {rate / 1e12:.0f}e12")
assert round(rate / 1e12) == 48

# %% [markdown]
# ## 7. Copies
#
# What you feed must get into the GPU's memory, what you fetch must get out. The way is a bus (PCIe)
# which is much slower than the GPU's memory. A *traced* run tells what was copied; `HtoD` means
# from the host to the device, `DtoH` back.
#
# **Predict.** How many bytes has a 256 x 256 matrix of float32? How many copies does each of these
# three runs make?

# %%
def copies(fetch, feed=None, init=None):
    """Run once with a trace; print and count what went over the bus."""
    metadata = tf.RunMetadata()
    with contextlib.nullcontext() if REAL else simulated(1), tf.Session() as sess:
        if init is not None:
            sess.run(init)
        sess.run(fetch, feed, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE),
                 run_metadata=metadata)
    found = [t for t in transfers(metadata) if t.kind != "same memory"]
    for each in found:
        print(f"  {each.kind} {each.nbytes:>7} bytes  {each.name.split('_')[-1]}")
    print(f"  = {len(found)} copies, {sum(each.nbytes for each in found)} bytes")
    return len(found)


N = 256
tf.reset_default_graph()
with tf.device("/gpu:0"):
    x = tf.placeholder(tf.float32, [N, N], name="x")
    square = tf.matmul(x, x, name="square")
    fourth = tf.matmul(square, square, name="fourth")
with tf.device("/cpu:0"):
    positive = tf.nn.relu(square, name="positive")
with tf.device("/gpu:0"):
    detour = tf.matmul(positive, positive, name="detour")
    state = tf.Variable(tf.random_uniform([N, N], seed=1), name="state")
    halve = state.assign(state * 0.5)

FEED = {x: np.eye(N)}
print("expected bytes of one matrix:", N * N * 4)
print("fed, two products, fetched:")
direct = copies(fourth, FEED)
print("the same with one operation on the CPU in the middle:")
around = copies(detour, FEED)
print("an update of a variable on the GPU, nothing fetched:")
resident = copies(halve.op, init=state.initializer)
assert (direct, around, resident) == (2, 4, 0)

# %% [markdown]
# **Explain.** One operation on the CPU in the middle doubles the copies. A variable stays on the
# GPU and costs none. So: keep the model and the loop on the GPU, feed whole batches, fetch numbers
# (a loss), not tensors.
#
# (This cell uses a real GPU if there is one, and a simulated one otherwise. Outside this notebook,
# `tf.ConfigProto(device_count={"GPU": 1})` does the same: the real one, or else a simulated one.)

# %% [markdown]
# ## 8. What does an image cost?
#
# The lecture shows how many images a second of ResNet-50 training some processors did, and what an
# hour of them costs in a cloud. The source is a post of the RiseML blog ("Benchmarking Google's new
# TPUv2", February 2018); prices are of that time.
#
# **Predict.** The TPUv2 is by far the dearest. Is it the dearest per image, too?

# %%
#             name         cloud     $ an hour  images a second  the slide's "images/s per $"
PRICES = (("TPUv2", "Google", 7.26, 1943, 268),
          ("V100 fp16", "AWS", 3.06, 695, 227),
          ("P100", "Google", 1.58, 230, 146),
          ("V100", "AWS", 3.06, 378, 124))


def dollars_per_million(price, images):
    """What a million images cost."""
    return price / (images * 3600) * 1e6


print(f"{'':<11}{'cloud':<8}{'$/h':>6}{'images/s':>10}{'(images/s)/($/h)':>18}{'slide':>7}"
      f"{'$ per million':>15}")
for name, cloud, price, images, slide in PRICES:
    print(f"{name:<11}{cloud:<8}{price:>6}{images:>10}{images / price:>18.0f}{slide:>7}"
          f"{dollars_per_million(price, images):>15.2f}")
    assert round(images / price) == slide

# %% [markdown]
# **Explain.** It is the cheapest per image. But compare with care: a TPUv2 is *four* chips on one
# board, beside one GPU; and it computes with 16 bits, as does only "V100 fp16". The same V100 with
# half the bits makes 1.8 times the images for the same money: section 5 again.
#
# Put in a GPU of your own: what must it do to be cheaper than the TPUv2?

# %%
def verdict(images, price):
    """Where a processor stands among those of the table, in words."""
    mine = dollars_per_million(price, images)
    cheaper = [name for name, _, p, i, _ in PRICES if dollars_per_million(p, i) > mine]
    return (f"{images} images/s for ${price:.2f} an hour: ${mine:.2f} per million images, cheaper "
            f"than {', '.join(cheaper) if cheaper else 'none of the four'}")


def draw_price(images, price):
    """The four processors and one of your own; lines of equal cost."""
    figure, axes = plt.subplots(figsize=(9, 4), layout="constrained")
    hours = np.array([0.1, 10.0])
    for dollars, style in ((0.5, ":"), (1, "--"), (2, "-.")):
        axes.plot(hours, hours / dollars / 3600 * 1e6, style, color="#757575",
                  label=f"${dollars} per million images")
    for name, _, p, i, _ in PRICES:
        axes.plot(p, i, "o", color="#1565c0")
        axes.annotate(name, (p, i), (6, 4 if "fp16" in name else -12), textcoords="offset points")
    axes.plot(price, images, "*", color="#ef6c00", markersize=14, label="yours")
    axes.set(xlim=(0, 10), ylim=(0, 3000), xlabel="$ an hour", ylabel="images a second",
             title="ResNet-50: the higher above a line, the cheaper an image")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    show(figure, verdict(images, price) + ".")


# %% tags=["nbval-ignore-output"]
_ = interact(draw_price,
             images=IntSlider(value=700, min=50, max=3000, step=50, description="images/s",
                              continuous_update=False),
             price=FloatSlider(value=1.5, min=0.1, max=10, step=0.1, description="$ an hour",
                               continuous_update=False))

# %% [markdown]
# The same without sliders: one picture, and some more in words.

# %%
draw_price(700, 1.5)
for images, price in ((700, 3.0), (1400, 3.0), (2800, 3.0)):
    print(verdict(images, price))

# %% [markdown]
# ## What can go wrong
#
# **1. There is no GPU** (or `CUDA_VISIBLE_DEVICES` hides it), and the program asks for one. As in
# TensorFlow the text lists what *is* there. `allow_soft_placement=True` lets it run on the CPU.

# %%
tf.reset_default_graph()
with tf.device("/gpu:0"):
    wanted = tf.constant(1.0, name="wanted")
with simulated(2, visible="-1"):
    with tf.Session() as sess:
        try:
            sess.run(wanted)
        except tf.errors.InvalidArgumentError as error:
            print("InvalidArgumentError:", error.message.splitlines()[0])
    with tf.Session(config=tf.ConfigProto(allow_soft_placement=True)) as sess:
        print("with soft placement:", sess.run(wanted))

# %% [markdown]
# **2. A list that names nothing.** Nobody has ten GPUs. For real GPUs CUDA says nothing at all and
# shows none; tftutor warns.

# %%
with simulated(2, visible="9"):
    try:
        tf.Session()
    except tf.errors.InvalidArgumentError as error:
        print("InvalidArgumentError:", error.message)

# %% [markdown]
# **3. Set too late.** `os.environ["CUDA_VISIBLE_DEVICES"] = "1"` in a notebook works only *before*
# the first use of a GPU. Restart the kernel and put it into the first cell.
#
# **4. Other numbers than nvidia-smi's.** With GPUs of different models, CUDA counts the fastest one
# first. `CUDA_DEVICE_ORDER=PCI_BUS_ID` makes it count as nvidia-smi does. UUIDs are always right.
#
# **5. Soft placement hides a mistake.** With it, a program without any GPU runs, without a word,
# and slowly. If a step is slow, look at `log_device_placement`.

# %% [markdown]
# ## Exercises
#
# ### Exercise 1
#
# A machine has four GPUs. You want GPU 2 to be `/gpu:0` and GPU 0 to be `/gpu:1`, and no other. Put
# the value of `CUDA_VISIBLE_DEVICES` into `answer_1`, as a string.
#
# <details><summary>Solution</summary>
#
# ```python
# answer_1 = "2,0"
# ```
#
# </details>

# %% tags=["exercise"]
answer_1 = None   # replace None

# %%
if answer_1 is None:
    print("Exercise 1: not answered yet")
else:
    with simulated(4, visible=answer_1):
        found = [gpu.index for gpu in tf.gpu_state().visible]
    assert found == [2, 0], f"/gpu:0, /gpu:1, ... would be the GPUs {found}"
    print("Exercise 1: correct")

# %% [markdown]
# ### Exercise 2
#
# Suppose that a GPU does 48 · 10¹² operations a second, and that a launch takes 10 microseconds. An
# n x n product needs 2 n³ operations. For which n does the product take as long as its launch? Put
# it into `answer_2` (to within 5 %).
#
# <details><summary>Solution</summary>
#
# 2 n³ / (48 · 10¹²) = 10 · 10⁻⁶, so n³ = 2.4 · 10⁸:
#
# ```python
# answer_2 = (48e12 * 10e-6 / 2) ** (1 / 3)
# ```
#
# About 620. With smaller matrices such a GPU mostly waits.
#
# </details>

# %% tags=["exercise"]
answer_2 = None   # replace None

# %%
if answer_2 is None:
    print("Exercise 2: not answered yet")
else:
    ratio = 2 * answer_2 ** 3 / 48e12 / 10e-6
    assert abs(answer_2 / 621.4 - 1) < 0.05, f"the product takes {ratio:.3g} times the launch"
    print("Exercise 2: correct")

# %% [markdown]
# ### Exercise 3
#
# A batch has 128 colour images of 224 x 224 pixels, as float32. How many bytes are copied to the
# GPU when you feed it? Put the number into `answer_3`.
#
# <details><summary>Solution</summary>
#
# ```python
# answer_3 = 128 * 224 * 224 * 3 * 4
# ```
#
# 73.5 MiB. Fed as uint8 and converted on the GPU, it would be a quarter of this.
#
# </details>

# %% tags=["exercise"]
answer_3 = None   # replace None

# %%
if answer_3 is None:
    print("Exercise 3: not answered yet")
else:
    expected = np.zeros([128, 224, 224, 3], np.float32).nbytes
    assert answer_3 == expected, f"expected {expected}, but got {answer_3}"
    print("Exercise 3: correct")

# %% [markdown]
# ### Exercise 4
#
# Three students share one GPU. Make a `tf.ConfigProto` with which a session takes 30 % of its
# memory, and which also runs where an operation has no GPU kernel. Put it into `answer_4`.
#
# <details><summary>Solution</summary>
#
# ```python
# answer_4 = tf.ConfigProto(
#     gpu_options=tf.GPUOptions(per_process_gpu_memory_fraction=0.3),
#     allow_soft_placement=True)
# ```
#
# </details>

# %% tags=["exercise"]
answer_4 = None   # replace None

# %%
if answer_4 is None:
    print("Exercise 4: not answered yet")
else:
    tf.reset_default_graph()
    with tf.device("/gpu:0"):
        word = tf.string_join(["o", "k"])
    with simulated(1, memory="100M"), tf.Session(config=answer_4) as sess:
        limit = sess.list_devices()[-1].memory_limit_bytes / 2 ** 20
        assert abs(limit - 30) < 0.1, f"of 100 MiB it would take {limit:.0f} MiB"
        assert sess.run(word) == b"ok"
    print("Exercise 4: correct")

# %% [markdown]
# ## What you have seen
#
# - nvidia-smi: look at the memory first; `CUDA_VISIBLE_DEVICES` chooses and renumbers.
# - `tf.device`, soft placement, `log_device_placement`: say where, and check where.
# - A session takes all memory unless told otherwise; an out-of-memory error names the tensor.
# - GPUs want large float32 matrices, and few copies.
#
# [Previous: 2.2 Logistic Regression](2.2_logistic_regression.ipynb) ·
# [Next: 6.1 Basic Operations on multi-GPU](6.1_multigpu_basics.ipynb)
