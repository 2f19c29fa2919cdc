# %% [markdown]
# # 2.1 Linear Regression
#
# **Goal.** Fit a line to points with TensorFlow: variables, a loss, its gradient, and an optimizer.
# See what the learning rate does, and why a learning rate that is a little too large ruins
# everything.
#
# **You need.** [1.2 Basic Operations](1.2_basic_operations.ipynb): placeholders and reductions.
# What a derivative is.
#
# **Time.** About 40 minutes to read and try; the cells themselves run in a few seconds.
#
# [Previous: 1.3 Tensors and ranks](1.3_tensors_and_ranks.ipynb) ·
# [Next: 2.2 Logistic Regression](2.2_logistic_regression.ipynb) · [Open in Binder](binder:)

# %% [markdown]
# ## Setup
#
# `show` displays a figure, and prints below it what can be seen there.

# %%
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from ipywidgets import SelectionSlider, interact

import tftutor as tf


def show(figure, description):
    """Show a figure and describe it, for readers who cannot see it."""
    display(figure, metadata={"image/png": {"alt": description}})
    plt.close(figure)
    print("Figure:", description)


print("ready, API version", tf.__version__)

# %% [markdown]
# ## 1. The data
#
# Seventeen points for training and eight for testing. They are the numbers of the well-known
# TensorFlow-Examples by Aymeric Damien, which the lecture used; they stand for nothing in
# particular.

# %%
TRAIN_X = np.array([3.3, 4.4, 5.5, 6.71, 6.93, 4.168, 9.779, 6.182, 7.59, 2.167,
                    7.042, 10.791, 5.313, 7.997, 5.654, 9.27, 3.1])
TRAIN_Y = np.array([1.7, 2.76, 2.09, 3.19, 1.694, 1.573, 3.366, 2.596, 2.53, 1.221,
                    2.827, 3.465, 1.65, 2.904, 2.42, 2.94, 1.3])
TEST_X = np.array([6.83, 4.668, 8.9, 7.91, 5.7, 8.7, 3.1, 2.1])
TEST_Y = np.array([1.84, 2.273, 3.2, 2.831, 2.92, 3.24, 1.35, 1.03])

figure, axes = plt.subplots(figsize=(6, 3.6))
axes.plot(TRAIN_X, TRAIN_Y, "o", color="#1565c0", label="training")
axes.plot(TEST_X, TEST_Y, "s", color="#ef6c00", label="test")
axes.set(xlabel="x", ylabel="y", title="The data")
axes.legend()
show(figure, "17 training points and 8 test points that rise from about (2, 1) to (11, 3.5), "
             "roughly along a line.")

# %% [markdown]
# ## 2. The model in TensorFlow
#
# A line is `y = W * x + b`. `W` and `b` are what we want to learn. In TensorFlow, values that stay
# from one run to the next and can be changed are *variables*.
#
# The *loss* says with one number how badly the line fits: half the mean of the squared distances.
# We make the learning rate a placeholder, so that one graph serves all our experiments.

# %%
tf.reset_default_graph()
X = tf.placeholder(tf.float32, [None], name="X")
Y = tf.placeholder(tf.float32, [None], name="Y")
rate = tf.placeholder(tf.float32, [], name="rate")

W = tf.Variable(0.0, name="weight")
b = tf.Variable(0.0, name="bias")

prediction = W * X + b
loss = tf.reduce_mean(tf.square(prediction - Y)) / 2
train_step = tf.train.GradientDescentOptimizer(rate).minimize(loss)

# %% [markdown]
# **Predict.** With W = 0 and b = 0 the line predicts 0 everywhere. So the loss is half the mean of
# Y². Roughly how much is that, if a typical y is 2.5?

# %%
train_data = {X: TRAIN_X, Y: TRAIN_Y}
test_data = {X: TEST_X, Y: TEST_Y}
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    first_loss = sess.run(loss, train_data)
print(f"expected: {np.mean(TRAIN_Y ** 2) / 2:.4f}")
print(f"computed: {first_loss:.4f}")

# %% [markdown]
# ## 3. The gradient
#
# The *gradient* tells how the loss changes if W or b grow a little. `tf.gradients` builds it: more
# operations in the same graph. By hand, it is
#
# - for W: the mean of (prediction − Y) · X
# - for b: the mean of (prediction − Y)
#
# **Predict.** At W = 0, b = 0 the line is too low. Must W grow or shrink, and so: is its gradient
# positive or negative?

# %%
gradients = tf.gradients(loss, [W, b])
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    computed = sess.run(gradients, train_data)
print(f"expected: {np.mean((0 - TRAIN_Y) * TRAIN_X):.4f} and {np.mean(0 - TRAIN_Y):.4f}")
print(f"computed: {computed[0]:.4f} and {computed[1]:.4f}")

# %% [markdown]
# **Explain.** Both are negative: the loss falls when W and b grow. Gradient descent goes *against*
# the gradient: new W = W − rate · gradient. One `sess.run(train_step)` does this once for all
# variables.

# %%
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    sess.run(train_step, {**train_data, rate: 0.01})
    one_step = sess.run([W, b])
print(f"expected: {0 - 0.01 * computed[0]:.4f} and {0 - 0.01 * computed[1]:.4f}")
print(f"computed: {one_step[0]:.4f} and {one_step[1]:.4f}")

# %% [markdown]
# ## 4. Training is a loop
#
# `train` repeats the step and remembers W, b and the loss on the way.
#
# **Predict.** After 2,000 steps: is the loss zero?

# %%
def train(learning_rate, steps):
    """Gradient descent from W = b = 0; returns an array of rows (W, b, loss), one a step."""
    path = []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(steps):
            path.append(sess.run([W, b, loss], train_data))
            sess.run(train_step, {**train_data, rate: learning_rate})
        path.append(sess.run([W, b, loss], train_data))
    return np.array(path)


path = train(0.02, 2000)
print(f"{'step':>5} {'W':>8} {'b':>8} {'loss':>8}")
for step in (0, 1, 10, 100, 500, 2000):
    print(f"{step:>5} {path[step, 0]:>8.4f} {path[step, 1]:>8.4f} {path[step, 2]:>8.4f}")

# %% [markdown]
# **Explain.** The loss is not zero, because no line passes through all points. But is it the
# *best* line? For linear regression there is a formula, and NumPy's `polyfit` uses it: an
# independent check.

# %%
best_W, best_b = np.polyfit(TRAIN_X, TRAIN_Y, 1)
final_W, final_b, final_loss = path[-1]
print(f"expected: W = {best_W:.2f}, b = {best_b:.2f} (NumPy's formula)")
print(f"computed: W = {final_W:.2f}, b = {final_b:.2f} (2,000 steps)")
assert abs(final_W - best_W) < 0.01 and abs(final_b - best_b) < 0.03

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
left.plot(TRAIN_X, TRAIN_Y, "o", color="#1565c0", label="training")
left.plot(TEST_X, TEST_Y, "s", color="#ef6c00", label="test")
ends = np.array([2.0, 11.0])
left.plot(ends, final_W * ends + final_b, color="#2e7d32", label="fitted line")
left.set(xlabel="x", ylabel="y", title=f"y = {final_W:.2f} x + {final_b:.2f}")
left.legend()
right.semilogy(path[:, 2], color="#2e7d32")
right.set(xlabel="step", ylabel="loss (log scale)", title="The loss while training")
show(figure, f"left, the line y = {final_W:.2f} x + {final_b:.2f} passes through the middle of the "
             f"points; right, the loss drops steeply in the first steps, then slowly to "
             f"{final_loss:.3f}.")

# %% [markdown]
# ## 5. Does it work for new points?
#
# The test points took no part in the training. If the test loss is about as small as the training
# loss, the line has learned something general.

# %%
with tf.Session() as sess:
    sess.run([W.assign(final_W), b.assign(final_b)])
    losses = sess.run(loss, train_data), sess.run(loss, test_data)
expected = np.mean((final_W * TEST_X + final_b - TEST_Y) ** 2) / 2
print(f"training loss: {losses[0]:.3f}")
print(f"test loss, expected: {expected:.3f}")
print(f"test loss, computed: {losses[1]:.3f}")

# %% [markdown]
# ## 6. The loss surface
#
# Each pair (W, b) has a loss: a landscape over a map. For a line it is a long, narrow valley.
# Gradient descent walks downhill; the learning rate is the length of its stride.
#
# The next cell trains once for each of six learning rates.
#
# **Predict.** A larger rate is faster. Is 0.046 the best of the six?

# %%
STEPS = 200
RATES = (0.001, 0.005, 0.02, 0.04, 0.044, 0.046)
paths = {each: train(each, STEPS) for each in RATES}
print(f"loss after {STEPS} steps (the best possible is "
      f"{np.mean((best_W * TRAIN_X + best_b - TRAIN_Y) ** 2) / 2:.4f}):")
for each in RATES:
    print(f"  rate {each:<6} loss {paths[each][-1, 2]:.3g}")
assert paths[0.02][-1, 2] < paths[0.001][-1, 2] < paths[0.046][-1, 2]

# %% [markdown]
# Move the slider and watch the path (left) and the loss (right).

# %%
grid_W, grid_b = np.meshgrid(np.linspace(-0.3, 1.0, 80), np.linspace(-1.5, 2.5, 80))
grid_loss = np.mean((grid_W[..., None] * TRAIN_X + grid_b[..., None] - TRAIN_Y) ** 2, axis=-1) / 2


def describe(each):
    """What the path of a learning rate does, in words."""
    losses = paths[each][:, 2]
    if losses[-1] > losses[0]:
        return f"rate {each}: each step jumps farther over the valley; the loss grows to " \
               f"{losses[-1]:.2g}"
    jumps = int(np.sum(np.diff(np.sign(np.diff(paths[each][:, 0]))) != 0))
    manner = "jumps from side to side" if jumps > 10 else "drops into the valley, then creeps along"
    return f"rate {each}: the path {manner}; the loss falls to {losses[-1]:.4f}"


def draw_path(each):
    """The loss surface with one path, and the loss of each step."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
    left.contourf(grid_W, grid_b, np.log10(grid_loss), levels=20, cmap="Blues_r")
    left.plot(paths[each][:20, 0], paths[each][:20, 1], "o-", color="#ef6c00", markersize=3,
              linewidth=0.8)
    left.plot(paths[each][20:, 0], paths[each][20:, 1], ".", color="#ef6c00", markersize=3)
    left.plot(best_W, best_b, "*", color="white", markeredgecolor="black", markersize=13)
    left.set(xlim=(-0.3, 1.0), ylim=(-1.5, 2.5), xlabel="W", ylabel="b",
             title="Loss surface (dark: small), star: best line")
    right.semilogy(paths[each][:, 2], color="#ef6c00")
    right.set(xlabel="step", ylabel="loss (log scale)", ylim=(0.05, 1000), title=f"rate {each}")
    show(figure, describe(each) + ".")


# %% tags=["nbval-ignore-output"]
_ = interact(draw_path, each=SelectionSlider(options=RATES, value=0.02, description="rate",
                                             continuous_update=False))

# %% [markdown]
# The same without the slider: two of the pictures, and all of them in words.

# %%
draw_path(0.02)
draw_path(0.046)
for each in RATES:
    print(describe(each))

# %% [markdown]
# ## 7. How large is too large?
#
# Across the valley the surface is curved like a bowl. A stride longer than 2 / curvature lands
# higher on the other side than where it started, and the next one higher still. The largest
# curvature is the largest eigenvalue of the matrix of second derivatives:
#
# [[mean of X², mean of X], [mean of X, 1]]
#
# **Predict.** One of our six rates diverged. So the limit lies between ... and ...?

# %%
second_derivatives = np.array([[np.mean(TRAIN_X ** 2), np.mean(TRAIN_X)], [np.mean(TRAIN_X), 1]])
limit = 2 / np.linalg.eigvalsh(second_derivatives).max()
below, above = train(0.98 * limit, 300)[-1, 2], train(1.02 * limit, 300)[-1, 2]
print(f"the limit is a rate of {limit:.4f}")
print(f"expected: 2 % below it, the loss falls below {first_loss:.2f}; 2 % above it, it explodes")
print(f"computed: {below:.2f} and {above:.0e}")
assert below < first_loss < above

# %% [markdown]
# ## What can go wrong
#
# **1. Forgetting to initialise.** The graph describes the variables, but their values live in the
# session. A new session has none.

# %%
with tf.Session() as sess:
    try:
        sess.run(prediction, {X: [1.0]})
    except tf.errors.FailedPreconditionError as error:
        print("FailedPreconditionError:", error.message.splitlines()[0])

# %% [markdown]
# **2. Divergence.** No error at all! The numbers grow until they become `inf` and then `nan` (not a
# number). If you see `nan` in a loss, look at the learning rate first.

# %%
wild = train(0.5, 60)
for step in (0, 1, 5, 20, 60):
    print(f"step {step:>2}: loss {wild[step, 2]:.3g}")
assert not np.isfinite(wild[-1, 2])

# %% [markdown]
# **3. Forgetting a feed.** The loss needs X *and* Y.

# %%
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    try:
        sess.run(loss, {X: TRAIN_X})
    except tf.errors.InvalidArgumentError as error:
        print("InvalidArgumentError:", error.message.splitlines()[0])

# %% [markdown]
# **4. Different lengths.** The placeholders allow any length, so this is found only at run time.

# %%
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    try:
        sess.run(loss, {X: TRAIN_X, Y: TEST_Y})
    except tf.errors.InvalidArgumentError as error:
        print("InvalidArgumentError:", error.message.splitlines()[0])

# %% [markdown]
# **5. An integer variable.** Gradients need real numbers; `tf.Variable(0)` is an `int32`.

# %%
with tf.Graph().as_default():
    steps = tf.Variable(0, name="steps")
    try:
        steps * tf.constant([1.0, 2.0])
    except TypeError as error:
        print("TypeError:", error)

# %% [markdown]
# ## Exercises
#
# ### Exercise 1
#
# Compute with NumPy the gradient of the loss with respect to `b` at W = 0.2 and b = 1.0, for the
# training data. Put the number into `answer_1`.
#
# <details><summary>Solution</summary>
#
# ```python
# answer_1 = np.mean(0.2 * TRAIN_X + 1.0 - TRAIN_Y)
# ```
#
# </details>

# %% tags=["exercise"]
answer_1 = None   # replace None

# %%
if answer_1 is None:
    print("Exercise 1: not answered yet")
else:
    with tf.Session() as sess:
        sess.run([W.assign(0.2), b.assign(1.0)])
        expected = sess.run(gradients[1], train_data)
    assert np.isclose(answer_1, expected, atol=1e-4), f"TensorFlow says {expected:.4f}, " \
                                                      f"but got {answer_1:.4f}"
    print("Exercise 1: correct")

# %% [markdown]
# ### Exercise 2
#
# Find a learning rate that brings the loss below 0.085 in 200 steps. Put it into `answer_2`.
#
# <details><summary>Solution</summary>
#
# Take a rate just below the limit of section 7; for instance
#
# ```python
# answer_2 = 0.04
# ```
#
# </details>

# %% tags=["exercise"]
answer_2 = None   # replace None

# %%
if answer_2 is None:
    print("Exercise 2: not answered yet")
else:
    reached = train(answer_2, 200)[-1, 2]
    assert reached < 0.085, f"with rate {answer_2} the loss after 200 steps is {reached:.4f}"
    print("Exercise 2: correct")

# %% [markdown]
# ### Exercise 3
#
# The valley is narrow because x is never near 0. *Standardise* x: subtract its mean, then divide by
# its standard deviation. Put the result into `answer_3`. How many steps does training need then?
#
# <details><summary>Solution</summary>
#
# ```python
# answer_3 = (TRAIN_X - TRAIN_X.mean()) / TRAIN_X.std()
# ```
#
# Now the valley is a round bowl, and ten steps with a rate of 0.5 are enough.
#
# </details>

# %% tags=["exercise"]
answer_3 = None   # replace None

# %%
if answer_3 is None:
    print("Exercise 3: not answered yet")
else:
    assert np.shape(answer_3) == (17,), f"17 numbers are expected, but got {np.shape(answer_3)}"
    assert abs(np.mean(answer_3)) < 1e-6, f"the mean should be 0, but is {np.mean(answer_3):.4f}"
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(10):
            sess.run(train_step, {X: answer_3, Y: TRAIN_Y, rate: 0.5})
        reached = sess.run(loss, {X: answer_3, Y: TRAIN_Y})
    assert abs(reached - final_loss) < 1e-3, f"the loss after 10 steps is {reached:.4f}"
    print(f"Exercise 3: correct; loss {reached:.4f} after 10 steps")

# %% [markdown]
# ## What you have seen
#
# - Variables keep values between runs, and must be initialised in each session.
# - An optimizer builds the gradient and the updates; training means running its operation often.
# - The learning rate: too small is slow, too large diverges, and the limit can be computed.
#
# [Previous: 1.3 Tensors and ranks](1.3_tensors_and_ranks.ipynb) ·
# [Next: 2.2 Logistic Regression](2.2_logistic_regression.ipynb)
