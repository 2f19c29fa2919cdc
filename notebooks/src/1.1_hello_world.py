# %% [markdown]
# # 1.1 Hello World
#
# **Goal.** See what makes TensorFlow 1 different from ordinary Python: first you *build* a graph,
# then you *run* it. At the end you can list a graph, name its tensors and fetch their values.
#
# **You need.** Python basics. [0.1 Introduction to ML](0.1_introduction_to_ml.ipynb) helps, but is
# not required.
#
# **Time.** About 20 minutes to read and try; the cells themselves run in a few seconds.
#
# [Previous: 0.2 MNIST](0.2_mnist.ipynb) ·
# [Next: 1.2 Basic Operations](1.2_basic_operations.ipynb) · [Open in Binder](binder:)
#
# Work from top to bottom. Before you run a cell (Shift+Enter), say what it will print. A wrong
# guess is the most useful one: it shows you where your picture of TensorFlow needs a correction.

# %% [markdown]
# ## Setup
#
# `tftutor` has the same functions as TensorFlow 1.15, so we give it the usual short name `tf`.

# %%
from IPython.display import display
from ipywidgets import RadioButtons, interact

import tftutor as tf

print("ready, API version", tf.__version__)

# %% [markdown]
# ## 1. A constant that says hello
#
# `tf.constant` makes a tensor that holds a fixed value.
#
# **Predict.** What will `print(hello)` show: the greeting, or something else?

# %%
hello = tf.constant("Hello, TensorFlow!")
print(hello)

# %% [markdown]
# **Explain.** No greeting! `hello` is not a value. It is a *tensor*: a place in a graph where a
# value will be, once somebody runs that graph. What Python prints is the tensor's label:
#
# | part | meaning |
# |---|---|
# | `Const:0` | output number 0 of the operation named `Const` |
# | `shape=()` | a single item: no rows, no columns |
# | `dtype=string` | the item is a string |

# %% [markdown]
# ## 2. A session runs the graph
#
# A `tf.Session` is the worker. You hand it a tensor, and it computes that tensor's value.
#
# **Predict.** Will the result have quotation marks around it? Anything else?

# %%
sess = tf.Session()
print("expected: b'Hello, TensorFlow!'")
print("computed:", sess.run(hello))

# %% [markdown]
# **Explain.** The `b` says that a TensorFlow string is a row of *bytes*. To get ordinary Python
# text, decode it.

# %%
greeting = sess.run(hello).decode()
sess.close()
print("expected: Hello, TensorFlow!")
print("computed:", greeting)

# %% [markdown]
# ## 3. Predict first: what does multiplication give?
#
# Now the example of the lecture: two numbers and their product. The next cell starts with an
# empty graph and builds three operations. It does not run anything.

# %%
tf.reset_default_graph()
a = tf.constant(2.0, tf.float32, name="a")
b = tf.constant(3.0, tf.float32, name="b")
c = tf.multiply(a, b)

# %% [markdown]
# Choose what `print(c)` will show. (Run the cell to get the buttons. Its code is folded, for it
# holds the answers; a click on the three dots unfolds it.)

# %% tags=["nbval-ignore-output"] jupyter={"source_hidden": true}
ANSWERS = {
    "6.0": "Not yet: 6.0 does not exist before a session runs the graph.",
    'Tensor("c:0", shape=(), dtype=float32)':
        "Almost: but TensorFlow cannot see that you called your Python variable c.",
    'Tensor("Mul:0", shape=(), dtype=float32)':
        "Right: without a name=..., an operation is named after its type, here Mul.",
}


@interact(choice=RadioButtons(options=list(ANSWERS), value=None, description="print(c):",
                              layout={"width": "max-content"}))
def predict(choice):
    print(ANSWERS.get(choice, "Choose one of the three."))


# %% [markdown]
# The same without buttons: the three answers are `6.0`, `Tensor("c:0", ...)` and
# `Tensor("Mul:0", ...)`. The next cell settles it.

# %%
print('expected: Tensor("Mul:0", shape=(), dtype=float32)')
print("computed:", c)
assert "right" in ANSWERS[str(c)].lower()

# %% [markdown]
# At the end of a cell, without `print`, you see a shorter label (Python's `repr`). It says the
# same.

# %%
c

# %% [markdown]
# ## 4. Look at the graph
#
# The graph is an ordinary object, so we can ask it what it contains. Each *operation* (a node) has
# a name, a type, and input tensors. A tensor is named after the operation that makes it: `a:0` is
# output 0 of operation `a`.
#
# **Predict.** How many operations are there, and which one has inputs?

# %%
def list_graph(graph):
    """Print the operations of a graph: name, type and inputs."""
    print(f"{'name':<10}{'type':<10}inputs")
    for op in graph.get_operations():
        inputs = ", ".join(tensor.name for tensor in op.inputs)
        print(f"{op.name:<10}{op.type:<10}{inputs or '-'}")


list_graph(tf.get_default_graph())

# %% [markdown]
# The same as a picture: `tf.show` draws graphs, and much more. Each shape is an operation, each
# arrow a tensor that flows from one to the next. The text below the picture, which a click
# unfolds, says the same. (`tf.show` and `tf.explore` are tftutor's own; TensorFlow has TensorBoard
# for this.)

# %% tags=["nbval-ignore-output"]
tf.show(tf.get_default_graph())

# %% [markdown]
# ## 5. Run it
#
# `sess.run` accepts one tensor or a list of tensors. For a list, you get a list of values back.
#
# **Predict.** Does running `c` need the values of `a` and `b`? Who computes them?

# %%
with tf.Session() as sess:
    result = sess.run([b, c])
print("expected: 3.0 and 6.0")
print("computed:", result[0], "and", result[1])

# %% [markdown]
# **Explain.** You asked for `c`; the session found in the graph that `c` needs `a` and `b`, and
# computed these first. It computes only what is needed for what you *fetch*.
#
# `with tf.Session() as sess:` closes the session at the end of the block. The graph stays.

# %% [markdown]
# ## 6. A live graph
#
# Choose an operation and two numbers. Each change builds a new graph, draws it, and only then runs
# it. Watch what changes in the graph when you move a slider (nothing but the constants' values!),
# and what changes when you choose another operation.

# %%
OPERATIONS = {"multiply": tf.multiply, "add": tf.add, "subtract": tf.subtract,
              "divide": tf.divide, "maximum": tf.maximum}


def build(operation, left, right):
    """A new graph with two constants and one operation on them, and its last tensor."""
    graph = tf.Graph()
    with graph.as_default():
        a = tf.constant(left, tf.float32, name="a")
        b = tf.constant(right, tf.float32, name="b")
        return graph, OPERATIONS[operation](a, b)


# %% tags=["nbval-ignore-output"]
@interact(operation=list(OPERATIONS), left=(-5.0, 5.0, 0.5), right=(0.5, 5.0, 0.5))
def live_graph(operation="multiply", left=2.0, right=3.0):
    graph, c = build(operation, left, right)
    display(tf.show(graph))
    print("before the run, print(c) shows:", c)
    with tf.Session(graph=graph) as sess:
        print(f"after the run, c = {sess.run(c):.2f}")


# %% [markdown]
# The same without sliders, for 2.0 and 3.0:

# %%
EXPECTED = {"multiply": 6.0, "add": 5.0, "subtract": -1.0, "divide": 0.67, "maximum": 3.0}
for operation in OPERATIONS:
    graph, c = build(operation, 2.0, 3.0)
    with tf.Session(graph=graph) as sess:
        value = sess.run(c)
    print(f"{operation:<10}{c.op.type:<10}expected {EXPECTED[operation]:>5}   computed {value:.2f}")
    assert abs(value - EXPECTED[operation]) < 0.01

# %% [markdown]
# ## 7. Names count up
#
# Names are unique in a graph. If a name is taken, TensorFlow adds a number. (The lecture's slide
# shows `Mul_2:0`: there the cell had been run three times.)
#
# **Predict.** What are the names of the three products?

# %%
tf.reset_default_graph()
a = tf.constant(2.0, name="a")
b = tf.constant(3.0, name="b")
print("expected: Mul:0 Mul_1:0 Mul_2:0")
print("computed:", *[tf.multiply(a, b).name for _ in range(3)])

# %% [markdown]
# **Explain.** `tf.multiply` *adds* an operation to the graph each time it is called, even if you
# overwrite your Python variable. That is why a notebook cell that is run again makes the graph
# grow. `tf.reset_default_graph()` starts a new, empty one.

# %% [markdown]
# ## 8. A habit worth having: `build_graph`
#
# The lecture recommends to keep *building* and *running* apart: one function builds the graph and
# returns the tensors that matter, the rest of the program only calls `sess.run`.

# %%
def build_graph():
    """The whole model, in one place."""
    a = tf.constant(2.0, name="a")
    b = tf.constant(3.0, name="b")
    return tf.multiply(a, b, name="product")


graph = tf.Graph()
with graph.as_default():
    product = build_graph()
with tf.Session(graph=graph) as sess:
    print("expected: product:0 = 6.0")
    print("computed:", product.name, "=", sess.run(product))

# %% [markdown]
# ## 9. Old TensorFlow code runs unchanged
#
# Most TF1 programs start with `import tensorflow as tf`. After `%load_ext tftutor`, that line finds
# tftutor, and the rest of an old program runs as it stands.

# %%
# %load_ext tftutor
import tensorflow

print("the same functions:", tensorflow.multiply is tf.multiply)

# %% [markdown]
# ## What can go wrong
#
# Errors are part of learning. Here are the four that everybody meets on the first day, caught and
# printed with TensorFlow's own words.
#
# **A session that is already closed.** After the `with` block, its session is gone.

# %%
try:
    sess.run(product)
except RuntimeError as error:
    print("RuntimeError:", error)

# %% [markdown]
# **A value where a tensor is needed.** `sess.run` fetches things that are in the graph. A Python
# number is not.

# %%
with tf.Session(graph=graph) as sess:
    value = sess.run(product)
    try:
        sess.run(6.0)
    except TypeError as error:
        print("TypeError:", error)

# %% [markdown]
# **A tensor of another graph.** Typical after `tf.reset_default_graph()`: an old Python variable
# still refers to the old graph.

# %%
with tf.Session() as sess:
    try:
        sess.run(product)
    except ValueError as error:
        print("ValueError:", error)

# %% [markdown]
# **Asking a question too early.** While you build, a tensor has no value, so `if` cannot look at
# it.

# %%
try:
    if c > 0:
        print("positive")
except TypeError as error:
    print("TypeError:", error)

# %% [markdown]
# ## Exercises
#
# ### Exercise 1
#
# Build a graph that computes (2 + 3) · 4 out of three constants, and put its last tensor into
# `answer_1`. Do not compute 20 in Python: TensorFlow shall do the work.
#
# <details><summary>Solution</summary>
#
# ```python
# two, three, four = tf.constant(2.0), tf.constant(3.0), tf.constant(4.0)
# answer_1 = tf.multiply(tf.add(two, three), four)
# ```
#
# </details>

# %% tags=["exercise"]
tf.reset_default_graph()
answer_1 = None   # replace None

# %%
if answer_1 is None:
    print("Exercise 1: not answered yet")
else:
    with tf.Session(graph=answer_1.graph) as sess:
        value = sess.run(answer_1)
    assert value == 20.0, f"(2 + 3) * 4 is 20.0, but your tensor gives {value}"
    constants = [op for op in answer_1.graph.get_operations() if op.type == "Const"]
    assert len(constants) >= 3, f"use three constants, but your graph has {len(constants)}"
    print("Exercise 1: correct")

# %% [markdown]
# ### Exercise 2
#
# The graph below is built but not listed. Without running anything: how many operations does it
# have, and what is the name of the tensor `d`? Put a pair like `(7, "x:0")` into `answer_2`.
#
# ```python
# x = tf.constant(1.0, name="x")
# d = tf.add(x, tf.multiply(x, x))
# ```
#
# <details><summary>Solution</summary>
#
# Three operations: `x`, `Mul` and `Add`. `x` occurs three times in the program, but it is one
# operation.
#
# ```python
# answer_2 = (3, "Add:0")
# ```
#
# </details>

# %% tags=["exercise"]
answer_2 = None   # replace None

# %%
if answer_2 is None:
    print("Exercise 2: not answered yet")
else:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.constant(1.0, name="x")
        d = tf.add(x, tf.multiply(x, x))
    count, name = answer_2
    assert count == len(graph.get_operations()), "list the graph with list_graph(graph) and count"
    assert name == d.name, "no name= was given, so the operation is named after its type"
    print("Exercise 2: correct")

# %% [markdown]
# ### Exercise 3
#
# Fetch *two* tensors in *one* call of `sess.run`: the text below and the sum. Put what `sess.run`
# returns into `answer_3`.
#
# <details><summary>Solution</summary>
#
# ```python
# with tf.Session() as sess:
#     answer_3 = sess.run([text, total])
# ```
#
# </details>

# %% tags=["exercise"]
tf.reset_default_graph()
text = tf.constant("Hello again")
total = tf.add(tf.constant(40.0), tf.constant(2.0))
answer_3 = None   # replace None

# %%
if answer_3 is None:
    print("Exercise 3: not answered yet")
else:
    assert len(answer_3) == 2, f"fetch a list of two tensors, but got {answer_3!r}"
    assert answer_3[0] == b"Hello again", f"the first should be the text, but got {answer_3[0]!r}"
    assert answer_3[1] == 42.0, f"the second should be the sum 42.0, but got {answer_3[1]!r}"
    print("Exercise 3: correct")

# %% [markdown]
# ## What you have seen
#
# - Building adds *operations* to a *graph*; nothing is computed.
# - A *tensor* is the labelled output of an operation: name, shape, dtype.
# - A *session* computes the tensors that you fetch, and what they need.
#
# [Previous: 0.2 MNIST](0.2_mnist.ipynb) ·
# [Next: 1.2 Basic Operations](1.2_basic_operations.ipynb)
