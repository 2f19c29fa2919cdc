# %% [markdown]
# # 7.5 When a process dies
#
# **Goal.** Kill workers and parameter servers while they train, read the errors, and see how a
# training goes on from its last checkpoint.
#
# **You need.** [7.4 Synchronous and asynchronous training](7.4_sync_and_async.ipynb): the cluster,
# the two ways of training. Checkpoints: `tf.train.Saver`.
#
# **Time.** About 40 minutes to read and try; the cells themselves run in less than a minute.
#
# [Previous: 7.4 Synchronous and asynchronous training](7.4_sync_and_async.ipynb) ·
# [Open in Binder](binder:)

# %% [markdown]
# ## Setup
#
# One parameter server (ps) and two workers, as processes of this machine. Large trainings run for
# days on hundreds of machines; some machine always fails. Here, we do it on purpose:
#
# - `cluster.kill("ps", 0)` ends a process at once, like a crash or a power cut (`kill -9`).
# - `cluster.restart("ps", 0)` starts it anew at the same address.
# - `cluster.status()` is a table of the tasks, `cluster.logs("worker", 0)` what a task has printed.

# %% tags=["nbval-ignore-output"]
import inspect
import os
import re
import shutil
import tempfile
import time

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from ipywidgets import IntSlider, interact

import tftutor as tf

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


def plain(text):
    """A text without what differs from run to run: ports, durations, names of sessions."""
    for pattern, word in ((r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"), (r"for \d+ s", "for ... s"),
                          (r"Session [0-9a-f]{8,}", "Session ...")):
        text = re.sub(pattern, word, text)
    return text


def attempt(function):
    """Call it and print what comes of it; returns the class of the error, or None."""
    try:
        print("result:", function())
    except tf.errors.OpError as error:
        print(f"{type(error).__name__}: {plain(error.message).splitlines()[0]}")
        for line in plain(error.message).splitlines()[1:2]:
            print("   ", line)
        return type(error)


# %% [markdown]
# ## 1. What dies with a process
#
# Variables belong to the *task* they are placed on. We put one on the ps, and count.

# %%
def counter_graph():
    """A counter on the ps: graph, initializer, increment."""
    graph = tf.Graph()
    with graph.as_default(), tf.device("/job:ps/task:0"):
        counter = tf.get_variable("counter", [], initializer=tf.zeros_initializer())
        return graph, counter.initializer, counter.assign_add(1.0)


graph, initialize, increment = counter_graph()
session = tf.Session(cluster.target, graph=graph)
session.run(initialize)
for _ in range(3):
    count = session.run(increment)
print("expected 3.0, computed", count)

# %% [markdown]
# The cluster as a picture: a box for each process, with the variables that it holds.
# (`tf.explore(cluster)` opens it as a panel that stays up to date.)

# %% tags=["nbval-ignore-output"]
tf.show(cluster)

# %% [markdown]
# Now the ps crashes.
#
# **Predict.** The next `session.run(increment)`: does it wait, or fail? If it fails, does the error
# tell *which* task is missing?

# %% tags=["nbval-ignore-output"]
cluster.kill("ps", 0)
print(cluster.status())

# %%
print("states:", {row.task: row.state for row in cluster.status()})
found = attempt(lambda: session.run(increment))
assert found is tf.errors.UnavailableError

# %% [markdown]
# **Explain.** `UnavailableError` names the task and its address. (In the table, the pid is gone;
# SIGKILL is the signal that killed the process.)
#
# The picture says what was lost with the process.

# %% tags=["nbval-ignore-output"]
tf.show(cluster)

# %%
lost = cluster.status()["ps:0"]
names = [variable.name for variable in lost.uses.variables]
print("expected: ps:0 ended (SIGKILL), and with it ['counter']")
print(f"computed: ps:0 {lost.state}, and with it {names}")
assert lost.pid is None and names == ["counter"]

# %% [markdown]
# We start the ps again. It is a new process with the same name and address.
#
# **Predict.** Does the old session work again? And what is the value of the counter?

# %%
cluster.restart("ps", 0)
print("states:", {row.task: row.state for row in cluster.status()})
print("\nthe old session:")
assert attempt(lambda: session.run(increment)) is tf.errors.AbortedError
print("\na new session:")
session.close()
session = tf.Session(cluster.target, graph=graph)
assert attempt(lambda: session.run(increment)) is tf.errors.FailedPreconditionError
session.run(initialize)
print("\nafter initializing again:")
attempt(lambda: session.run(increment))
session.close()

# %% [markdown]
# **Explain.** Three errors, three meanings:
#
# | error | meaning | what helps |
# |---|---|---|
# | `UnavailableError` | the task can't be reached *now* | wait, try again |
# | `AbortedError` | it is a new process that doesn't know this session | a new session |
# | `FailedPreconditionError` | the new process has no values | initialize or restore |
#
# The 3.0 is lost: it was in the memory of a process that no longer exists.
#
# ## 2. A program that survives
#
# `tf.train.MonitoredTrainingSession` does all three things by itself. On `UnavailableError` and
# `AbortedError` it makes a new session and tries the step again. The *chief* (worker 0) restores
# the latest checkpoint from `checkpoint_dir`, or initializes; the others wait until that is done.
# And the chief saves a checkpoint every 50 steps.
#
# Each worker prints a line for each step: the time, `global_step`, and the loss.
#
# The line with `device_filters` matters: without it, a session asks *all* tasks, and a new one
# can't be made while the other worker is dead. A worker needs the ps and itself only.

# %%
def train(cluster, server, task_index, directory, needed=0, total=2, pause=0.02):
    """Train until the end of the world; prints time, global step and loss."""
    import time

    import tftutor as tf
    from tftutor.compat.examples.tutorials.mnist import input_data

    tf.logging.set_verbosity(tf.logging.ERROR)
    digits = input_data.read_data_sets("MNIST-data", one_hot=True, seed=task_index).train
    here = f"/job:worker/task:{task_index}"
    place = tf.train.replica_device_setter(worker_device=here, cluster=cluster)
    with tf.Graph().as_default(), tf.device(place):
        images = tf.placeholder(tf.float32, [None, 784])
        labels = tf.placeholder(tf.float32, [None, 10])
        w = tf.get_variable("w", [784, 10], initializer=tf.zeros_initializer())
        b = tf.get_variable("b", [10], initializer=tf.zeros_initializer())
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(
            logits=tf.matmul(images, w) + b, labels=labels))
        step = tf.train.get_or_create_global_step()
        optimizer, hooks = tf.train.GradientDescentOptimizer(0.1), []
        if needed:
            optimizer = tf.train.SyncReplicasOptimizer(optimizer, needed, total)
            hooks.append(optimizer.make_session_run_hook(task_index == 0, num_tokens=0))
        update = optimizer.minimize(loss, global_step=step)
        with tf.control_dependencies([update]):
            after = tf.identity(step.read_value())

        with tf.train.MonitoredTrainingSession(
                server.target, is_chief=task_index == 0, hooks=hooks, checkpoint_dir=directory,
                save_checkpoint_steps=50, save_summaries_steps=None, save_summaries_secs=None,
                log_step_count_steps=None,
                config=tf.ConfigProto(device_filters=["/job:ps", here])) as sess:
            while True:
                x, y = digits.next_batch(50)
                now, value = sess.run([after, loss], {images: x, labels: y})
                print(f"{time.time():.3f} step {now} loss {value:.3f}", flush=True)
                time.sleep(pause)


# %% [markdown]
# `Training` starts this program in both workers, and watches what they print.

# %%
class Training:
    """The function `train` in the workers of the cluster, until `stop`."""

    def __init__(self, cluster, needed=0):
        tf.Session.reset(cluster.target)   # forget the variables of earlier trainings
        self.cluster, self.needed = cluster, needed
        self.directory = tempfile.mkdtemp(prefix="checkpoints-")
        self.programs = []       # (worker, its program); a restarted worker has two
        self.events = []         # (seconds, what happened)
        self.begin = time.time()
        for worker in (0, 1):
            self.start(worker)

    def start(self, worker):
        """Start a worker's program."""
        text = (f"{inspect.getsource(train)}\n"
                f"train(cluster, server, task_index, {self.directory!r}, {self.needed})")
        self.programs.append((worker, self.cluster.start_cell("worker", worker, text)))

    def steps(self, worker=None):
        """(seconds, global step, loss) of each step of a worker, or of both."""
        output = "\n".join(program.output for index, program in self.programs
                           if worker in (None, index))
        return sorted((float(at) - self.begin, int(step), float(loss)) for at, step, loss
                      in re.findall(r"^(\S+) step (\d+) loss (\S+)$", output, re.MULTILINE))

    def last(self, worker=None):
        """The global step that was printed last; 0 before the first."""
        steps = self.steps(worker)
        return steps[-1][1] if steps else 0

    def wait_for(self, count, worker=None, seconds=40):
        """Wait until `count` more steps were printed; False when that takes too long."""
        before, end = len(self.steps(worker)), time.monotonic() + seconds
        while time.monotonic() < end:
            if len(self.steps(worker)) >= before + count:
                return True
            time.sleep(0.05)
        return False

    def note(self, what):
        """Something happened now."""
        self.events.append((time.time() - self.begin, what))

    def stop(self):
        """Interrupt the programs, as Ctrl-C would."""
        for worker, program in self.programs:
            if not program.is_done:
                self.cluster.interrupt("worker", worker)
        for _, program in self.programs:
            try:
                program.wait(20)
            except tf.cluster.CellError:
                pass   # it was killed or interrupted: so it should be


training = Training(cluster)
print("both workers train:", training.wait_for(20, worker=0) and training.wait_for(20, worker=1))

# %% tags=["nbval-ignore-output"]
print(cluster.status())
print("\nThe last lines of worker 1:")
print("\n".join(cluster.logs("worker", 1).splitlines()[-3:]))

# %% [markdown]
# ## 3. A worker dies: asynchronous training
#
# Nobody waits for anybody here.
#
# **Predict.** We kill worker 1. What does worker 0 do? What is lost?

# %%
cluster.kill("worker", 1)
training.note("worker 1 killed")
at_death = training.last()
print("worker 0 goes on: expected True, computed", training.wait_for(30, worker=0))
print("the global step grows: expected True, computed", training.last() > at_death)
state = cluster.status()["worker:1"].state
print("worker 1:", state)
assert training.last() > at_death and state == "ended (SIGKILL)"

# %% [markdown]
# **Explain.** Lost is the one gradient that worker 1 was working on. Its process has no state that
# anybody needs: the weights are on the ps.
#
# **Predict.** We start worker 1 again, and its program. At which global step does it begin: 1, the
# step of the last checkpoint, or wherever the others are?

# %%
cluster.restart("worker", 1)
training.note("worker 1 back")
before, returned = training.last(), training.events[-1][0]
training.start(1)
training.wait_for(20, worker=1)
first = min(step for at, step, _ in training.steps(1) if at > returned)
print("its first step is after the others' last one: expected True, computed", first >= before)
assert first >= before

# %% [markdown]
# ## 4. The parameter server dies
#
# Now the weights themselves are lost. But the chief saves a checkpoint every 50 steps.

# %%
training.wait_for(60, worker=0)
cluster.kill("ps", 0)
training.note("ps killed")
time.sleep(1.5)
silent_since, lost_at = time.time() - training.begin, training.last()
saved = int(tf.train.latest_checkpoint(training.directory).rpartition("-")[2])
print("steps during the last second: expected 0, computed",
      sum(at > silent_since - 1 for at, _, _ in training.steps()))
print("a checkpoint of this training exists: expected True, computed", 0 < saved <= lost_at)
assert 0 < saved <= lost_at

# %% tags=["nbval-ignore-output"]
print(f"last step before the crash: {lost_at}, latest checkpoint: {saved}")
print(cluster.status())
print("\n".join(sorted(name for name in os.listdir(training.directory) if "model" in name)))

# %% [markdown]
# **Predict.** We start the ps again, and touch nothing else: the workers' programs still run. With
# which global step do they go on? Write down your guess before you run the cell.

# %%
cluster.restart("ps", 0)
training.note("ps back")
went_on = training.wait_for(100, worker=0) and training.wait_for(40, worker=1)
after_crash = [step for at, step, _ in training.steps() if at > silent_since]
print("both workers train again: expected True, computed", went_on)
print("they go on from the checkpoint: expected True, computed",
      saved < min(after_crash) <= saved + 10)
print("and get further than before: expected True, computed", max(after_crash) > lost_at)
assert went_on and saved < min(after_crash) <= saved + 10 and max(after_crash) > lost_at

# %% tags=["nbval-ignore-output"]
print(f"last step before the crash: {lost_at}")
print(f"first step after the crash: {min(after_crash)}, from checkpoint {saved}")
print(f"steps that were done twice: {lost_at - saved}")

# %% [markdown]
# **Explain.** The workers' sessions got `UnavailableError` and tried again until the ps was back;
# then `AbortedError`, so they made new sessions. The chief restored checkpoint and `global_step`
# together, so that nothing is counted twice. The steps between the checkpoint and the crash have to
# be done again: that is the price.
#
# ## 5. The chief dies
#
# The chief is a worker like the others, but only the chief saves and restores.
#
# **Predict.** We kill worker 0, the chief. Does worker 1 go on? When the chief comes back, it finds
# a checkpoint *and* a ps that is alive. Which values win?

# %%
cluster.kill("worker", 0)
training.note("chief killed")
print("worker 1 goes on: expected True, computed", training.wait_for(30, worker=1))
cluster.restart("worker", 0)
training.note("chief back")
training.start(0)
training.wait_for(30, worker=0)
killed = training.events[-2][0]
counted = [step for at, step, _ in training.steps(1) if at > killed]
went_back = min(np.diff(counted))
print("worker 1 saw the global step go back: expected True, computed", went_back < 0)
assert went_back < 0

# %% [markdown]
# **Explain.** The chief restores whenever it starts, even over values that are newer: it can't know
# how good they are. So the death of the chief costs the steps since the last checkpoint, too, and
# what the others did while it was away.
#
# ## 6. The whole story as a picture

# %% tags=["nbval-ignore-output"]
training.wait_for(40, worker=0)
training.stop()
COLORS = {0: "#1565c0", 1: "#ef6c00"}


def draw_story(training, title):
    """The global step by time, and what happened when."""
    figure, axes = plt.subplots(figsize=(10, 3.6), layout="constrained")
    for worker, marker in ((0, "o"), (1, "x")):
        at, steps, _ = np.array(training.steps(worker)).T
        axes.plot(at, steps, marker, markersize=3, color=COLORS[worker], label=f"worker {worker}")
    top = max(step for _, step, _ in training.steps())
    for at, what in training.events:
        axes.axvline(at, color="#616161", linestyle="--", linewidth=1)
        axes.text(at, 1.5 * top, f"{what} ", rotation=90, ha="right", va="top", fontsize=8)
    axes.set(xlabel="seconds", ylabel="global step", title=title, ylim=(0, 1.52 * top))
    axes.legend(loc="lower right")
    told = "; ".join(f"{what} after {at:.1f} s" for at, what in training.events)
    show(figure, f"{title}: the global step by time, one mark for each step of a worker. It rises "
                 f"to {top}. What happened: {told}.")


draw_story(training, "asynchronous training with three crashes")

# %% [markdown]
# The same as text: what each worker did between the events.

# %% tags=["nbval-ignore-output"]
def tell(training):
    """Between two events: how many steps each worker made, and the global step."""
    times = [0.0, *(at for at, _ in training.events), float("inf")]
    names = ["start", *(what for _, what in training.events)]
    print(f"{'since':<18}{'worker 0':>10}{'worker 1':>10}   global step")
    for name, begin, end in zip(names, times[:-1], times[1:], strict=True):
        counts, seen = [], []
        for worker in (0, 1):
            steps = [step for at, step, _ in training.steps(worker) if begin <= at < end]
            counts.append(len(steps))
            seen += steps
        span = f"{min(seen)} to {max(seen)}" if seen else "-"
        print(f"{name:<18}{counts[0]:>10}{counts[1]:>10}   {span}")


tell(training)

# %% [markdown]
# ## 7. A worker dies: synchronous training
#
# Each step needs a gradient of both workers now.
#
# **Predict.** We kill worker 1. What does worker 0 do?

# %%
strict = Training(cluster, needed=2)
print("both workers train:", strict.wait_for(20, worker=0))
cluster.kill("worker", 1)
time.sleep(0.5)   # the step that was under way
went_on = strict.wait_for(30, worker=0, seconds=8)
print("30 more steps within 8 seconds: expected False, computed", went_on)
assert not went_on

# %% tags=["nbval-ignore-output"]
print(cluster.status())
print("\nThe last lines of worker 0:")
print("\n".join(cluster.logs("worker", 0).splitlines()[-2:]))

# %% [markdown]
# **Explain.** It waits for a gradient that nobody computes. No error: worker 0 and the ps are well,
# and they can't know whether the other one is dead or only slow. In TensorFlow 1, you would see
# nothing at all. Here, worker 0 prints after some seconds for whom it waits. The training goes on
# when worker 1 is back:

# %%
cluster.restart("worker", 1)
strict.start(1)
went_on = strict.wait_for(20, worker=0)
print("training goes on: expected True, computed", went_on)
strict.stop()
assert went_on

# %% [markdown]
# With a *backup worker* (7.4), a step takes the first gradient and doesn't wait for both.
#
# **Predict.** We kill worker 1 again.

# %% tags=["nbval-ignore-output"]
backup = Training(cluster, needed=1)
print("both workers train:", backup.wait_for(20, worker=0) and backup.wait_for(20, worker=1))
cluster.kill("worker", 1)
went_on = backup.wait_for(30, worker=0)
print("30 more steps: expected True, computed", went_on)
backup.stop()
assert went_on

# %% [markdown]
# ## 8. How often should you save?
#
# Saving costs time, and so does work that is done again. If a checkpoint takes `c` seconds, and
# something dies every `m` seconds on average, then saving every `t` seconds wastes about this share
# of the time: `c / t` for saving, and `t / (2 * m)` for the half interval that is lost on average.
# The best interval is `sqrt(2 * c * m)`.
#
# **Predict.** A checkpoint takes 10 s, and something dies once a day. Is once an hour too often or
# too rarely?

# %%
def wasted(interval, cost, between_deaths):
    """The share of the time that is wasted."""
    return cost / interval + interval / (2 * between_deaths)


DAY = 24 * 3600
best = np.sqrt(2 * 10 * DAY)
print(f"best interval: {best / 60:.0f} minutes, wasted {wasted(best, 10, DAY):.1%}")
for minutes in (1, 5, 60, 600):
    print(f"every {minutes:>3} minutes: wasted {wasted(60 * minutes, 10, DAY):.1%}")
intervals = np.arange(60, 36000, 1.0)
assert abs(intervals[wasted(intervals, 10, DAY).argmin()] - best) < 2

# %% [markdown]
# Move the sliders: the cost of a checkpoint, and the number of machines, each of which dies once in
# 100 days.

# %% tags=["nbval-ignore-output"]
def draw_waste(cost, machines):
    """The wasted share by interval."""
    between = 100 * DAY / machines
    interval = np.geomspace(30, 2 * DAY, 200)
    best = np.sqrt(2 * cost * between)
    figure, axes = plt.subplots(figsize=(8, 2.8), layout="constrained")
    axes.semilogx(interval / 60, 100 * wasted(interval, cost, between), color="#2e7d32")
    axes.axvline(best / 60, color="#616161", linestyle="--", linewidth=1, label="best")
    axes.set(xlabel="minutes between checkpoints", ylabel="wasted (%)", ylim=(0, 30))
    axes.legend()
    show(figure, f"{machines} machines, {cost} s for a checkpoint: the wasted share falls and then "
                 f"rises with the interval. Best: {best / 60:.0f} minutes, with "
                 f"{wasted(best, cost, between):.1%} wasted.")


_ = interact(draw_waste,
             cost=IntSlider(value=10, min=1, max=60, description="cost (s)",
                            continuous_update=False),
             machines=IntSlider(value=100, min=1, max=1000, description="machines",
                                continuous_update=False))

# %% [markdown]
# The same without the sliders:

# %%
print("machines   best interval   wasted   (10 s for a checkpoint)")
for machines in (1, 10, 100, 1000):
    between = 100 * DAY / machines
    best = np.sqrt(2 * 10 * between)
    print(f"{machines:>8}{best / 60:>12.0f} min{wasted(best, 10, between):>9.1%}")

# %% [markdown]
# ## What can go wrong
#
# **1. No `checkpoint_dir`.** `MonitoredTrainingSession` recovers just the same, but the chief has
# nothing to restore: it *initializes*. The training begins again at step 0, without any error.
#
# **2. A `checkpoint_dir` on the chief's own disk.** If the chief is restarted on another machine,
# it finds nothing and begins at step 0. The directory must be one that all machines see.
#
# **3. An old `checkpoint_dir`.** The next training begins where the last one ended. If its graph is
# another one, restoring fails: a variable isn't in the checkpoint.

# %%
with tf.Graph().as_default():
    tf.get_variable("other", [3], initializer=tf.zeros_initializer())
    tf.train.get_or_create_global_step()
    try:
        tf.train.MonitoredTrainingSession(checkpoint_dir=training.directory)
    except tf.errors.NotFoundError as error:
        print("NotFoundError:", "Key other not found in checkpoint" in error.message)

# %% [markdown]
# **4. A plain `tf.Session`.** It makes no new session for you: an `UnavailableError` ends the
# program, as in section 1. If you catch it, remember the three rows of the table there.
#
# **5. No `device_filters`.** A session waits for *all* tasks of the cluster. While worker 1 is
# dead, worker 0 can't make a new session, even though it doesn't need worker 1.

# %%
print("worker 1:", cluster.status()["worker:1"].state)
with tf.Graph().as_default(), tf.device("/job:ps/task:0"):
    answer = tf.constant(42)
    filters = tf.ConfigProto(device_filters=["/job:ps", "/job:worker/task:0"])
    with tf.Session(cluster.target, config=filters) as session:
        print("with device_filters:", session.run(answer))

# %% [markdown]
# ## Exercises
#
# ### Exercise 1
#
# A training saves every 50 steps, at steps 1, 51, 101 and so on. The ps dies right after step 377,
# and comes back. Which step do the workers do first? Put the number into `answer_1`.
#
# <details><summary>Solution</summary>
#
# The latest checkpoint is that of step 351.
#
# ```python
# answer_1 = 351 + 1
# ```
#
# </details>

# %% tags=["exercise"]
answer_1 = None   # replace None

# %%
if answer_1 is None:
    print("Exercise 1: not answered yet")
else:
    assert answer_1 != 351, "step 351 is in the checkpoint; it need not be done again"
    assert answer_1 == 352, f"got {answer_1}; which is the latest checkpoint?"
    print("Exercise 1: correct")

# %% [markdown]
# ### Exercise 2
#
# Write a function `answer_2(error)` that gets one of the three errors of section 1 and returns what
# helps: `"wait"`, `"new session"` or `"restore"`.
#
# <details><summary>Solution</summary>
#
# ```python
# def answer_2(error):
#     if isinstance(error, tf.errors.UnavailableError):
#         return "wait"
#     if isinstance(error, tf.errors.AbortedError):
#         return "new session"
#     return "restore"
# ```
#
# </details>

# %% tags=["exercise"]
answer_2 = None   # replace None by a function, or write def answer_2(error): here

# %%
if answer_2 is None:
    print("Exercise 2: not answered yet")
else:
    for kind, expected in ((tf.errors.UnavailableError, "wait"),
                           (tf.errors.AbortedError, "new session"),
                           (tf.errors.FailedPreconditionError, "restore")):
        got = answer_2(kind(None, None, ""))
        assert got == expected, f"for {kind.__name__}, got {got!r} instead of {expected!r}"
    print("Exercise 2: correct")

# %% [markdown]
# ### Exercise 3
#
# A cluster has 50 machines, and each dies once in 100 days. A checkpoint takes 20 seconds. How many
# seconds should be between two checkpoints? Put the number into `answer_3`.
#
# <details><summary>Solution</summary>
#
# One of the 50 dies every two days.
#
# ```python
# answer_3 = np.sqrt(2 * 20 * 2 * DAY)
# ```
#
# </details>

# %% tags=["exercise"]
answer_3 = None   # replace None

# %%
if answer_3 is None:
    print("Exercise 3: not answered yet")
else:
    expected = np.sqrt(2 * 20 * 2 * DAY)
    assert abs(answer_3 / expected - 1) < 0.01, f"got {answer_3}; how often does a machine die?"
    print("Exercise 3: correct")

# %% [markdown]
# ## The end

# %%
cluster.stop()
for each in (training, strict, backup):
    shutil.rmtree(each.directory)
print("a process is left:", any(row.pid for row in cluster.status()))

# %% [markdown]
# ## What you have seen
#
# - A worker has no state: its death costs one gradient. Asynchronous training goes on; synchronous
#   training waits, unless there is a backup worker.
# - The death of the ps costs everything since the last checkpoint.
# - `UnavailableError`: wait. `AbortedError`: new session. `FailedPreconditionError`: restore.
#   `MonitoredTrainingSession` does all of that.
# - Only the chief saves and restores; `device_filters` keep a worker independent of other workers.
#
# [Previous: 7.4 Synchronous and asynchronous training](7.4_sync_and_async.ipynb)
