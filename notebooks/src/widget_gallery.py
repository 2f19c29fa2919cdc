# %% [markdown]
# # Widget gallery
#
# **Goal.** See every drawing and every panel that tftutor has, one after the other, and know which
# one answers which question.
#
# **You need.** Nothing: every cell stands for itself. For the words *graph*, *session* and *feed*
# see [1.1 Hello World](1.1_hello_world.ipynb) and
# [1.2 Basic Operations](1.2_basic_operations.ipynb); for ranks and shapes,
# [1.3 Tensors and ranks](1.3_tensors_and_ranks.ipynb).
#
# **Time.** About 15 minutes to look around; the cells themselves run in half a minute.
#
# [Open in Binder](binder:)
#
# There are two functions. `tf.show(x)` draws `x`: a picture, and below it, folded, the same as
# text. `tf.explore(x)` opens a panel on `x` that you can click in. In both cases `x` decides what
# you see: a graph, a tensor, a shape, a session, a trace, a cluster, an error.
#
# Every panel has a button *Text*, which shows its contents as text, and can be used with the
# keyboard alone: Tab goes to the next control, arrow keys move inside it, Enter chooses. Panels
# live as long as the kernel; a notebook that is opened again shows the drawing instead.

# %%
import numpy as np

import tftutor as tf

# %load_ext tftutor
print("ready, API version", tf.__version__)

# %% [markdown]
# ## 1. The graph
#
# A small network with two layers and an optimizer. It has 87 operations, and nobody wants to see
# all of them at once: what stands in one name scope is drawn as one box.
#
# **Predict.** Which boxes will you see?

# %%
tf.reset_default_graph()
tf.set_random_seed(0)
x = tf.placeholder(tf.float32, [None, 4], name="x")
label = tf.placeholder(tf.int32, [None], name="label")
hidden = tf.layers.dense(x, 8, tf.nn.relu, name="hidden")
logits = tf.layers.dense(hidden, 3, name="logits")
with tf.name_scope("loss"):
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=label, logits=logits)
    loss = tf.reduce_mean(losses, name="mean")
train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)

# %% tags=["nbval-ignore-output"]
tf.show(loss)

# %% [markdown]
# `tf.show(loss)` draws what `loss` needs. The panel draws the whole graph: click on a box to open
# it, on an operation to read what it does, search for `type:MatMul` or `shape:[?,8]`.

# %% tags=["nbval-ignore-output"]
tf.explore(tf.get_default_graph())

# %% [markdown]
# ## 2. A step, operation by operation
#
# `tf.record_step` runs the fetches once and keeps what every operation computed. Then you can walk
# through the step, forwards and backwards, and see each value.

# %%
features = np.array([[0.0, 1, 2, 3], [3, 2, 1, 0]], np.float32)
sess = tf.Session()
sess.run(tf.global_variables_initializer())
batch = {x: features, label: [0, 2]}
before = sess.run(loss, batch)
record = tf.record_step(sess, [loss, train], batch)
print("expected:", np.round(before, 4))
print("computed:", np.round(record.results[0], 4))

# %% tags=["nbval-ignore-output"]
tf.explore(record)

# %% [markdown]
# ## 3. Ranks and shapes
#
# The lecture's table: from a scalar to n dimensions.

# %% tags=["nbval-ignore-output"]
tf.explore("ranks")

# %% [markdown]
# Any tensor, array or shape can be drawn. `None` is a size that isn't known yet; its edges are
# dashed.

# %% tags=["nbval-ignore-output"]
tf.show((None, 28, 28, 3), axes=("batch", "height", "width", "channels"))

# %% [markdown]
# The panel takes slices, and moves the elements of a reshape, a transpose or a broadcast to where
# they go.

# %% tags=["nbval-ignore-output"]
tf.explore(np.arange(24).reshape(2, 3, 4))

# %% [markdown]
# ## 4. A shape error, explained
#
# The most common error of the lecture. With `%load_ext tftutor`, as above, the page below replaces
# the long traceback (which is folded below it).

# %% tags=["raises-exception", "nbval-ignore-output"]
image = tf.placeholder(tf.float32, [10, 512, 1], name="image")
weights = tf.placeholder(tf.float32, [512, 2], name="weights")
product = tf.matmul(image, weights)

# %% [markdown]
# ## 5. Who runs where, and when
#
# A step on two simulated GPUs: a lane for each device, arrows for what they send to each other.

# %%
tf.reset_default_graph()
with tf.device("/gpu:0"):
    a = tf.random_normal([300, 300], seed=1, name="a")
    aa = tf.matmul(a, a, name="aa")
with tf.device("/gpu:1"):
    b = tf.random_normal([300, 300], seed=2, name="b")
    bb = tf.matmul(b, b, name="bb")
with tf.device("/cpu:0"):
    total = tf.add(aa, bb, name="total")
two_gpus = tf.Session(config=tf.ConfigProto(device_count={"GPU": 2}))
metadata = tf.RunMetadata()
options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
value = two_gpus.run(total, options=options, run_metadata=metadata)
print("expected: (300, 300)")
print("computed:", value.shape)

# %% tags=["nbval-ignore-output"]
tf.explore((metadata, two_gpus))

# %% [markdown]
# ## 6. A cluster at work
#
# A parameter server and two workers, each a process of its own on this machine. The panel shows
# who is alive, which variables live where, and how much the tasks say to each other.

# %%
cluster = tf.cluster.local(ps=1, worker=2)
with tf.Graph().as_default():
    with tf.device("/job:ps/task:0"):
        shared = tf.get_variable("shared", initializer=tf.zeros([1000]))
    with tf.device("/job:worker/task:1"):
        update = tf.assign_add(shared, tf.ones([1000]))
    with tf.Session(cluster.target) as master:
        master.run(tf.global_variables_initializer())
        for _ in range(5):
            master.run(update.op)
        print("expected: 5.0")
        print("computed:", master.run(shared)[0])

# %% tags=["nbval-ignore-output"]
tf.explore(cluster)

# %% [markdown]
# ## 7. The GPUs
#
# What `nvidia-smi` shows, live. Here the two simulated GPUs of section 5; they are hatched and
# labelled, and report no temperature, because there is none. On a machine with a driver and
# without simulated GPUs, the same call shows the real ones.

# %% tags=["nbval-ignore-output"]
tf.explore("gpus")

# %% [markdown]
# ## What can go wrong
#
# - *A panel says "Run this cell to get its interactive panel".* The notebook was saved without its
#   kernel. The drawing above the line shows the same; run the cell for the panel.
# - *A line says that panels need anywidget.* Install tftutor with its notebook packages:
#   `pip install 'tftutor[lab]'`, then restart the kernel.
# - *`TypeError: ... can't be shown`.* The message lists what can be.
# - *A panel says that the kernel is busy.* It waits until the running cell has ended. (Newer
#   kernels answer while a cell runs.)
#
# ## Exercises
#
# ### Exercise 1
#
# `tf.show(loss)` draws everything that `loss` needs. Which tensor of section 1 has to be shown for
# a picture of the first layer, and of nothing after it? Put it into `answer_1`, and draw it.
#
# <details><summary>Solution</summary>
#
# ```python
# answer_1 = hidden
# ```
#
# </details>

# %% tags=["exercise"]
answer_1 = None   # replace None by a tensor

# %%
if answer_1 is None:
    print("Exercise 1: not answered yet")
else:
    drawn = tf.show(answer_1).text()
    assert "hidden" in drawn, "the first layer is missing from the picture"
    assert "logits" not in drawn, "the second layer is in the picture, too"
    print("Exercise 1: correct")

# %% [markdown]
# ### Exercise 2
#
# Repair the product of section 4. The page there lists what would do it, and which of these leave
# the numbers as they are. The result shall have the shape [10, 2].
#
# <details><summary>Solution</summary>
#
# ```python
# answer_2 = tf.matmul(tf.squeeze(image, axis=2), weights)
# ```
#
# </details>

# %% tags=["exercise"]
tf.reset_default_graph()
image = tf.placeholder(tf.float32, [10, 512, 1], name="image")
weights = tf.placeholder(tf.float32, [512, 2], name="weights")
answer_2 = None   # replace None by a tensor

# %%
if answer_2 is None:
    print("Exercise 2: not answered yet")
else:
    assert answer_2.shape.as_list() == [10, 2], f"its shape is {answer_2.shape}"
    batch = {image: np.random.RandomState(1).rand(10, 512, 1),
             weights: np.random.RandomState(2).rand(512, 2)}
    with tf.Session() as fresh:
        computed = fresh.run(answer_2, batch)
    assert np.allclose(computed, batch[image][:, :, 0] @ batch[weights], rtol=1e-4), \
        "the shape is right, the values not"
    print("Exercise 2: correct")

# %% [markdown]
# The next cell ends the processes of the cluster.

# %%
cluster.stop()
sess.close()
two_gpus.close()
print("done")
