# %% [markdown]
# # 2.2 Logistic Regression
#
# **Goal.** Teach a model to read digits: turn ten numbers into probabilities (softmax), measure how
# wrong they are (cross-entropy), train in batches. Then look *into* the model: its weights, its
# doubts and its mistakes.
#
# **You need.** [2.1 Linear Regression](2.1_linear_regression.ipynb): variables, loss, optimizer.
# [0.2 MNIST](0.2_mnist.ipynb): the digits.
#
# **Time.** About 45 minutes to read and try; the cells themselves run in less than 20 seconds.
#
# [Previous: 2.1 Linear Regression](2.1_linear_regression.ipynb) ·
# [Next: 6.0 Working with GPUs](6.0_working_with_gpus.ipynb) · [Open in Binder](binder:)

# %% [markdown]
# ## Setup
#
# `show` displays a figure, and prints below it what can be seen there.

# %%
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from ipywidgets import IntSlider, SelectionSlider, interact

import tftutor as tf
from tftutor.compat.examples.tutorials.mnist import input_data


def show(figure, description):
    """Show a figure and describe it, for readers who cannot see it."""
    display(figure, metadata={"image/png": {"alt": description}})
    plt.close(figure)
    print("Figure:", description)


mnist = input_data.read_data_sets("MNIST-data", one_hot=True, seed=1)
test_digits = mnist.test.labels.argmax(axis=1)

# %% [markdown]
# ## 1. From numbers to probabilities
#
# For each image the model will compute ten numbers, one per digit, called *logits*. They may be
# negative or large. *Softmax* turns them into probabilities: it takes the exponential of each, and
# divides by their sum.
#
# **Predict.** For the logits 2, 1 and 0: which share gets the first? More than half?

# %%
tf.reset_default_graph()
logits = np.array([2.0, 1.0, 0.0])
expected = np.exp(logits) / np.exp(logits).sum()
with tf.Session() as sess:
    computed = sess.run(tf.nn.softmax(tf.constant(logits)))
print("expected:", expected.round(3), "sum", expected.sum().round(3))
print("computed:", computed.round(3), "sum", computed.sum().round(3))

# %% [markdown]
# ## 2. The model
#
# One matrix product gives the ten logits of each image: [batch, 784] times [784, 10] is
# [batch, 10]. The *bias* adds one number per digit.
#
# The loss is the *cross-entropy*: minus the logarithm of the probability that the model gives to
# the right digit. Sure and right: near 0. Sure and wrong: large.

# %%
tf.reset_default_graph()
x = tf.placeholder(tf.float32, [None, 784], name="x")
y = tf.placeholder(tf.float32, [None, 10], name="y")
rate = tf.placeholder(tf.float32, [], name="rate")

W = tf.Variable(tf.zeros([784, 10]), name="weights")
b = tf.Variable(tf.zeros([10]), name="bias")

logits = tf.matmul(x, W) + b
probabilities = tf.nn.softmax(logits)
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=logits))
train_step = tf.train.GradientDescentOptimizer(rate).minimize(loss)

correct = tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1))
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
start = tf.global_variables_initializer()

train_data = {x: mnist.train.images, y: mnist.train.labels}
validation_data = {x: mnist.validation.images, y: mnist.validation.labels}
test_data = {x: mnist.test.images, y: mnist.test.labels}

for tensor in (x, W, b, logits, probabilities, loss, accuracy):
    print(f"{tensor.name:<22} shape {tensor.shape}")

# %% [markdown]
# **Predict.** All weights are zero, so all logits are 0 and each digit gets the probability 1/10.
# What is the loss, and what is the accuracy?

# %%
with tf.Session() as sess:
    sess.run(start)
    first_loss, first_accuracy = sess.run([loss, accuracy], test_data)
print(f"expected: loss {-np.log(1 / 10):.3f}, accuracy 0.10 (argmax of ten equal numbers is 0)")
print(f"computed: loss {first_loss:.3f}, accuracy {first_accuracy:.2f}")

# %% [markdown]
# ## 3. The gradient, checked
#
# Softmax and cross-entropy belong together, for their gradient is simple: *prediction minus truth*.
# For the bias of a digit it is the mean of (probability − label).
#
# **Predict.** With all probabilities at 0.1 and 400 of 4,000 images of each digit: what is the
# gradient of each bias?

# %%
bias_gradient, weight_gradient = tf.gradients(loss, [b, W])
with tf.Session() as sess:
    sess.run(start)
    of_bias, of_weights = sess.run([bias_gradient, weight_gradient], train_data)
by_hand = mnist.train.images.T @ (0.1 - mnist.train.labels) / 4000
print(f"bias, expected: all 0;   computed: largest {np.abs(of_bias).max():.4f}")
print(f"weights, largest difference from the formula: {np.abs(of_weights - by_hand).max():.4f}")
assert np.allclose(of_weights, by_hand, atol=1e-5)

# %% [markdown]
# ## 4. Train in batches
#
# Each step takes 100 images. 40 steps are one epoch: each of the 4,000 training images was used
# once. We train for ten epochs, and note the accuracy every 20 steps.
#
# **Predict.** The nearest mean of notebook 0.2 reached 0.79 on the test images. Will the model be
# better?

# %%
RATE, BATCH, STEPS = 0.5, 100, 400
sess = tf.Session()
sess.run(start)
history = []
for step in range(STEPS + 1):
    if step % 20 == 0:
        history.append([step, *sess.run([accuracy, loss], train_data),
                        *sess.run([accuracy, loss], validation_data)])
    images, labels = mnist.train.next_batch(BATCH)
    sess.run(train_step, {x: images, y: labels, rate: RATE})
history = np.array(history)

print(" step   training            validation")
print("        accuracy    loss    accuracy    loss")
for row in history[[0, 1, 5, 10, 20]]:
    print(f"{row[0]:>5.0f}{row[1]:>11.2f}{row[2]:>8.2f}{row[3]:>12.2f}{row[4]:>8.2f}")
test_accuracy = sess.run(accuracy, test_data)
print(f"\nnearest mean, test images: 0.79\nthis model, test images:   {test_accuracy:.2f}")
assert test_accuracy > 0.85

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4), layout="constrained")
for axes, column, name in ((left, 1, "accuracy"), (right, 2, "loss")):
    axes.plot(history[:, 0], history[:, column], color="#1565c0", label="training")
    axes.plot(history[:, 0], history[:, column + 2], color="#ef6c00", label="validation")
    axes.set(xlabel="step", title=name)
    axes.legend()
show(figure, f"the accuracy jumps to {history[1, 1]:.2f} within 20 steps and then rises slowly, "
             f"for the training images to {history[-1, 1]:.2f}, for the validation images to "
             f"{history[-1, 3]:.2f}; the losses fall accordingly.")

# %% [markdown]
# **Explain.** Most is learned in the first steps. Later, the training accuracy still grows, but the
# validation accuracy hardly does: what the model learns now is special to the training images. That
# is the beginning of *overfitting*.

# %% [markdown]
# ## 5. What did it learn? The weights as images
#
# Each digit has 784 weights, one per pixel, so we can draw them as an image. Ink on a *red* pixel
# speaks for the digit, ink on a *blue* one against it.
#
# **Predict.** What colour has the middle of the 0?

# %%
weights = sess.run(W)
scale = np.abs(weights).max()
figure, panels = plt.subplots(2, 5, figsize=(8.5, 3.9))
for digit, axes in enumerate(panels.flat):
    axes.imshow(weights[:, digit].reshape(28, 28), cmap="RdBu_r", vmin=-scale, vmax=scale)
    axes.set(xticks=[], yticks=[], title=str(digit))
middle = weights[:, 0].reshape(28, 28)[12:16, 12:16].mean()
show(figure, f"ten weight images. The 0 has a {'blue' if middle < 0 else 'red'} centre (mean "
             f"weight {middle:.1f}) inside a reddish ring; the outermost pixels, which are never "
             "inked, stay white.")

# %% [markdown]
# ## 6. Look over the model's shoulder
#
# Move the slider: an image of the test set, and the ten probabilities that the model gives.

# %%
test_probabilities = sess.run(probabilities, test_data)
guesses = test_probabilities.argmax(axis=1)


def inspect_digit(index):
    """One test image beside the model's ten probabilities."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(7, 2.6), width_ratios=[1, 2])
    left.imshow(mnist.test.images[index].reshape(28, 28), cmap="gray_r")
    left.set(xticks=[], yticks=[], title=f"label {test_digits[index]}")
    colors = ["#2e7d32" if digit == test_digits[index] else "#90a4ae" for digit in range(10)]
    right.bar(range(10), test_probabilities[index], color=colors)
    right.set(xticks=range(10), ylim=(0, 1), xlabel="digit", title="probability")
    first, second = test_probabilities[index].argsort()[::-1][:2]
    show(figure, f"image {index} is a {test_digits[index]}; the model says {first} "
                 f"({test_probabilities[index][first]:.2f}), then {second} "
                 f"({test_probabilities[index][second]:.2f}).")


# %% tags=["nbval-ignore-output"]
_ = interact(inspect_digit,
             index=IntSlider(value=0, max=len(test_digits) - 1, continuous_update=False))

# %% [markdown]
# The same without the slider: one easy image, and the one where the model is most sure and wrong.

# %%
wrong = np.flatnonzero(guesses != test_digits)
worst = wrong[test_probabilities[wrong].max(axis=1).argmax()]
inspect_digit(0)
inspect_digit(worst)
assert len(wrong) == round((1 - test_accuracy) * len(test_digits))

# %% [markdown]
# ## 7. Which digits are confused?
#
# In a *confusion matrix*, row i and column j count the images of digit i that were read as j. The
# diagonal is right, everything else is a mistake.
#
# **Predict.** Which two digits look most alike?

# %%
confusion = np.zeros((10, 10), dtype=int)
np.add.at(confusion, (test_digits, guesses), 1)

print("label      read as")
print("        " + "".join(f"{digit:>4}" for digit in range(10)))
for digit, row in enumerate(confusion):
    print(f"{digit:>5}   " + "".join(f"{count or '.':>4}" for count in row))

figure, axes = plt.subplots(figsize=(4.6, 4.2))
axes.imshow(confusion, cmap="Blues")
for (row, column), count in np.ndenumerate(confusion):
    if count:
        axes.text(column, row, count, ha="center", va="center", fontsize=8,
                  color="white" if count > 25 else "black")
axes.set(xticks=range(10), yticks=range(10), xlabel="read as", ylabel="label")
off_diagonal = confusion - np.diag(np.diag(confusion))
pairs = [f"{label} read as {read_as}"
         for label, read_as in np.argwhere(off_diagonal == off_diagonal.max())]
show(figure, f"a dark diagonal with {np.trace(confusion)} of {confusion.sum()} images; most "
             f"frequent mistakes, {off_diagonal.max()} times: {', '.join(pairs)}.")
assert np.isclose(np.trace(confusion) / confusion.sum(), test_accuracy)

# %% [markdown]
# ## 8. Learning rate and batch size
#
# Twelve short runs of 200 steps each, for four learning rates and three batch sizes. The next cell
# takes a few seconds.
#
# **Predict.** A batch of 10 costs a tenth of the work of a batch of 100. What does it cost in
# accuracy?

# %%
RATES, BATCHES, SHORT = (0.01, 0.1, 0.5, 1.0), (10, 100, 500), 200


def short_run(learning_rate, batch):
    """The validation accuracy every 10 steps."""
    order = np.random.RandomState(0)
    accuracies = []
    with tf.Session() as sess:
        sess.run(start)
        for step in range(SHORT + 1):
            if step % 10 == 0:
                accuracies.append(sess.run(accuracy, validation_data))
            chosen = order.randint(len(mnist.train.images), size=batch)
            sess.run(train_step, {x: mnist.train.images[chosen], y: mnist.train.labels[chosen],
                                  rate: learning_rate})
    return np.array(accuracies)


runs = {(each, batch): short_run(each, batch) for each in RATES for batch in BATCHES}

# %% tags=["nbval-ignore-output"]
def draw_run(learning_rate, batch):
    """One of the twelve runs in colour, the others in grey."""
    figure, axes = plt.subplots(figsize=(6.5, 3.4))
    for run in runs.values():
        axes.plot(range(0, SHORT + 1, 10), run, color="#cfd8dc", linewidth=1)
    chosen = runs[learning_rate, batch]
    axes.plot(range(0, SHORT + 1, 10), chosen, color="#ef6c00", linewidth=2)
    axes.set(xlabel="step", ylabel="validation accuracy", ylim=(0, 1),
             title=f"rate {learning_rate}, batch {batch}")
    show(figure, f"rate {learning_rate}, batch {batch}: accuracy {chosen[-1]:.2f} after {SHORT} "
                 f"steps; its lowest value in the second half is {chosen[10:].min():.2f}.")


_ = interact(draw_run, learning_rate=SelectionSlider(options=RATES, value=0.5, description="rate"),
             batch=SelectionSlider(options=BATCHES, value=100, description="batch"))

# %% [markdown]
# The same without sliders: the mean accuracy of the second half of each run.

# %%
print("rate    " + "".join(f"batch {batch:<6}" for batch in BATCHES))
for each in RATES:
    print(f"{each:<8}" + "".join(f"{runs[each, batch][10:].mean():<12.2f}" for batch in BATCHES))
assert runs[0.5, 100][10:].mean() > runs[0.01, 100][10:].mean()

# %% [markdown]
# **Explain.** Go down each column: with batches of 10, a rate of 0.1 is best; with batches of 500,
# 1.0 is. Small batches make noisy steps, and a large rate makes the noise worse: the accuracy jumps
# up and down. With a large batch, the direction of each step is reliable, and larger strides are
# possible. With too small a rate, 200 steps are not enough.

# %% [markdown]
# ## What can go wrong
#
# **1. The lecture's most common error.** Images as squares instead of rows: rank 3, but a matrix
# product needs rank 2.

# %%
with tf.Graph().as_default():
    squares = tf.placeholder(tf.float32, [None, 28, 28])
    try:
        tf.matmul(squares, tf.Variable(tf.zeros([784, 10])))
    except ValueError as error:
        print("ValueError:", error)

# %% [markdown]
# **2. Labels and logits in the wrong order.** It is easy to swap the two. Therefore most of
# TensorFlow's cross-entropy functions insist on `labels=` and `logits=`. (The one used here takes
# digits instead of one-hot rows.)

# %%
try:
    tf.nn.sparse_softmax_cross_entropy_with_logits(tf.argmax(y, 1), logits)
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# **3. Digits where one-hot rows are expected.**

# %%
try:
    sess.run(loss, {x: mnist.test.images, y: test_digits})
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# **4. A new session without initialised variables.** What was learned lives in the session `sess`,
# not in the graph.

# %%
with tf.Session() as empty_session:
    try:
        empty_session.run(accuracy, test_data)
    except tf.errors.FailedPreconditionError as error:
        message = error.message.splitlines()[0]
        print("FailedPreconditionError:", message[:message.index("value") + len("value")], "...")

# %% [markdown]
# **5. The logarithm of zero.** Old programs write the cross-entropy out, as
# `-tf.reduce_sum(y * tf.log(probabilities))`. If a probability is so small that it becomes 0, then
# 0 · log(0) is `nan`. The ready-made function works on the logits and stays exact.

# %%
with tf.Graph().as_default(), tf.Session() as small_session:
    sure = tf.constant([[200.0, 0.0]])
    truth = tf.constant([[1.0, 0.0]])
    written_out = -tf.reduce_sum(truth * tf.log(tf.nn.softmax(sure)))
    ready_made = tf.nn.softmax_cross_entropy_with_logits_v2(labels=truth, logits=sure)
    print("expected: nan and 0 (the model is sure, and right)")
    print("computed:", small_session.run(written_out), "and",
          f"{small_session.run(ready_made)[0]:.0f}")

# %% [markdown]
# ## Exercises
#
# ### Exercise 1
#
# How many numbers does this model learn? Count the elements of `W` and `b`, and put the sum into
# `answer_1`.
#
# <details><summary>Solution</summary>
#
# ```python
# answer_1 = 784 * 10 + 10
# ```
#
# </details>

# %% tags=["exercise"]
answer_1 = None   # replace None

# %%
if answer_1 is None:
    print("Exercise 1: not answered yet")
else:
    expected = sum(variable.shape.num_elements() for variable in tf.trainable_variables())
    assert answer_1 == expected, f"W is {W.shape} and b is {b.shape}, but got {answer_1}"
    print("Exercise 1: correct")

# %% [markdown]
# ### Exercise 2
#
# Often the right digit is at least the model's *second* choice. Compute the share of test images
# where the right digit is among the first two, from `test_probabilities` and `test_digits`, and put
# it into `answer_2`.
#
# <details><summary>Solution</summary>
#
# ```python
# top_two = test_probabilities.argsort(axis=1)[:, -2:]
# answer_2 = np.mean((top_two == test_digits[:, None]).any(axis=1))
# ```
#
# </details>

# %% tags=["exercise"]
answer_2 = None   # replace None

# %%
if answer_2 is None:
    print("Exercise 2: not answered yet")
else:
    of_truth = test_probabilities[np.arange(len(test_digits)), test_digits]
    better = (test_probabilities > of_truth[:, None]).sum(axis=1)
    expected = np.mean(better < 2)
    assert np.isclose(answer_2, expected), f"expected {expected:.3f}, but got {answer_2}"
    print("Exercise 2: correct")

# %% [markdown]
# ### Exercise 3
#
# Build, in the graph of this notebook, a tensor with the cross-entropy of each image of a batch
# (shape [?], no mean) out of `probabilities` and `y`, with `tf.log` and `tf.reduce_sum`. Put it
# into `answer_3`.
#
# <details><summary>Solution</summary>
#
# ```python
# answer_3 = -tf.reduce_sum(y * tf.log(probabilities), axis=1)
# ```
#
# </details>

# %% tags=["exercise"]
answer_3 = None   # replace None

# %%
if answer_3 is None:
    print("Exercise 3: not answered yet")
else:
    assert answer_3.shape.as_list() == [None], f"one number per image is expected, " \
                                               f"but the shape is {answer_3.shape}"
    each, mean = sess.run([answer_3, loss], test_data)
    assert np.isclose(each.mean(), mean, atol=1e-4), f"their mean should be {mean:.4f}, " \
                                                     f"but is {each.mean():.4f}"
    print("Exercise 3: correct")

# %% [markdown]
# ## What you have seen
#
# - Softmax makes probabilities; cross-entropy judges them; together they have a simple gradient.
# - Training in batches, with the validation accuracy to watch over it.
# - Weights, probabilities and the confusion matrix tell what a model has learned and where it
#   fails.
#
# [Previous: 2.1 Linear Regression](2.1_linear_regression.ipynb) ·
# [Next: 6.0 Working with GPUs](6.0_working_with_gpus.ipynb)
