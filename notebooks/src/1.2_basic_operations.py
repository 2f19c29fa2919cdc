# %% [markdown]
# # 1.2 Basic Operations
#
# **Goal.** Use the basic operations on numbers, vectors and matrices; feed values into a graph
# while it runs; know the rank and the shape of a tensor, and read the most common error of all.
#
# **You need.** [1.1 Hello World](1.1_hello_world.ipynb): graph, tensor, session.
#
# **Time.** About 30 minutes to read and try; the cells themselves run in a few seconds.
#
# [Previous: 1.1 Hello World](1.1_hello_world.ipynb) ·
# [Next: 1.3 Tensors and ranks](1.3_tensors_and_ranks.ipynb) · [Open in Binder](binder:)

# %% [markdown]
# ## Setup
#
# As in 1.1, `tf.show` draws graphs and tensors, and `tf.explore` opens a panel to try things out.

# %%
import numpy as np
from ipywidgets import interact

import tftutor as tf

print("ready, API version", tf.__version__)

# %% [markdown]
# ## 1. Arithmetic
#
# Each line below builds one operation. Python's own signs work too: if one side of `a + b` is a
# tensor, TensorFlow builds an operation.
#
# **Predict.** With a = 7 and b = 2: what is `a // b`? And `a % b`?

# %%
tf.reset_default_graph()
a = tf.constant(7.0, name="a")
b = tf.constant(2.0, name="b")
ARITHMETIC = {
    "a + b": (a + b, 7.0 + 2.0),
    "a - b": (a - b, 7.0 - 2.0),
    "a * b": (a * b, 7.0 * 2.0),
    "a / b": (a / b, 7.0 / 2.0),
    "a // b": (a // b, 7.0 // 2.0),
    "a % b": (a % b, 7.0 % 2.0),
    "a ** b": (a ** b, 7.0 ** 2.0),
    "-a": (-a, -7.0),
    "tf.abs(-a)": (tf.abs(-a), 7.0),
    "tf.square(a)": (tf.square(a), 49.0),
    "tf.sqrt(a)": (tf.sqrt(a), np.sqrt(7.0)),
    "tf.exp(b)": (tf.exp(b), np.exp(2.0)),
    "tf.log(b)": (tf.log(b), np.log(2.0)),
    "tf.maximum(a, b)": (tf.maximum(a, b), 7.0),
    "tf.minimum(a, b)": (tf.minimum(a, b), 2.0),
    "a > b": (a > b, True),
    "tf.equal(a, b)": (tf.equal(a, b), False),
}
with tf.Session() as sess:
    print(f"{'written':<18}{'operation':<12}{'expected':>9}{'computed':>10}")
    for written, (tensor, expected) in ARITHMETIC.items():
        value = sess.run(tensor)
        assert np.isclose(value, expected), written
        print(f"{written:<18}{tensor.op.type:<12}{expected:>9.5g}{value:>10.5g}"
              if tensor.dtype == tf.float32 else
              f"{written:<18}{tensor.op.type:<12}{expected!s:>9}{value!s:>10}")

# %% [markdown]
# **Explain.** The second column is the type of the operation that was added to the graph. `/` is
# called `RealDiv`, because there is also `//` (`FloorDiv`). Note the last line: we wrote
# `tf.equal(a, b)`. In TensorFlow 1, `a == b` does *not* compare values; it asks whether both are
# the same tensor object.

# %%
print("expected: False, a plain Python value, without any session")
print("computed:", a == b)

# %% [markdown]
# ## 2. Placeholders: values that come later
#
# A graph of constants always computes the same. A `tf.placeholder` is a hole in the graph: it has a
# dtype and a shape, but its value is *fed* at each run, in a dictionary `feed_dict`.
#
# This is the example of the lecture: a scalar times a vector.
#
# **Predict.** What is `c` for a = 10 and b = [1, 2]?

# %%
tf.reset_default_graph()
a = tf.placeholder(tf.float32, shape=(), name="a")     # a scalar
b = tf.placeholder(tf.float32, shape=(2,), name="b")   # a vector of two
c = tf.multiply(a, b, name="c")

with tf.Session() as sess:
    params = {a: 10, b: [1, 2]}
    result = sess.run([c], feed_dict=params)
print("expected: [array([10., 20.], dtype=float32)]")
print("computed:", result)

# %% [markdown]
# **Explain.** The keys of `feed_dict` are the tensors themselves, not their names. The result is a
# list because we fetched a list; its only element is a NumPy array.
#
# To watch a run, let `tf.record_step` do it: it runs the graph once, like `sess.run`, and keeps
# what each operation computed. `tf.explore` opens the record. Press the arrow to go through the run
# one operation at a time, forwards or backwards. (Placeholders are drawn as slanted boxes:
# something comes in here.)

# %% tags=["nbval-ignore-output"]
with tf.Session() as sess:
    record = tf.record_step(sess, [c], feed_dict=params)
tf.explore(record)

# %% [markdown]
# ## 3. A feed editor
#
# The graph of the next cell is built *once*. Each movement of a slider is one more `sess.run` with
# another `feed_dict`. Find values where the sum and the product are equal.

# %%
tf.reset_default_graph()
a = tf.placeholder(tf.float32, shape=(), name="a")
b = tf.placeholder(tf.float32, shape=(), name="b")
outputs = {"a + b": a + b, "a - b": a - b, "a * b": a * b, "a / b": a / b}
feed_session = tf.Session()


def run_with(a_value, b_value):
    """All four results, as one line each."""
    values = feed_session.run(outputs, feed_dict={a: a_value, b: b_value})
    return [f"{written} = {value:.2f}" for written, value in values.items()]


# %% tags=["nbval-ignore-output"]
@interact(a_value=(-5.0, 5.0, 0.5), b_value=(-5.0, 5.0, 0.5))
def feed_editor(a_value=3.0, b_value=2.0):
    print(f"sess.run(outputs, feed_dict={{a: {a_value}, b: {b_value}}})")
    print("\n".join(run_with(a_value, b_value)))


# %% [markdown]
# The same without sliders, for three pairs. Did you expect the last line of the last pair? A float
# division by zero raises no error, it gives infinity. (Here `outputs` is a dictionary: `sess.run`
# returns values in the form in which you asked for them.)

# %%
for pair in [(3.0, 2.0), (2.0, 2.0), (1.0, 0.0)]:
    print(pair, "->", ", ".join(run_with(*pair)))
assert run_with(3.0, 2.0) == ["a + b = 5.00", "a - b = 1.00", "a * b = 6.00", "a / b = 1.50"]
assert run_with(1.0, 0.0)[-1] == "a / b = inf"

# %% [markdown]
# ## 4. Rank and shape
#
# The *rank* of a tensor is the number of its dimensions; its *shape* says how long each of them
# is. This is the table of the lecture:
#
# | rank | math entity | example |
# |---|---|---|
# | 0 | scalar | `x = 42` |
# | 1 | vector | `z = [10, 15, 20]` |
# | 2 | matrix | `a = [[1, 0, 2, 3], [2, 1, 0, 4], [0, 2, 1, 1]]` |
# | 3 | cube of numbers | one image, [height, width, color_channels]: [1080, 1920, 3] |
# | 4 | set of cubes | a batch, [size, height, width, channels]: [10, 1080, 1920, 3] |
# | n | n-dimensional tensor | you get the idea ... |
#
# **Predict.** What is the shape of the matrix: (3, 4) or (4, 3)? Count the brackets: their depth
# is the rank.

# %%
tf.reset_default_graph()
EXAMPLES = {
    "scalar": tf.constant(42),
    "vector": tf.constant([10, 15, 20]),
    "matrix": tf.constant([[1, 0, 2, 3], [2, 1, 0, 4], [0, 2, 1, 1]]),
    "one image": tf.placeholder(tf.uint8, [1080, 1920, 3]),
    "batch of images": tf.placeholder(tf.uint8, [10, 1080, 1920, 3]),
    "batch of any size": tf.placeholder(tf.uint8, [None, 1080, 1920, 3]),
}
print(f"{'entity':<20}{'rank':<6}shape")
for entity, tensor in EXAMPLES.items():
    print(f"{entity:<20}{tensor.shape.ndims:<6}{tensor.shape}")
assert EXAMPLES["matrix"].shape.as_list() == [3, 4]

# %% [markdown]
# **Explain.** All this is known *before* the first run: TensorFlow works out shapes while you build
# (the *static* shape). A `None`, printed as `?`, means: this length is only known at run time. It
# is most often the batch size.

# %% [markdown]
# Here is the table once more, to click through: choose a rank, and see its example as a row, a
# grid, a cube or a set of cubes. *Slice* cuts a part out, *Move elements* shows where a reshape or
# a transposition puts each number.

# %% tags=["nbval-ignore-output"]
tf.explore("ranks")

# %% [markdown]
# And this is a batch of any size. What is not known yet, is dashed.

# %% tags=["nbval-ignore-output"]
tf.show(EXAMPLES["batch of any size"].shape, axes=("batch", "height", "width", "colour"))

# %% [markdown]
# ## 5. Multiplying matrices
#
# `a * b` multiplies element by element. `tf.matmul(a, b)` multiplies matrices: row times column.
# The rule for the shapes is: **[m, k] times [k, n] gives [m, n]**. The two inner numbers must be
# equal.
#
# **Predict.** [3, 3] as a row times [2, 2] as a column: 3·2 + 3·2 = ?

# %%
row = tf.constant([[3.0, 3.0]])         # shape [1, 2]
column = tf.constant([[2.0], [2.0]])    # shape [2, 1]
with tf.Session() as sess:
    print("expected: [[12.]]")
    print("computed:", sess.run(tf.matmul(row, column)))
    print("\nexpected: the other way round, [2, 1] times [1, 2] gives [2, 2], all of them 6")
    print("computed:", sess.run(tf.matmul(column, row)).tolist())

# %% [markdown]
# Try the rule. The four sliders are the shapes of two matrices. No numbers are computed: the error
# comes while building the graph.

# %%
def try_matmul(m, k, other_k, n):
    """What TensorFlow says to a product of [m, k] and [other_k, n]."""
    with tf.Graph().as_default():
        left = tf.placeholder(tf.float32, [m, k])
        right = tf.placeholder(tf.float32, [other_k, n])
        try:
            return f"[{m}, {k}] x [{other_k}, {n}] -> {tf.matmul(left, right).shape}"
        except ValueError as error:
            return f"[{m}, {k}] x [{other_k}, {n}] -> ValueError: {error}"


# %% tags=["nbval-ignore-output"]
@interact(m=(1, 6), k=(1, 6), other_k=(1, 6), n=(1, 6))
def matmul_shapes(m=2, k=3, other_k=3, n=4):
    print(try_matmul(m, k, other_k, n))


# %% [markdown]
# The same without sliders:

# %%
for shapes in [(2, 3, 3, 4), (1, 2, 2, 1), (2, 3, 4, 5)]:
    print(try_matmul(*shapes))
assert try_matmul(2, 3, 3, 4).endswith("(2, 4)")

# %% [markdown]
# ## 6. Broadcasting
#
# Element-wise operations stretch a smaller tensor over a larger one, as NumPy does: shapes are
# compared from the right, and a missing dimension or a length of 1 is repeated.
#
# **Predict.** A matrix of shape [2, 3] plus a vector of shape [3]: is the vector added to each row
# or to each column?

# %%
matrix = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
vector = tf.constant([10.0, 20.0, 30.0])
with tf.Session() as sess:
    computed = sess.run(matrix + vector)
print("expected: [[11, 22, 33], [14, 25, 36]]")
print("computed:", computed.astype(int).tolist())

# %% [markdown]
# ## 7. Reductions
#
# `tf.reduce_sum` and `tf.reduce_mean` make a tensor smaller. `axis` names the dimension that
# *disappears*. Without `axis`, all of them do, and a scalar remains.
#
# **Predict.** The matrix has shape [2, 3]. What is the shape of its sum over axis 0?

# %%
REDUCTIONS = {
    "reduce_sum(matrix)": (tf.reduce_sum(matrix), 21),
    "reduce_sum(matrix, axis=0)": (tf.reduce_sum(matrix, axis=0), [5, 7, 9]),
    "reduce_sum(matrix, axis=1)": (tf.reduce_sum(matrix, axis=1), [6, 15]),
    "reduce_mean(matrix)": (tf.reduce_mean(matrix), 3.5),
    "reduce_max(matrix, axis=1)": (tf.reduce_max(matrix, axis=1), [3, 6]),
}
with tf.Session() as sess:
    for written, (tensor, expected) in REDUCTIONS.items():
        value = sess.run(tensor)
        assert np.allclose(value, expected)
        print(f"{written:<28}shape {str(tensor.shape):<6}"
              f"expected {expected!s:<11}computed {value.tolist()}")

# %% [markdown]
# ## 8. Dtypes
#
# Every tensor has one dtype, and it never changes silently. `tf.constant(1)` is an `int32`,
# `tf.constant(1.0)` a `float32`. To go from one to the other, write `tf.cast`.
#
# **Predict.** Does `tf.cast(2.7, tf.int32)` round to 3?

# %%
with tf.Session() as sess:
    print("expected: 2 (the fraction is cut off)")
    print("computed:", sess.run(tf.cast(tf.constant(2.7), tf.int32)))

# %% [markdown]
# ## What can go wrong
#
# **1. The most common error in TensorFlow**, says the lecture: a tensor of the wrong rank in a
# matrix product. Below, `images` holds 10 images of 512 numbers each, but with one dimension too
# many at the end.

# %%
tf.reset_default_graph()
images = tf.placeholder(tf.float32, [10, 512, 1])
weights = tf.placeholder(tf.float32, [512, 2])
try:
    product = tf.matmul(images, weights)
except ValueError as error:
    print("ValueError:", error)
    mistake = error

# %% [markdown]
# Read it from the middle: an operation named `MatMul`, of type `MatMul`, wants rank 2 (a matrix),
# but got rank 3. At the end stand both shapes: the first is the culprit. Exercise 2 repairs it.
# (This is the text of TensorFlow up to 1.13, the one on the slide. Later versions try a *batch*
# product first, and complain in other words.)
#
# tftutor can say more about such an error: what each operand is, which axis is one too many, and
# what would repair it. After `%load_ext tftutor` this page appears by itself.

# %% tags=["nbval-ignore-output"]
tf.show(mistake)

# %% [markdown]
# **2. A placeholder that was not fed.** The most common error at *run* time.

# %%
tf.reset_default_graph()
a = tf.placeholder(tf.float32, shape=(), name="a")
b = tf.placeholder(tf.float32, shape=(), name="b")
c = a * b
with tf.Session() as sess:
    try:
        sess.run(c, feed_dict={a: 3.0})
    except tf.errors.InvalidArgumentError as error:
        print("InvalidArgumentError:", error.message.splitlines()[0])

# %% [markdown]
# **3. A value that does not fit its placeholder.** `a` was declared as a scalar.

# %%
with tf.Session() as sess:
    try:
        sess.run(c, feed_dict={a: [1, 2], b: 2})
    except ValueError as error:
        print("ValueError:", error)

# %% [markdown]
# **4. Integers mixed with floats.** Python converts silently, TensorFlow does not.

# %%
try:
    tf.constant(1) + tf.constant(2.0)
except TypeError as error:
    print("TypeError:", error)

# %% [markdown]
# **5. A variable without its initial value.** A `tf.Variable` keeps a value between runs; it gets
# its first value only when you run its initializer. More about it in
# [2.1 Linear Regression](2.1_linear_regression.ipynb).

# %%
weight = tf.Variable(0.5, name="weight")
with tf.Session() as sess:
    try:
        sess.run(weight)
    except tf.errors.FailedPreconditionError as error:
        print("FailedPreconditionError:", error.message.splitlines()[0])
    sess.run(tf.global_variables_initializer())
    print("after its initializer ran:", sess.run(weight))

# %% [markdown]
# ## Exercises
#
# ### Exercise 1
#
# Build a graph with a placeholder `numbers` for a vector of *any* length, and put a tensor with the
# mean of the squares of its elements into `answer_1`. For [1, 2, 3] it is (1 + 4 + 9) / 3.
#
# <details><summary>Solution</summary>
#
# ```python
# numbers = tf.placeholder(tf.float32, [None])
# answer_1 = tf.reduce_mean(tf.square(numbers))
# ```
#
# </details>

# %% tags=["exercise"]
tf.reset_default_graph()
numbers = None    # replace None by a placeholder
answer_1 = None   # replace None by a tensor

# %%
if answer_1 is None:
    print("Exercise 1: not answered yet")
else:
    with tf.Session() as sess:
        for values in ([1.0, 2.0, 3.0], [5.0], [-1.0, 0.0, 1.0, 2.0]):
            computed = sess.run(answer_1, feed_dict={numbers: values})
            expected = np.mean(np.square(values))
            assert np.isclose(computed, expected), f"for {values} expected {expected}, " \
                                                   f"but got {computed}"
    print("Exercise 1: correct")

# %% [markdown]
# ### Exercise 2
#
# Repair the most common error: multiply these `images` by these `weights`. The result shall have
# the shape [10, 2]. `tf.reshape(tensor, shape)` or `tf.squeeze(tensor, axis)` can help.
#
# <details><summary>Solution</summary>
#
# The last dimension of `images` has length 1 and can go, without losing a number:
#
# ```python
# answer_2 = tf.matmul(tf.reshape(images, [10, 512]), weights)
# ```
#
# </details>

# %% tags=["exercise"]
tf.reset_default_graph()
images = tf.placeholder(tf.float32, [10, 512, 1])
weights = tf.placeholder(tf.float32, [512, 2])
answer_2 = None   # replace None

# %%
if answer_2 is None:
    print("Exercise 2: not answered yet")
else:
    assert answer_2.shape.as_list() == [10, 2], f"the shape should be (10, 2), " \
                                                f"but is {answer_2.shape}"
    x, y = np.random.RandomState(1).rand(10, 512, 1), np.random.RandomState(2).rand(512, 2)
    with tf.Session() as sess:
        computed = sess.run(answer_2, feed_dict={images: x, weights: y})
    assert np.allclose(computed, x[:, :, 0] @ y, rtol=1e-4), "the shape is right, the values not"
    print("Exercise 2: correct")

# %% [markdown]
# ### Exercise 3
#
# `count` is an integer, `price` a float. Build their product, a float, into `answer_3`.
#
# <details><summary>Solution</summary>
#
# ```python
# answer_3 = tf.cast(count, tf.float32) * price
# ```
#
# </details>

# %% tags=["exercise"]
tf.reset_default_graph()
count = tf.placeholder(tf.int32, [])
price = tf.placeholder(tf.float32, [])
answer_3 = None   # replace None

# %%
if answer_3 is None:
    print("Exercise 3: not answered yet")
else:
    assert answer_3.dtype == tf.float32, f"should be a float32, but is {answer_3.dtype.name}"
    with tf.Session() as sess:
        computed = sess.run(answer_3, feed_dict={count: 3, price: 2.5})
    assert np.isclose(computed, 7.5), f"3 times 2.5 is 7.5, but got {computed}"
    print("Exercise 3: correct")

# %% [markdown]
# ## What you have seen
#
# - Operations for numbers, vectors and matrices; `*` is not `tf.matmul`.
# - A placeholder gets its value from `feed_dict`, anew at each run.
# - Rank, shape and dtype are checked while you build. Read the shapes in the error text.
#
# [Previous: 1.1 Hello World](1.1_hello_world.ipynb) ·
# [Next: 1.3 Tensors and ranks](1.3_tensors_and_ranks.ipynb)
