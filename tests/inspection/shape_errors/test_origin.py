"""The way back: which line brought the axis in, and what is said of the lines between."""

import pytest

from tftutor.inspection.shape_errors import explain


def way(explained, source, operand=0):
    return [step for step in explained(source).origin if step.operand == operand]


def test_axis_is_followed_through_ops_that_keep_it(explained):
    steps = way(explained, "x = tf.placeholder(tf.float32, [4, 3])\n"
                           "column = tf.expand_dims(x, 2)\n"
                           "h = tf.nn.relu(column * 2.0)\n"
                           "y = tf.matmul(h, tf.zeros([3, 2]))\n")
    assert [(step.line, step.is_origin) for step in steps] == [(3, False), (2, True)]
    assert steps[-1].source == "column = tf.expand_dims(x, 2)"
    assert steps[-1].text == "`column` adds axis 2 of size 1: [4, 3, 1]."
    assert steps[-1].axis == 2


@pytest.mark.parametrize(("line", "text"), [
    ("h = tf.reduce_sum(tf.zeros([4, 3, 2]), 2)", "reduces [4, 3, 2] to [4, 3]"),
    ("h = tf.reshape(tf.zeros([2, 6]), [4, 3])", "turns [2, 6] into [4, 3]"),
    ("h = tf.concat([tf.zeros([4, 1]), tf.zeros([4, 2])], 1)", "joins 2 tensors: [4, 3]"),
    ("h = tf.stack([tf.zeros([4])] * 3, 1)", "stacks 3 tensors along a new axis 1"),
    ("h = tf.squeeze(tf.zeros([4, 3, 1]))", "drops axes of size 1: [4, 3, 1] becomes [4, 3]"),
    ("h = tf.placeholder(tf.float32, [4, 3])", "is a placeholder of shape [4, 3]"),
    ("h = tf.Variable(tf.zeros([4, 3]))", "is a variable of shape [4, 3]"),
    ("h = tf.layers.dense(tf.zeros([4, 9]), 3)", "is a variable of shape [9, 3]"),
])
def test_origin_says_what_the_op_did(explained, line, text):
    steps = way(explained, f"{line}\ny = tf.matmul(h, tf.zeros([5, 2]))\n")
    assert steps[-1].is_origin and steps[-1].line == 1
    assert text in steps[-1].text


def test_axis_through_a_transposition_keeps_its_number(explained):
    steps = way(explained, "x = tf.placeholder(tf.float32, [3, 4])\nh = tf.transpose(x)\n"
                           "y = tf.matmul(h, tf.zeros([5, 2]))\n")
    assert [(step.line, step.axis) for step in steps] == [(2, 1), (1, 0)]


def test_product_has_its_columns_from_the_right_operand(explained):
    steps = way(explained, "x = tf.placeholder(tf.float32, [4, 6])\n"
                           "w = tf.Variable(tf.zeros([6, 3]))\n"
                           "h = tf.matmul(x, w)\ny = tf.matmul(h, tf.zeros([5, 2]))\n")
    assert [step.line for step in steps] == [3, 2]
    assert steps[-1].is_origin


def test_rows_that_a_reshape_changed_come_from_it(explained):
    source = ("x = tf.placeholder(tf.float32, [None, 4, 4])\nflat = tf.reshape(x, [-1, 8])\n"
              "z = tf.matmul(flat, tf.ones([8, 2]))\n"
              "y = tf.placeholder(tf.float32, [None, 2])\n"
              "l = tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=z)\n"
              "tf.Session().run(l, {x: np.zeros([3, 4, 4]), y: np.zeros([3, 2])})\n")
    origins = [step.line for step in explained(source).origin if step.is_origin]
    assert origins == [2, 4]


def test_dtype_is_followed_to_what_made_it(explained):
    steps = way(explained, "labels = tf.constant([1, 2])\nh = tf.argmax(tf.zeros([2, 3]), 1)\n"
                           "same = tf.equal(h + 0, labels)\n")
    assert steps[-1].line == 2 and steps[-1].text == "`ArgMax` gives int64."


def test_loop_variable_comes_from_before_the_loop(explained):
    found = explained("start = tf.constant(0)\n"
                      "r = tf.while_loop(lambda t: t < 2, lambda t: t + 0.5, [start])\n")
    assert 1 in [step.line for step in found.origin if step.is_origin]


def test_array_comes_from_the_line_that_gave_its_name(program):
    error, _ = program("data = np.zeros([4, 3, 1])\nw = tf.zeros([3, 2])\ny = tf.matmul(data, w)\n")
    steps = [step for step in explain(error).origin if step.operand == 0]
    assert [(step.line, step.is_origin) for step in steps] == [(1, True)]


def test_shared_variable_comes_from_the_line_that_made_it(explained):
    found = explained("with tf.variable_scope('s', reuse=tf.AUTO_REUSE):\n"
                      "    a = tf.get_variable('w', [2])\n    b = tf.get_variable('w', [3])\n")
    assert [step.line for step in found.origin] == [2]
