# %% [markdown]
# # 1.3 Tensors and ranks
#
# **Goal.** Read a shape and see the tensor behind it; take slices; know what `reshape`,
# `transpose`, broadcasting, reductions and `matmul` do to each axis, and recognize three mistakes
# that raise no error.
#
# **You need.** [1.2 Basic Operations](1.2_basic_operations.ipynb): ranks, shapes, placeholders.
#
# **Time.** About 40 minutes to read and try; the cells themselves run in a few seconds.
#
# [Previous: 1.2 Basic Operations](1.2_basic_operations.ipynb) ·
# [Next: 2.1 Linear Regression](2.1_linear_regression.ipynb) · [Open in Binder](binder:)

# %% [markdown]
# ## Setup
#
# `tf.show(x)` draws a tensor or a shape, and has the same as text folded below. `tf.explore(x)`
# opens a panel where you can try things out. Both take shapes as tuples: `(3, 4)` is the shape of
# a matrix, `[3, 4]` is a vector with two numbers in it.

# %%
import numpy as np

import tftutor as tf

print("ready, API version", tf.__version__)

# %% [markdown]
# ## 1. What is a tensor?
#
# A block of numbers of one dtype. Its *rank* is the number of its axes: how many indices lead to
# one number. Its *shape* says how long each axis is. The lecture's table has five examples;
# press the buttons 0 to n.
#
# **Predict.** What is the rank of `[[[7]]]`? How many numbers does it hold?

# %% tags=["nbval-ignore-output"]
tf.explore("ranks")

# %%
print("expected: rank 3, shape (1, 1, 1), one number")
box = tf.constant([[[7]]])
print("computed: rank", box.shape.ndims, "shape", box.shape, "elements", box.shape.num_elements())

# %% [markdown]
# **Explain.** Count the brackets: their depth is the rank. A scalar (`7`), a vector with one number
# (`[7]`), a matrix with one number (`[[7]]`) and this cube with one number hold the same value, but
# they are different tensors: a matrix product, for example, takes only the matrix.
#
# ## 2. How much is in it?
#
# The product of the sizes is the number of elements. Times the bytes of one element, that is the
# memory a tensor takes.
#
# **Predict.** The lecture's batch of ten Full-HD images has the shape [10, 1080, 1920, 3]. How many
# megabytes are that as bytes (`uint8`)? And as `float32`, as networks want them?

# %%
batch_shape = [10, 1080, 1920, 3]
elements = np.prod(batch_shape)
print("expected:", 10 * 1080 * 1920 * 3, "elements")
print("computed:", elements)
for dtype in (tf.uint8, tf.float32):
    print(f"{dtype.name:>8}: {elements * dtype.size / 2**20:6.1f} MiB")

# %% tags=["nbval-ignore-output"]
tf.show(tuple(batch_shape), axes=("batch", "height", "width", "channels"))

# %% [markdown]
# **Explain.** The picture breaks long axes (three dots) and writes their real sizes. Four times the
# bytes: this is why images are stored as `uint8` and become `float32` only when they are needed.
#
# ## 3. Sizes that are not known yet
#
# A batch may have any size, so one writes `None`; TensorFlow prints `?`. The *static* shape is what
# is known while you build. The *dynamic* shape, `tf.shape(x)`, is a tensor itself: it is known when
# the graph runs.
#
# **Predict.** What do the two lines print for a batch of 5?

# %%
tf.reset_default_graph()
digits = tf.placeholder(tf.float32, [None, 28, 28, 1], name="digits")
with tf.Session() as sess:
    fed = sess.run(tf.shape(digits), {digits: np.zeros([5, 28, 28, 1])})
print("static:  expected (?, 28, 28, 1)   computed", digits.shape)
print("dynamic: expected [ 5 28 28  1]    computed", fed)

# %% [markdown]
# `tf.show(digits)` would draw the graph of this tensor. Its shape is drawn like this; what is not
# known yet is dashed:

# %% tags=["nbval-ignore-output"]
tf.show("ranks", of=digits, axes=("batch", "height", "width", "channels"))

# %% [markdown]
# ## 4. Slices
#
# `x[...]` takes a part. A number on an axis takes *one* index, and the axis disappears. `a:b` takes
# a range, and the axis stays. `:` takes all, `...` stands for all axes that are not mentioned, and
# `tf.newaxis` adds one.
#
# **Predict.** Fill in the shapes in your mind before you run the cell. `x` has the shape [2, 3, 8].

# %%
tf.reset_default_graph()
x = tf.constant(np.arange(48).reshape(2, 3, 8))
SLICES = {
    "x[0]": (x[0], (3, 8)),
    "x[0:1]": (x[0:1], (1, 3, 8)),
    "x[:, 0]": (x[:, 0], (2, 8)),
    "x[..., 0]": (x[..., 0], (2, 3)),
    "x[0, :, 2:5]": (x[0, :, 2:5], (3, 3)),
    "x[:, :, ::2]": (x[:, :, ::2], (2, 3, 4)),
    "x[1, 2, -1]": (x[1, 2, -1], ()),
    "x[:, tf.newaxis]": (x[:, tf.newaxis], (2, 1, 3, 8)),
}
for written, (taken, expected) in SLICES.items():
    assert tuple(taken.shape.as_list()) == expected, written
    print(f"{written:<18}expected {expected!s:<14}computed {taken.shape}")

# %% [markdown]
# **Explain.** Compare `x[0]` and `x[0:1]`: the same numbers, but another rank. Most rank errors
# begin with this difference. In the panel below move the sliders: what is taken stands out, and
# the result follows.

# %% tags=["nbval-ignore-output"]
tf.explore(np.arange(48).reshape(2, 3, 8), slice="0, :, 2:5")

# %% [markdown]
# Without the panel: the numbers of that slice.

# %%
with tf.Session() as sess:
    print("expected: [[2, 3, 4], [10, 11, 12], [18, 19, 20]]")
    print("computed:", sess.run(x[0, :, 2:5]).tolist())

# %% [markdown]
# ## 5. Reshape and transpose
#
# Both can turn [2, 3] into [3, 2]. They are not the same.
#
# **Predict.** Write down both results for `[[0, 1, 2], [3, 4, 5]]`.

# %%
tf.reset_default_graph()
matrix = tf.constant([[0, 1, 2], [3, 4, 5]])
with tf.Session() as sess:
    reshaped, transposed = sess.run([tf.reshape(matrix, [3, 2]), tf.transpose(matrix)])
print("reshape:   expected [[0, 1], [2, 3], [4, 5]]   computed", reshaped.tolist())
print("transpose: expected [[0, 3], [1, 4], [2, 5]]   computed", transposed.tolist())

# %% tags=["nbval-ignore-output"]
tf.show((2, 3), reshape=[3, 2])

# %% tags=["nbval-ignore-output"]
tf.show((2, 3), transpose=[1, 0])

# %% [markdown]
# **Explain.** A reshape never changes the order of the elements, read row by row: only the brackets
# move. A transpose moves elements: rows become columns. The colours of the rows show it. One of the
# sizes of a reshape may be `-1`: whatever is left.
#
# **Predict.** Then watch the elements go: press *Play*, or move the slider. Which axis is where
# after the permutation [0, 2, 1]?

# %% tags=["nbval-ignore-output"]
tf.explore((2, 3, 2), transpose=[0, 2, 1])

# %%
with tf.Session() as sess:
    cube = np.arange(12).reshape(2, 3, 2)
    moved = sess.run(tf.transpose(cube, [0, 2, 1]))
    flat = sess.run(tf.reshape(cube, [2, -1]))
print("transpose: expected (2, 2, 3)  computed", moved.shape)
print("reshape:   expected (2, 6)     computed", flat.shape)

# %% [markdown]
# ## 6. Axes of size 1, and broadcasting
#
# `tf.expand_dims` adds an axis of size 1, `tf.squeeze` takes such axes away. No number changes.
# What are they good for? An axis of size 1 is repeated when the other tensor is longer there. So a
# column and a row make a table.
#
# **Predict.** A column of shape [3, 1] times a row of shape [1, 4]: which shape? What stands in the
# last place?

# %%
tf.reset_default_graph()
column = tf.constant([[1], [2], [3]])
row = tf.constant([[1, 2, 3, 4]])
with tf.Session() as sess:
    table = sess.run(column * row)
print("expected: shape (3, 4), last element 12")
print("computed: shape", table.shape, "last element", table[-1, -1])

# %% tags=["nbval-ignore-output"]
tf.show([[1], [2], [3]], multiply=[[1, 2, 3, 4]])

# %% [markdown]
# ## 7. Reductions: an axis disappears
#
# `tf.reduce_mean(x, axis)` puts together what lies along `axis`. That axis is gone afterwards; with
# `keepdims=True` it stays, with size 1, so that the result can be broadcast against `x` again.
#
# **Predict.** `images` has the shape [10, 28, 28, 3]. Which axes do you reduce for the mean
# brightness of each image (shape [10])? For the mean image (shape [28, 28, 3])? For the mean
# colour of the whole batch (shape [3])?

# %%
tf.reset_default_graph()
images = tf.placeholder(tf.float32, [10, 28, 28, 3], name="images")
MEANS = {
    "of each image": (tf.reduce_mean(images, axis=[1, 2, 3]), [10]),
    "mean image": (tf.reduce_mean(images, axis=0), [28, 28, 3]),
    "mean colour": (tf.reduce_mean(images, axis=[0, 1, 2]), [3]),
    "to be subtracted": (tf.reduce_mean(images, axis=[1, 2, 3], keepdims=True), [10, 1, 1, 1]),
}
for meaning, (mean, expected) in MEANS.items():
    assert mean.shape.as_list() == expected
    print(f"{meaning:<18}expected {expected!s:<16}computed {mean.shape}")

# %% tags=["nbval-ignore-output"]
tf.show((2, 3), reduce_sum=1)

# %% [markdown]
# ## 8. Matrix products: two axes meet
#
# [m, k] times [k, n] gives [m, n]. The inner axes, both of size k, meet and disappear: each element
# of the result is a row of the left matrix times a column of the right one.
#
# **Predict.** For [2, 3] times [3, 4]: how many products are added up for one element of the
# result? How many elements are there?

# %% tags=["nbval-ignore-output"]
tf.explore((2, 3), matmul=(3, 4))

# %%
tf.reset_default_graph()
left = tf.constant(np.arange(6.0).reshape(2, 3))
right = tf.constant(np.arange(12.0).reshape(3, 4))
with tf.Session() as sess:
    product = sess.run(tf.matmul(left, right))
print("expected: 3 products for each of 2 x 4 = 8 elements; the first is 0*0 + 1*4 + 2*8 = 20")
print("computed:", product.size, "elements, the first is", product[0, 0])

# %% [markdown]
# ## What can go wrong
#
# **1. The number of elements does not fit.** The picture says which shapes would.

# %%
try:
    tf.reshape(tf.zeros([2, 3]), [4])
except ValueError as error:
    print("ValueError:", error)

# %% tags=["nbval-ignore-output"]
tf.show((2, 3), reshape=[4])

# %% [markdown]
# **2. The most common error in TensorFlow**: a matrix product of a tensor with one axis too many.

# %% tags=["nbval-ignore-output"]
tf.show((10, 512, 1), matmul=(512, 2))

# %% [markdown]
# **3. A reshape where a transpose was meant.** No error! Some libraries store images as [channels,
# height, width], TensorFlow wants [height, width, channels]. A reshape makes the right shape, and
# mixes up the colours. Here is an image of two pixels, a red one and a white one.

# %%
tf.reset_default_graph()
red_channel, green_channel, blue_channel = [[255, 255]], [[0, 255]], [[0, 255]]
pixels = tf.constant([red_channel, green_channel, blue_channel])  # [3 channels, 1 row, 2 columns]
with tf.Session() as sess:
    reshaped, transposed = sess.run([tf.reshape(pixels, [1, 2, 3]),
                                     tf.transpose(pixels, [1, 2, 0])])
print("expected:  red [255, 0, 0] and white [255, 255, 255]")
print("transpose:", transposed[0].tolist())
print("reshape:  ", reshaped[0].tolist(), "- yellow and pink!")

# %% [markdown]
# **4. Broadcasting that nobody asked for.** No error either! `predictions` is a column [4, 1],
# `labels` is a vector [4]. Their difference is not a column: it is a table.

# %%
tf.reset_default_graph()
predictions = tf.constant([[1.0], [2.0], [3.0], [4.0]])
labels = tf.constant([1.0, 2.0, 3.0, 4.0])
difference = predictions - labels
loss = tf.reduce_mean(tf.square(difference))
with tf.Session() as sess:
    print("expected, since all predictions are right: shape (4, 1), loss 0")
    print("computed: shape", difference.shape, "loss", sess.run(loss))

# %% tags=["nbval-ignore-output"]
tf.show((4, 1), add=(4,))

# %% [markdown]
# A loss that does not become small although the predictions are right: look at the shapes.
#
# **5. A squeeze that takes too much.** Without an axis, `tf.squeeze` takes away *every* axis of
# size 1: also the batch, when there is only one image in it.

# %%
with tf.Session() as sess:
    for count in (5, 1):
        squeezed = sess.run(tf.squeeze(tf.zeros([count, 28, 28, 1])))
        print(f"[{count}, 28, 28, 1] squeezed:", squeezed.shape)
print("Name the axis: tf.squeeze(images, axis=3) always gives rank 3.")

# %% [markdown]
# ## Exercises
#
# ### Exercise 1
#
# `images` is a batch of colour images of 28 x 28 pixels. Put the red value (channel 0) of the pixel
# in row 14, column 14 of *every* image into `answer_1`. Its shape is [?].
#
# <details><summary>Solution</summary>
#
# ```python
# answer_1 = images[:, 14, 14, 0]
# ```
#
# </details>

# %% tags=["exercise"]
tf.reset_default_graph()
images = tf.placeholder(tf.float32, [None, 28, 28, 3])
answer_1 = None   # replace None by a slice

# %%
if answer_1 is None:
    print("Exercise 1: not answered yet")
else:
    assert answer_1.shape.as_list() == [None], f"the shape should be (?,), but is {answer_1.shape}"
    values = np.random.RandomState(1).rand(6, 28, 28, 3).astype(np.float32)
    with tf.Session() as sess:
        computed = sess.run(answer_1, {images: values})
    assert (computed == values[:, 14, 14, 0]).all(), "the shape is right, the values are not"
    print("Exercise 1: correct")

# %% [markdown]
# ### Exercise 2
#
# A layer for flat vectors wants [batch, 784]. Make that of these digits, for a batch of any size.
#
# <details><summary>Solution</summary>
#
# ```python
# answer_2 = tf.reshape(digits, [-1, 784])
# ```
#
# </details>

# %% tags=["exercise"]
tf.reset_default_graph()
digits = tf.placeholder(tf.float32, [None, 28, 28, 1])
answer_2 = None   # replace None

# %%
if answer_2 is None:
    print("Exercise 2: not answered yet")
else:
    assert answer_2.shape.as_list() == [None, 784], f"the shape should be (?, 784), but is " \
                                                    f"{answer_2.shape}"
    values = np.random.RandomState(2).rand(3, 28, 28, 1).astype(np.float32)
    with tf.Session() as sess:
        computed = sess.run(answer_2, {digits: values})
    assert (computed == values.reshape(3, 784)).all(), "each row should be one image, row by row"
    print("Exercise 2: correct")

# %% [markdown]
# ### Exercise 3
#
# These images come as [batch, channels, height, width]. Give them the order that TensorFlow wants:
# [batch, height, width, channels].
#
# <details><summary>Solution</summary>
#
# ```python
# answer_3 = tf.transpose(channels_first, [0, 2, 3, 1])
# ```
#
# </details>

# %% tags=["exercise"]
tf.reset_default_graph()
channels_first = tf.placeholder(tf.float32, [None, 3, 32, 64])
answer_3 = None   # replace None

# %%
if answer_3 is None:
    print("Exercise 3: not answered yet")
else:
    assert answer_3.shape.as_list() == [None, 32, 64, 3], f"the shape should be (?, 32, 64, 3), " \
                                                          f"but is {answer_3.shape}"
    values = np.random.RandomState(3).rand(2, 3, 32, 64).astype(np.float32)
    with tf.Session() as sess:
        computed = sess.run(answer_3, {channels_first: values})
    assert (computed == np.moveaxis(values, 1, 3)).all(), "right shape, but the pixels are mixed up"
    print("Exercise 3: correct")

# %% [markdown]
# ### Exercise 4
#
# Repair the loss of mistake 4: the mean of the squares of the differences between each prediction
# and *its* label.
#
# <details><summary>Solution</summary>
#
# Both need the same shape. Here the column becomes a vector:
#
# ```python
# answer_4 = tf.reduce_mean(tf.square(tf.squeeze(predictions, axis=1) - labels))
# ```
#
# </details>

# %% tags=["exercise"]
tf.reset_default_graph()
predictions = tf.placeholder(tf.float32, [None, 1])
labels = tf.placeholder(tf.float32, [None])
answer_4 = None   # replace None

# %%
if answer_4 is None:
    print("Exercise 4: not answered yet")
else:
    guesses, truth = np.array([[1.0], [2.5], [3.0]]), np.array([1.0, 2.0, 5.0])
    with tf.Session() as sess:
        computed = sess.run(answer_4, {predictions: guesses, labels: truth})
    expected = np.mean((guesses[:, 0] - truth) ** 2)
    assert np.isclose(computed, expected), f"expected {expected:.4f}, but got {computed}"
    print("Exercise 4: correct")

# %% [markdown]
# ## What you have seen
#
# - The rank is the number of axes; the shape is their sizes; `?` is known only at run time.
# - An index takes an axis away, a range keeps it.
# - A reshape keeps the order of the elements, a transpose changes it.
# - Axes of size 1 are repeated, wanted or not. Look at shapes, also when nothing fails.
#
# [Previous: 1.2 Basic Operations](1.2_basic_operations.ipynb) ·
# [Next: 2.1 Linear Regression](2.1_linear_regression.ipynb)
