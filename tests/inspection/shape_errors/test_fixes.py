"""Fixes: which comes first, that each of them runs, and that what they say of the result is so."""

import pytest

from tftutor.inspection.shape_errors import explain
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING, SAME_DATA

# Programs that end in `y = ...` or `sess.run(y, ...)`, and the first fix.
PROGRAMS = {
    "surplus axis": ("x = tf.zeros([10, 512, 1])\nw = tf.zeros([512, 2])\ny = tf.matmul(x, w)\n",
                     "tf.matmul(tf.squeeze(x, 2), w)"),
    "weights transposed": ("x = tf.placeholder(tf.float32, [None, 784])\n"
                           "w = tf.Variable(tf.zeros([10, 784]))\ny = tf.matmul(x, w)\n",
                           "tf.matmul(x, w, transpose_b=True)"),
    "weights transposed, with @": ("x = tf.placeholder(tf.float32, [None, 784])\n"
                                   "w = tf.Variable(tf.zeros([10, 784]))\ny = x @ w\n",
                                   "x @ tf.transpose(w)"),
    "weights of another size": ("x = tf.placeholder(tf.float32, [None, 784])\n"
                                "w = tf.Variable(tf.zeros([748, 10]))\ny = tf.matmul(x, w)\n",
                                "[784, 10]"),
    "not flattened": ("x = tf.placeholder(tf.float32, [None, 7, 7, 2])\n"
                      "w = tf.Variable(tf.zeros([98, 10]))\ny = tf.matmul(x, w)\n",
                      "tf.matmul(tf.reshape(x, [-1, 98]), w)"),
    "vector": ("a = tf.zeros([2, 3])\nv = tf.zeros([3])\ny = tf.matmul(a, v)\n",
               "tf.matmul(a, tf.expand_dims(v, 1))"),
    "star for matmul": ("x = tf.zeros([4, 5])\nw = tf.zeros([5, 6])\ny = x * w\n",
                        "tf.matmul(x, w)"),
    "bias": ("h = tf.zeros([4, 5])\nb = tf.Variable(tf.zeros([6]))\ny = h + b\n", "[5]"),
    "keepdims": ("x = tf.zeros([4, 5])\nm = tf.reduce_mean(x, 1)\ny = x - m\n",
                 "tf.reduce_mean(x, 1, keepdims=True)"),
    "in place": ("y = tf.zeros([4, 5])\nw = tf.ones([4, 1, 1])\ny += tf.ones([4])\n",
                 "y += tf.expand_dims(tf.ones([4]), 1)"),
    "concat": ("a = tf.zeros([2, 3])\nb = tf.zeros([2, 4])\ny = tf.concat([a, b], 0)\n",
               "tf.concat([a, b], 1)"),
    "stack": ("a = tf.zeros([2])\nb = tf.zeros([3])\ny = tf.stack([a, b])\n",
              "tf.concat([a, b], 0)"),
    "no batch": ("x = tf.zeros([8, 8, 3])\nk = tf.zeros([3, 3, 3, 2])\n"
                 "y = tf.nn.conv2d(x, k, [1, 1, 1, 1], 'SAME')\n",
                 "tf.nn.conv2d(tf.expand_dims(x, 0), k, [1, 1, 1, 1], 'SAME')"),
    "channels first": ("x = tf.zeros([2, 3, 8, 8])\nk = tf.zeros([3, 3, 3, 2])\n"
                       "y = tf.nn.conv2d(x, k, [1, 1, 1, 1], 'SAME')\n",
                       "tf.nn.conv2d(tf.transpose(x, [0, 2, 3, 1]), k, [1, 1, 1, 1], 'SAME')"),
    "reshape": ("x = tf.zeros([6, 7, 7, 2])\ny = tf.reshape(x, [-1, 5 * 5 * 2])\n",
                "tf.reshape(x, [-1, 98])"),
    "axis": ("x = tf.zeros([2, 3])\ny = tf.reduce_sum(x, axis=2)\n",
             "tf.reduce_sum(x, axis=1)"),
    "squeeze": ("x = tf.zeros([2, 1])\ny = tf.squeeze(x, [0])\n", "tf.squeeze(x, [1])"),
    "perm": ("x = tf.zeros([2, 3, 4])\ny = tf.transpose(x, [1, 0])\n",
             "tf.transpose(x, [1, 0, 2])"),
    "cast": ("n = tf.constant(3)\nx = tf.constant([1.0])\ny = n * x\n",
             "tf.cast(n, tf.float32) * x"),
    "mean of truth values": ("c = tf.equal([1, 2], [1, 3])\ny = tf.reduce_mean(c)\n",
                             "tf.reduce_mean(tf.cast(c, tf.float32))"),
    "None in reshape": ("x = tf.placeholder(tf.float32, [None, 4])\n"
                        "y = tf.reshape(x, [None, 2, 2])\n", "tf.reshape(x, [-1, 2, 2])"),
    "one-hot": ("z = tf.zeros([4, 3])\nc = tf.constant([0, 1, 2, 0])\n"
                "y = tf.losses.softmax_cross_entropy(c, z)\n",
                "tf.losses.sparse_softmax_cross_entropy(c, z)"),
    "column of labels": ("z = tf.zeros([4, 3])\nc = tf.zeros([4, 1], tf.int32)\n"
                         "y = tf.losses.mean_squared_error(tf.squeeze(c, 1), tf.zeros([4, 1]))\n",
                         "tf.losses.mean_squared_error(tf.expand_dims(tf.squeeze(c, 1), 1), "
                         "tf.zeros([4, 1]))"),
    "dense on images": ("h = tf.zeros([5, 4, 4, 2])\nz = tf.layers.dense(h, 10)\n"
                        "c = tf.zeros([5], tf.int64)\n"
                        "y = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=c, logits=z)\n",
                        "tf.layers.dense(tf.layers.flatten(h), 10)"),
    "valid padding": ("x = tf.zeros([1, 8, 8, 2])\n"
                      "h = tf.layers.conv2d(x, 2, 3)\ny = x + h\n",
                      "tf.layers.conv2d(x, 2, 3, padding='same')"),
    "static_rnn": ("x = tf.zeros([2, 3, 4])\ncell = tf.nn.rnn_cell.GRUCell(5)\n"
                   "out, y = tf.nn.static_rnn(cell, x, dtype=tf.float32)\n",
                   "tf.nn.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32)"),
    "tensordot": ("a = tf.zeros([2, 3, 4])\nb = tf.zeros([4, 5])\n"
                  "y = tf.tensordot(a, b, axes=[[1], [0]])\n",
                  "tf.tensordot(a, b, axes=[[2], [0]])"),
    "set_shape": ("y = tf.placeholder(tf.float32, [None, 6])\ny.set_shape([None, 2, 3])\n",
                  "y = tf.reshape(y, [-1, 2, 3])"),
    "mask": ("x = tf.zeros([3, 4])\nm = tf.constant([True, False, True, True])\n"
             "y = tf.boolean_mask(x, m)\n", "tf.boolean_mask(x, m, axis=1)"),
    "weights of a loss": ("t = tf.zeros([3, 2])\nw = tf.ones([3])\n"
                          "y = tf.losses.mean_squared_error(t, t, w)\n",
                          "tf.losses.mean_squared_error(t, t, tf.expand_dims(w, 1))"),
    "labels and logits exchanged": (
        "z = tf.zeros([2, 3])\nc = tf.constant([2, 0])\n"
        "y = tf.losses.sparse_softmax_cross_entropy(z, c)\n",
        "tf.losses.sparse_softmax_cross_entropy(c, z)"),
    "last of a list": ("h = [tf.zeros([2, 3]), tf.ones([2, 3])]\nw = tf.zeros([3, 5])\n"
                       "y = tf.matmul(h, w)\n", "tf.matmul(h[-1], w)"),
    "pairs of rows": ("p = tf.zeros([5, 2])\nc = tf.zeros([3, 2])\ny = p - c\n",
                      "tf.expand_dims(p, 1) - c"),
    "channels in front": ("x = tf.zeros([2, 3, 4, 5])\ns = tf.zeros([3])\ny = x * s\n",
                          "x * tf.reshape(s, [3, 1, 1])"),
    "shape with None": ("x = tf.placeholder(tf.float32, [None, 5])\n"
                        "y = tf.random_normal(x.shape)\n", "tf.random_normal(tf.shape(x))"),
    "growing loop variable": (
        "a = tf.zeros([1, 2])\n"
        "y = tf.while_loop(lambda a: True, lambda a: tf.concat([a, a], 0), [a])\n",
        "tf.while_loop(lambda a: True, lambda a: tf.concat([a, a], 0), [a], "
        "shape_invariants=[tf.TensorShape([None, 2])])"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_first_fix_is_the_likeliest(program, name):
    source, first = PROGRAMS[name]
    error, _ = program(source)
    assert explain(error).fixes[0].code == first


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_fix_runs_and_has_the_shape_it_says(program, name):
    source, _ = PROGRAMS[name]
    error, _ = program(source)
    fixes = explain(error).fixes
    assert [fix.rank for fix in fixes] == list(range(1, len(fixes) + 1))
    for fix in fixes:
        again, names = program(fix.apply_to(source))
        assert again is None, fix.code
        if name != "static_rnn":  # its first output is a list
            assert names["y"].shape.as_list() == list(fix.shape), fix.code
            assert names["y"].dtype.name == fix.dtype
        assert fix.effect in (SAME_DATA, CHANGES_MEANING) and fix.why


FEEDS = {
    "flat images": ("[None, 16]", "np.zeros([3, 4, 4])", "np.zeros([3, 4, 4]).reshape(-1, 16)",
                    (3, 16)),
    "one example": ("[None, 3]", "np.array([1.0, 2.0, 3.0])",
                    "np.expand_dims(np.array([1.0, 2.0, 3.0]), 0)", (1, 3)),
    "class numbers": ("[None, 4]", "np.array([3, 0])", "np.eye(4)[np.array([3, 0])]", (2, 4)),
    "turned round": ("[None, 2]", "np.zeros([2, 5])", "np.zeros([2, 5]).T", (5, 2)),
    "column": ("[None]", "[[1.0], [2.0]]", "np.squeeze([[1.0], [2.0]], 1)", (2,)),
    "ragged": ("[None, 2]", "[[1.0], [2.0, 3.0]]",
               "[row + [0] * (2 - len(row)) for row in [[1.0], [2.0, 3.0]]]", (2, 2)),
    "fixed batch": ("[5, 2]", "np.zeros([3, 2])", "[None, 2]", (3, 2)),
    "one number": ("[None]", "3.0", "[3.0]", (1,)),
}


@pytest.mark.parametrize("name", FEEDS)
def test_first_fix_of_a_feed_can_be_fed(program, name):
    shape, value, first, result = FEEDS[name]
    source = (f"x = tf.placeholder(tf.float32, {shape})\nsess = tf.Session()\n"
              f"fed = sess.run(x * 1, feed_dict={{x: {value}}})\n")
    error, _ = program(source)
    fix = explain(error).fixes[0]
    assert (fix.code, fix.shape) == (first, result)
    again, names = program(fix.apply_to(source))
    assert again is None
    assert names["fed"].shape == result


def test_two_feeds_in_each_others_place_are_exchanged(program):
    source = ("x = tf.placeholder(tf.float32, [None, 3])\ny = tf.placeholder(tf.float32, [None])\n"
              "a, b = np.ones([2, 3]), np.ones([2])\nsess = tf.Session()\n"
              "out = sess.run([x, y], {x: b, y: a})\n")
    error, _ = program(source)
    fix = explain(error).fixes[0]
    assert fix.code == "a, y: b"
    again, _ = program(fix.apply_to(source))
    assert again is None


def test_student_names_for_the_modules_are_used(program):
    error, _ = program("import tftutor as tens\nimport numpy\ndel tf, np\nn = tens.constant(3)\n"
                       "y = n * tens.constant(1.0)\n")
    assert explain(error).fixes[0].code == "tens.cast(n, tens.float32) * tens.constant(1.0)"


def test_fixes_are_never_applied(program):
    error, names = program("x = tf.zeros([2, 3, 1])\nw = tf.zeros([3, 2])\ny = tf.matmul(x, w)\n")
    assert explain(error).fixes
    assert "y" not in names and names["x"].shape.as_list() == [2, 3, 1]


def test_nothing_is_proposed_where_nothing_fits(program):
    error, _ = program("y = tf.matmul(tf.constant([[1.0, 2.0, 3.0]]), "
                       "tf.constant([[1.0, 2.0], [3.0, 4.0]]))\n")
    found = explain(error)
    assert found.kind == "inner dimension" and found.fixes == ()
