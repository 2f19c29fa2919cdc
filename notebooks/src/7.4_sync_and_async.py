# %% [markdown]
# # 7.4 Synchronous and asynchronous training
#
# **Goal.** Train one model with two workers in two ways: each at its own speed (asynchronous), and
# in step (synchronous). Measure how *stale* the gradients are, what that does to the loss, and what
# a slow worker costs.
#
# **You need.** [7.3 Between-graph replication](7.3_between_graph_replication.ipynb): parameter
# servers, workers, the chief. [2.2 Logistic Regression](2.2_logistic_regression.ipynb): the model.
#
# **Time.** About 45 minutes to read and try; the cells themselves run in less than a minute.
#
# [Previous: 7.3 Between-graph replication](7.3_between_graph_replication.ipynb) ·
# [Next: 7.5 When a process dies](7.5_when_a_process_dies.ipynb) · [Open in Binder](binder:)

# %% [markdown]
# ## Setup
#
# `tf.cluster.local` starts real processes on this machine: one parameter server (ps) and two
# workers. The cell prints their table.

# %% tags=["nbval-ignore-output"]
import inspect
import json
import math
import os
from collections import Counter
from contextlib import redirect_stdout

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from ipywidgets import FloatSlider, IntSlider, interact

import tftutor as tf
from tftutor.compat.examples.tutorials.mnist import input_data

tf.logging.set_verbosity(tf.logging.ERROR)   # no lines about what is deprecated
os.environ["CUDA_VISIBLE_DEVICES"] = ""      # every task has a CPU, and only that
cluster = tf.cluster.local(ps=1, worker=2)
print(cluster.status())

# %%
def show(figure, description):
    """Show a figure and describe it, for readers who cannot see it."""
    display(figure, metadata={"image/png": {"alt": description}})
    plt.close(figure)
    print("Figure:", description)


def in_workers(cluster, function, **arguments):
    """Run a function of this notebook in all workers at once; a list of what they return.

    An argument that is a list has one value for each worker. The workers are other processes: the
    function's text is sent to them, so it must not use this notebook's variables.
    """
    tf.Session.reset(cluster.target)   # forget the variables and queues of earlier runs
    runs = []
    for index in cluster.spec.task_indices("worker"):
        own = {name: value[index] if isinstance(value, list) else value
               for name, value in arguments.items()}
        call = f"{function.__name__}(cluster, server, task_index, **{own!r})"
        runs.append(cluster.start_cell("worker", index, f"""{inspect.getsource(function)}
import json
print(json.dumps({call}))"""))
    return [json.loads(run.wait(100).output.splitlines()[-1]) for run in runs]


# %% [markdown]
# ## 1. The idea
#
# The weights are on the ps. In each step, a worker reads them, computes the gradient of its own
# batch, and sends it back. There are two ways to go on:
#
# | | asynchronous | synchronous |
# |---|---|---|
# | a gradient is applied | as soon as it arrives | when *all* have arrived: their mean |
# | a worker waits for others | never | in every step |
# | the gradient belongs to | weights that have changed since | the weights as they are |
#
# Asynchronous: between the moment when a worker *reads* the weights and the moment when its
# gradient is *applied*, others may have changed the weights. The number of these changes is the
# *staleness* of the gradient. `global_step` counts the updates, so each worker can measure it:
# `staleness = (step after my update) - 1 - (step when I read)`.
#
# ## 2. The worker's program
#
# Every worker runs this function. `pause` makes its computer slower: the program sleeps so many
# seconds while it computes a gradient. `needed` is 0 for asynchronous training.

# %%
def train(cluster, server, task_index, steps, pause, needed=0, total=2, tokens=0):
    """Train until the global step is `steps`; returns [read, applied, loss, seconds] per batch."""
    import time

    import tftutor as tf
    from tftutor.compat.examples.tutorials.mnist import input_data

    digits = input_data.read_data_sets("MNIST-data", one_hot=True, seed=task_index).train

    def think(batch):
        time.sleep(pause)
        return batch

    here = f"/job:worker/task:{task_index}"
    place = tf.train.replica_device_setter(worker_device=here, cluster=cluster)
    with tf.Graph().as_default(), tf.device(place):
        images = tf.placeholder(tf.float32, [None, 784])
        labels = tf.placeholder(tf.float32, [None, 10])
        w = tf.get_variable("w", [784, 10], initializer=tf.zeros_initializer())
        b = tf.get_variable("b", [10], initializer=tf.zeros_initializer())
        arrived = tf.get_variable("arrived", [], tf.int32, tf.zeros_initializer(), trainable=False)
        step = tf.train.get_or_create_global_step()

        seen = tf.py_func(think, [images], tf.float32)
        seen.set_shape([None, 784])
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(
            logits=tf.matmul(seen, w) + b, labels=labels))
        optimizer, hooks = tf.train.GradientDescentOptimizer(0.3), []
        if needed:
            optimizer = tf.train.SyncReplicasOptimizer(optimizer, needed, total)
            hooks.append(optimizer.make_session_run_hook(task_index == 0, num_tokens=tokens))
        read = tf.identity(step)                         # at the start, with the weights
        update = optimizer.minimize(loss, global_step=step, var_list=[w, b])
        with tf.control_dependencies([update]):
            applied = tf.identity(step.read_value())     # at the end
        come = arrived.assign_add(1, use_locking=True)

        notes = []
        with tf.train.MonitoredTrainingSession(server.target, task_index == 0,
                                               hooks=hooks) as sess:
            sess.run(come)
            while sess.run(arrived) < total:             # all workers begin together
                time.sleep(0.01)
            start, now = time.time(), 0
            while now < steps:
                batch = digits.next_batch(50)
                before, now, value = sess.run([read, applied, loss],
                                              {images: batch[0], labels: batch[1]})
                notes.append([int(before), int(now), float(value), time.time() - start])
    return notes


# %% [markdown]
# ## 3. Asynchronous: how stale is a gradient?
#
# Both workers need 5 ms to think.
#
# **Predict.** The two are about equally fast. While worker 0 computes one gradient, how many does
# worker 1 apply?

# %% tags=["nbval-ignore-output"]
def staleness(notes):
    """The staleness of each gradient of one worker."""
    return [max(0, applied - 1 - read) for read, applied, _, _ in notes]


def bars(counts):
    """A histogram as text."""
    whole = sum(counts.values())
    for value, count in sorted(counts.items()):
        print(f"  staleness {value:>2}: {count:>4} {'#' * math.ceil(40 * count / whole)}")


STEPS = 300
equal = in_workers(cluster, train, steps=STEPS, pause=[0.005, 0.005])
for index, notes in enumerate(equal):
    print(f"worker {index}: {len(notes)} gradients, mean staleness "
          f"{np.mean(staleness(notes)):.2f}")
    bars(Counter(staleness(notes)))

# %%
gradients = sum(len(notes) for notes in equal)
last = max(applied for notes in equal for _, applied, _, _ in notes)
print("the global step is the number of gradients of both:", last == gradients)
print("some gradients are stale:", any(any(staleness(notes)) for notes in equal))
assert last == gradients and any(any(staleness(notes)) for notes in equal)

# %% [markdown]
# **Explain.** Mostly one: with N equally fast workers, the staleness is about N - 1. It isn't
# always the same, because nobody keeps order; run the cell again and you get other numbers.
#
# ## 4. A slow worker
#
# Now worker 1 needs 40 ms, eight times as long: an older computer, or one with other work to do.
#
# **Predict.** Whose gradients are now more stale, those of the fast worker or of the slow one?

# %% tags=["nbval-ignore-output"]
uneven = in_workers(cluster, train, steps=STEPS, pause=[0.005, 0.040])
fast, slow = (staleness(notes) for notes in uneven)
print(f"gradients: {len(fast)} of the fast worker, {len(slow)} of the slow one, "
      f"ratio {len(fast) / len(slow):.1f}")
print(f"mean staleness: fast {np.mean(fast):.2f}, slow {np.mean(slow):.2f}")
print("the slow worker:")
bars(Counter(slow))

# %%
print("expected: the slow worker's gradients are more stale, and it has fewer of them")
print("computed:", np.mean(slow) > np.mean(fast), len(slow) < len(fast))
assert np.mean(slow) > np.mean(fast) and len(slow) < len(fast)

# %% tags=["nbval-ignore-output"]
figure, axes = plt.subplots(1, 2, figsize=(9, 2.8), layout="constrained", sharey=True)
most = max([*fast, *slow, *staleness(equal[0]), *staleness(equal[1])])
for panel, pair, title in ((axes[0], [staleness(notes) for notes in equal], "equal workers"),
                           (axes[1], [fast, slow], "worker 1 is slow")):
    shares = [np.bincount(values, minlength=most + 1) / len(values) for values in pair]
    for index, (share, color) in enumerate(zip(shares, ("#1565c0", "#ef6c00"), strict=True)):
        panel.bar(np.arange(most + 1) + 0.4 * index - 0.2, share, 0.4, color=color,
                  hatch="//" if index else None, label=f"worker {index}")
    panel.set(title=title, xlabel="staleness")
axes[0].set_ylabel("share of its gradients")
axes[1].legend()
show(figure, f"two histograms of staleness. Equal workers: both mostly 0 or 1, mean "
             f"{np.mean(staleness(equal[0])):.1f} and {np.mean(staleness(equal[1])):.1f}. With "
             f"a slow worker: the fast one mostly 0, the slow one around {np.median(slow):.0f}.")

# %% [markdown]
# **Explain.** While the slow worker computes once, the fast one updates several times. So the
# staleness of the slow worker is about the ratio of the speeds; that of the fast worker is nearly
# 0.
#
# ## 5. What does staleness do?
#
# The simplest loss is `w * w / 2`; its gradient is `w`. We train with a gradient that is `delay`
# steps old: `w[t + 1] = w[t] - rate * w[t - delay]`.
#
# **Predict.** Without delay, this converges if the rate is less than 2. With a delay of 1, is the
# limit higher, the same, or lower?

# %%
def delayed(rate, delay, steps=60):
    """Gradient descent on w * w / 2 with gradients `delay` steps old; all values of w."""
    w = [1.0] * (delay + 1)
    for _ in range(steps):
        w.append(w[-1] - rate * w[-1 - delay])
    return np.array(w[delay:])


def limit(delay):
    """The largest rate that converges (control theory knows the formula)."""
    return 2 * math.sin(math.pi / (2 * (2 * delay + 1)))


print("delay  largest rate   just below it   just above it")
for delay in (0, 1, 2, 4, 8):
    below, above = (abs(delayed(factor * limit(delay), delay, 3000)[-20:]).max()
                    for factor in (0.97, 1.03))
    words = ["grows" if value > 1 else "shrinks" for value in (below, above)]
    print(f"{delay:>5}{limit(delay):>14.3f}{words[0]:>16}{words[1]:>16}")
    assert words == ["shrinks", "grows"]

# %% [markdown]
# **Explain.** Lower: half of it for a delay of 1, and about `pi / (2 * delay)` for long delays. Old
# gradients are like steering a ship that answers late: you must steer less. Asynchronous training
# works, but it needs a smaller learning rate, and the more workers, the smaller.
#
# Move the sliders. Find a rate that converges quickly with delay 0 and swings wildly with delay 4.

# %% tags=["nbval-ignore-output"]
def draw_delayed(rate, delay):
    """The values of w step by step."""
    w = delayed(rate, delay)
    figure, axes = plt.subplots(figsize=(8, 2.6), layout="constrained")
    axes.plot(w, color="#2e7d32")
    axes.axhline(0, color="#616161", linestyle="--", linewidth=1)
    axes.set(xlabel="step", ylabel="w", ylim=(-3, 3),
             title=f"rate {rate:.2f}, delay {delay}: the limit is {limit(delay):.2f}")
    verdict = "shrinks" if rate < limit(delay) else "grows"
    show(figure, f"w starts at 1 and swings {np.sum(np.diff(np.sign(w)) != 0)} times through 0 in "
                 f"60 steps; with rate {rate:.2f} and delay {delay} it {verdict}.")


_ = interact(draw_delayed,
             rate=FloatSlider(value=0.3, min=0.05, max=2.1, step=0.05, continuous_update=False),
             delay=IntSlider(value=4, min=0, max=10, continuous_update=False))

# %% [markdown]
# The same without the sliders: `|w|` after 60 steps.

# %%
print("rate   delay 0   delay 1   delay 4   delay 8")
for rate in (0.1, 0.3, 0.9):
    ends = [abs(delayed(rate, delay)[-9:]).max() for delay in (0, 1, 4, 8)]
    print(f"{rate:.1f} " + "".join(f"{'over 1' if end > 1 else f'{end:.3f}':>10}" for end in ends))

# %% [markdown]
# ## 6. Synchronous: in step
#
# `tf.train.SyncReplicasOptimizer` wraps an optimizer. On the ps it keeps an *accumulator* for each
# variable, and a queue of *tokens*:
#
# 1. A worker puts its gradient into the accumulators and waits for a token.
# 2. When `replicas_to_aggregate` gradients are there, a thread of the chief applies their mean,
#    counts `global_step` up, and puts a token for each worker into the queue.
# 3. The token says which step the worker's next gradient belongs to. A gradient of an older step is
#    *stale*: it is dropped.
#
# The hook from `make_session_run_hook` starts all this. We run the same uneven workers again.
#
# **Predict.** Worker 0 needs 5 ms for a gradient, worker 1 needs 40 ms. How long does a step take?
# And how many gradients does each worker compute for 150 steps?

# %% tags=["nbval-ignore-output"]
SYNC_STEPS = 150
synchronous = in_workers(cluster, train, steps=SYNC_STEPS, pause=[0.005, 0.040], needed=2)
for index, notes in enumerate(synchronous):
    print(f"worker {index}: {len(notes)} gradients, "
          f"{1000 * notes[-1][3] / len(notes):.0f} ms for each")

# %%
counts = [len(notes) for notes in synchronous]
oldest = max(max(staleness(notes)) for notes in synchronous)
print(f"gradients of the workers: expected [150, 150], computed {counts}")
print(f"largest staleness: expected 0, computed {oldest}")
assert counts == [SYNC_STEPS, SYNC_STEPS] and oldest == 0

# %% [markdown]
# **Explain.** Every step waits for the slowest worker. In exchange, nothing is stale, and the
# result doesn't depend on who was faster.
#
# ## 7. Synchronous training is training with a larger batch
#
# The mean of two gradients of 50 images each is the gradient of 100 images. If that is so, we can
# compute in this notebook, with NumPy and without any cluster, which weights are now on the ps.
#
# **Predict.** After 150 steps: the same weights, or only similar ones?

# %%
def digits_of(index):
    """The digits as worker `index` sees them, in its own order."""
    with redirect_stdout(None):   # the line about their source is known by now
        return input_data.read_data_sets("MNIST-data", one_hot=True, seed=index)


def batches_of(index, steps):
    """The batches that worker `index` sees in its first steps."""
    digits = digits_of(index).train
    return [digits.next_batch(50) for _ in range(steps)]


def numpy_training(steps, workers=2, rate=0.3):
    """Logistic regression where each step takes the batches of all workers together."""
    w, b = np.zeros([784, 10], np.float32), np.zeros(10, np.float32)
    for batches in zip(*[batches_of(index, steps) for index in range(workers)], strict=True):
        x, y = (np.concatenate(parts) for parts in zip(*batches, strict=True))
        scores = np.exp(x @ w + b)
        difference = (scores / scores.sum(1, keepdims=True) - y) / len(x)
        w, b = w - rate * (x.T @ difference), b - rate * difference.sum(0)
    return w, b


def weights_on_the_ps(cluster):
    """The weights that the workers left on the ps, read from this notebook."""
    with tf.Graph().as_default(), tf.device("/job:ps/task:0"):
        w, b = tf.get_variable("w", [784, 10]), tf.get_variable("b", [10])
        with tf.Session(cluster.target) as sess:
            return sess.run([w, b])


w, b = weights_on_the_ps(cluster)
expected_w, expected_b = numpy_training(SYNC_STEPS)
print("largest weight:", f"{abs(w).max():.2f}")
print("the weights are NumPy's: expected True, computed", np.allclose(w, expected_w, atol=1e-4))
test = digits_of(0).test
right = np.mean((test.images @ w + b).argmax(1) == test.labels.argmax(1))
print(f"right test digits: expected more than 80 %, computed {right > 0.8}")
assert np.allclose(w, expected_w, atol=1e-4) and np.allclose(b, expected_b, atol=1e-4)
assert right > 0.8

# %% [markdown]
# **Explain.** The same, up to rounding. Asynchronous training has no such answer: its weights
# depend on the order in which the gradients arrive.
#
# Note how we read the weights: variables belong to the *task*. Any session that reaches the ps and
# asks for a variable of that name gets it.
#
# ## 8. Loss by step, loss by time
#
# **Predict.** Which training has the lower loss after 100 steps? And which one after one second?

# %% tags=["nbval-ignore-output"]
def curve(runs, width=15):
    """All workers' losses in the order of their steps, smoothed: steps, seconds, losses."""
    rows = sorted((applied, seconds, loss) for notes in runs for _, applied, loss, seconds in notes)
    steps, seconds, losses = np.array(rows).T
    smooth = np.convolve(losses, np.ones(width) / width, "valid")
    return steps[width - 1:], np.sort(seconds)[width - 1:], smooth


curves = {"asynchronous": (curve(uneven), "#ef6c00", "-"),
          "synchronous": (curve(synchronous), "#1565c0", "--")}
figure, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained", sharey=True)
for name, ((steps, seconds, losses), color, line) in curves.items():
    axes[0].plot(steps, losses, color=color, linestyle=line, label=name)
    axes[1].plot(seconds, losses, color=color, linestyle=line)
axes[0].set(xlabel="global step", ylabel="loss", title="by step", xlim=(0, SYNC_STEPS))
axes[1].set(xlabel="seconds", title="by time")
axes[0].legend()


def at(name, column, value):
    """The loss of a curve where its steps (0) or seconds (1) reach a value."""
    found = curves[name][0]
    return found[2][min(np.searchsorted(found[column], value), len(found[2]) - 1)]


show(figure, f"the loss falls in both trainings. After 100 steps it is "
             f"{at('asynchronous', 0, 100):.2f} asynchronously and "
             f"{at('synchronous', 0, 100):.2f} synchronously; after one second "
             f"{at('asynchronous', 1, 1.0):.2f} and {at('synchronous', 1, 1.0):.2f}.")
print("seconds for 150 steps:",
      {name: round(float(found[0][1][np.searchsorted(found[0][0], SYNC_STEPS) - 1]), 1)
       for name, found in curves.items()})

# %% [markdown]
# **Explain.** By step, the synchronous curve is as good or a little better: each of its steps uses
# 100 images, and nothing is stale. By time, the asynchronous one is far ahead: it never waits. With
# equal workers and a large model it is often the other way round. So always ask: loss over *what*?
#
# ## 9. Backup workers
#
# A compromise: have more workers than a step needs, and let each step take the first gradients that
# come. `SyncReplicasOptimizer(optimizer, replicas_to_aggregate=2, total_num_replicas=3)` has one
# backup worker. Gradients that come too late are dropped. A third worker needs a new cluster.
#
# **Predict.** Three workers, one of them slow; 2 gradients for each step, 150 steps. Of all the
# gradients that the workers push, how many are used? Will a step wait for the slow worker?

# %% tags=["nbval-ignore-output"]
with tf.cluster.local(ps=1, worker=3) as three:
    backup = in_workers(three, train, steps=SYNC_STEPS, pause=[0.005, 0.005, 0.040], needed=2,
                        total=3)
pushed = [len(notes) for notes in backup]
used = 2 * SYNC_STEPS
print("pushed by each worker:", pushed, "together:", sum(pushed))
print(f"used: 2 x {SYNC_STEPS} = {used}; dropped as stale, or still waiting: {sum(pushed) - used}")
print(f"seconds: {max(notes[-1][3] for notes in backup):.1f} with a backup worker, "
      f"{max(notes[-1][3] for notes in synchronous):.1f} without")

# %%
print("at least two gradients for each step: expected True, computed", sum(pushed) >= used)
print("the slow worker pushed least: expected True, computed", pushed[2] < min(pushed[:2]))
assert sum(pushed) >= used and pushed[2] < min(pushed[:2])

# %% [markdown]
# **Explain.** The step waits for two gradients, whosever they are; so it goes at the speed of the
# two fast workers. Work is thrown away, and not only the slow worker's. Each step puts three tokens
# into the queue, but the slow worker rarely takes one. The old tokens that are left go to fast
# workers, and a gradient with an old token counts as stale, even if it was computed just now.
#
# ## What can go wrong
#
# **1. The hook is forgotten.** Nobody fills the token queue, so the first step waits for ever. A
# time limit turns the silence into an error.

# %%
with tf.Graph().as_default(), tf.device("/job:ps/task:0"):
    w = tf.get_variable("lonely", [], initializer=tf.ones_initializer())
    optimizer = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 2)
    step = tf.train.get_or_create_global_step()
    update = optimizer.minimize(w * w, global_step=step)
    with tf.Session(cluster.target) as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(tf.local_variables_initializer())
        try:
            sess.run(update, options=tf.RunOptions(timeout_in_ms=1000))
        except tf.errors.DeadlineExceededError as error:
            print(type(error).__name__)

# %% [markdown]
# **2. No `global_step`.** Without it, nobody can say what is stale.

# %%
with tf.Graph().as_default():
    w = tf.Variable(1.0)
    optimizer = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 2)
    try:
        optimizer.minimize(w * w)
    except ValueError as error:
        print("ValueError:", error)

# %% [markdown]
# **3. Extra tokens.** By default, the hook also puts `replicas_to_aggregate` tokens into the queue
# at the start. A fast worker takes them and pushes twice for one step: some of its gradients are
# dropped, and some steps use no gradient of the slow worker at all. With `num_tokens=0`, as in
# this notebook, each worker pushes exactly once a step.

# %% tags=["nbval-ignore-output"]
extra = in_workers(cluster, train, steps=60, pause=[0.005, 0.040], needed=2, tokens=2)
print("pushed by each worker for 60 steps:", [len(notes) for notes in extra])

# %% [markdown]
# **4. All workers see the same batches.** With the same seed in all workers, the gradients are
# equal, and so is their mean: the second worker adds nothing. Here, the seed is the task's index.
#
# **5. Variables of an earlier run.** They stay on the ps when a program ends. A worker that starts
# before the chief has initialised them anew finds old weights *ready*, and trains on. That is why
# `in_workers` begins with `tf.Session.reset`.

# %%
tf.Session.reset(cluster.target)
try:
    weights_on_the_ps(cluster)
except tf.errors.FailedPreconditionError as error:
    print("FailedPreconditionError:", error.message.splitlines()[1])

# %% [markdown]
# ## Exercises
#
# ### Exercise 1
#
# Worker 2 noted `(read, applied)` for four gradients. Compute their mean staleness; put the number
# into `answer_1`.

# %%
noted = [(10, 14), (14, 15), (15, 22), (22, 26)]

# %% [markdown]
# <details><summary>Solution</summary>
#
# `applied` counts the worker's own update, too.
#
# ```python
# answer_1 = sum(applied - 1 - read for read, applied in noted) / len(noted)
# ```
#
# </details>

# %% tags=["exercise"]
answer_1 = None   # replace None

# %%
if answer_1 is None:
    print("Exercise 1: not answered yet")
else:
    assert answer_1 != 4, "the worker's own update doesn't make its gradient stale"
    assert abs(answer_1 - 3) < 1e-6, f"got {answer_1}"
    print("Exercise 1: correct")

# %% [markdown]
# ### Exercise 2
#
# Find the largest learning rate, to two digits after the point, for which `delayed(rate, 3)`
# converges. Try it with `delayed`, or use the formula. Put it into `answer_2`.
#
# <details><summary>Solution</summary>
#
# ```python
# answer_2 = math.floor(100 * limit(3)) / 100
# ```
#
# </details>

# %% tags=["exercise"]
answer_2 = None   # replace None

# %%
if answer_2 is None:
    print("Exercise 2: not answered yet")
else:
    assert abs(delayed(answer_2, 3, 3000)[-20:]).max() < 1, f"{answer_2} doesn't converge"
    assert abs(delayed(answer_2 + 0.01, 3, 3000)[-20:]).max() > 1, \
        f"{answer_2 + 0.01:.2f} converges, too"
    print("Exercise 2: correct")

# %% [markdown]
# ### Exercise 3
#
# Five workers train with `replicas_to_aggregate=4`. After 100 steps, they have pushed 520
# gradients, and no accumulator holds any. How many gradients were dropped? Put the number into
# `answer_3`.
#
# <details><summary>Solution</summary>
#
# Each step uses four.
#
# ```python
# answer_3 = 520 - 4 * 100
# ```
#
# </details>

# %% tags=["exercise"]
answer_3 = None   # replace None

# %%
if answer_3 is None:
    print("Exercise 3: not answered yet")
else:
    assert answer_3 == 520 - 4 * 100, f"got {answer_3}; how many does one step use?"
    print("Exercise 3: correct")

# %% [markdown]
# ## The end
#
# The processes end with the notebook's kernel. They can go now.

# %%
cluster.stop()
print("states:", sorted({row.state for row in cluster.status()}))

# %% [markdown]
# ## What you have seen
#
# - Asynchronous: nobody waits; gradients are stale, by about the number of other workers, and more
#   for slow ones. Old gradients call for a smaller learning rate.
# - Synchronous: the mean of all gradients, as with one large batch; a step waits for the slowest.
# - Backup workers: a step takes the first gradients that come; late ones are dropped.
# - Compare losses by step *and* by time.
#
# [Previous: 7.3 Between-graph replication](7.3_between_graph_replication.ipynb) ·
# [Next: 7.5 When a process dies](7.5_when_a_process_dies.ipynb)
