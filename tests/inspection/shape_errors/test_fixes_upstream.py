"""Fixes in an earlier line: found there, tried by making anew what lies between."""

import pytest

from tftutor.inspection.shape_errors import explain

PROGRAMS = {
    "weights of an earlier layer": (
        "x = tf.placeholder(tf.float32, [None, 6])\n"
        "w = {'in': tf.Variable(tf.zeros([6, 4])), 'out': tf.Variable(tf.zeros([4, 5]))}\n"
        "h = tf.nn.sigmoid(tf.matmul(x, w['in']))\n"
        "back = tf.nn.sigmoid(tf.matmul(h, w['out']))\n"
        "y = tf.reduce_mean(tf.square(x - back))\n", "[4, 6]", 2),
    "a dictionary of weights on several lines": (
        "n_in, n_hidden = 6, 4\n"
        "weights = {\n"
        "    'h1': tf.Variable(tf.zeros([n_in, n_hidden])),\n"
        "    'h2': tf.Variable(tf.zeros([n_in, 3])),\n"
        "}\n"
        "x = tf.placeholder(tf.float32, [None, n_in])\n"
        "y = tf.matmul(tf.matmul(x, weights['h1']), weights['h2'])\n", "[n_hidden, 3]", 4),
    "the last dense layer": (
        "x = tf.placeholder(tf.float32, [2, 6])\n"
        "z = tf.layers.dense(x, 5)\n"
        "y = tf.losses.softmax_cross_entropy(tf.zeros([2, 3]), z)\n",
        "tf.layers.dense(x, 3)", 2),
    "a lost border before concat": (
        "x = tf.zeros([1, 8, 8, 2])\n"
        "a = tf.layers.conv2d(x, 2, 1)\n"
        "b = tf.nn.relu(tf.layers.conv2d(x, 2, 3, padding=\"valid\"))\n"
        "y = tf.concat([a, b], 3)\n", 'tf.layers.conv2d(x, 2, 3, padding="same")', 3),
    "a number that a loop makes a float": (
        "start = tf.constant(0)\n"
        "y = tf.while_loop(lambda t: t < 2, lambda t: t + 0.5, [start])\n", "0.0", 1),
    "padded batches": (
        "data = tf.data.Dataset.from_generator(lambda: iter([[1], [1, 2]]), tf.int32, [None])\n"
        "batch = data.batch(2).make_one_shot_iterator().get_next()\n"
        "y = batch * 1\ntf.Session().run(y)\n",
        "data.padded_batch(2, padded_shapes=[None])", 2),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_first_fix_is_in_the_earlier_line(program, name):
    source, first, line = PROGRAMS[name]
    error, _ = program(source)
    fix = explain(error).fixes[0]
    assert (fix.code, fix.where.line) == (first, line)
    again, _ = program(fix.apply_to(source))
    assert again is None


def test_rows_of_a_reshape_are_the_examples_again(program):
    source = ("x = tf.placeholder(tf.float32, [None, 4, 4])\nflat = tf.reshape(x, [-1, 8])\n"
              "z = tf.layers.dense(flat, 2)\ny = tf.placeholder(tf.float32, [None, 2])\n"
              "l = tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=z)\n"
              "s = tf.Session()\ns.run(tf.global_variables_initializer())\n"
              "s.run(l, {x: np.zeros([3, 4, 4]), y: np.zeros([3, 2])})\n")
    error, _ = program(source)
    fix = explain(error).fixes[0]
    assert fix.code == "tf.reshape(x, [-1, 16])"
    again, _ = program(fix.apply_to(source))
    assert again is None


def test_placeholder_of_unknown_size_is_left_for_the_run(program):
    error, _ = program("a = tf.placeholder(tf.float32, [None])\n"
                       "b = tf.placeholder(tf.float32, [None])\nc = a + b\n"
                       "tf.Session().run(c, {a: np.zeros(4), b: np.zeros(3)})\n")
    assert [fix.code for fix in explain(error).fixes] == ["a[:3] + b"]


def test_size_keeps_the_name_that_the_student_gave_it(program):
    error, _ = program("pixels = 12\nx = tf.placeholder(tf.float32, [None, 3, 4])\n"
                       "w = tf.Variable(tf.zeros([pixels, 2]))\ny = tf.matmul(x, w)\n")
    assert explain(error).fixes[0].code == "tf.matmul(tf.reshape(x, [-1, pixels]), w)"


def test_same_number_in_another_line_is_not_touched(program):
    source = ("a = tf.Variable(tf.zeros([5]))\nb = tf.Variable(tf.zeros([5]))\n"
              "y = tf.zeros([2, 4]) + b\n")
    error, _ = program(source)
    fix = explain(error).fixes[0]
    assert (fix.code, fix.where.line) == ("[4]", 2)
