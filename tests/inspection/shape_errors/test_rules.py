"""What the explanation of each family says: kind, operands, rule, marks, the sentence."""

import pytest

X = "x = tf.placeholder(tf.float32, [None, 784])\n"


def test_matmul_of_wrong_rank_marks_the_surplus_axis(explained):
    found = explained("x = tf.zeros([10, 512, 1])\nw = tf.zeros([512, 2])\ny = tf.matmul(x, w)\n")
    assert found.kind == "rank"
    assert found.op_type == "MatMul"
    left, right = found.operands
    assert (left.name, left.shape, left.expression) == ("x", (10, 512, 1), "x")
    assert left.marks[2] == "surplus" and left.axes == ("m", "k", "")
    assert right.axes == ("k", "n") and right.marks == {0: "matches"}
    assert [(j.first, j.second, j.fits) for j in found.joins] == [((0, 1), (1, 0), True)]
    assert found.rule.aligned() == ("      [m, k] x   [k, n] -> [m, n]",
                                    "[10, 512, 1] x [512, 2]")
    assert found.sentence == ("`tf.matmul` multiplies two matrices; `x` has 3 dimensions, "
                              "[10, 512, 1].")
    assert found.frame.line == 3 and found.frame.call == "tf.matmul(x, w)"


def test_matmul_of_inner_sizes_joins_the_contracted_axes(explained):
    found = explained(X + "w = tf.zeros([10, 784])\ny = tf.matmul(x, w)\n")
    assert found.kind == "inner dimension"
    assert found.joins[0].first == (0, 1) and found.joins[0].second == (1, 0)
    assert found.joins[0].fits is False
    assert "784 columns" in found.sentence and "10 rows" in found.sentence
    assert found.unknown == ("Dimension 0 of `x` is `?`: it could not be checked until run.",)


def test_matmul_transposed_operand_is_named_by_its_rows(explained):
    found = explained("a = tf.zeros([2, 3])\nb = tf.zeros([3, 5])\n"
                      "tf.matmul(a, b, transpose_a=True)\n")
    assert found.rule.pattern == "[k, m] x [k, n] -> [m, n]"
    assert "as many rows in `a`" in found.sentence


def test_broadcast_marks_the_axes_that_differ(explained):
    found = explained("a = tf.zeros([4, 2, 3])\nb = tf.zeros([5, 3])\nc = a - b\n")
    assert found.kind == "broadcast"
    assert found.operands[0].marks == {1: "must match"}
    assert found.operands[1].marks == {0: "must match"}
    assert {join.fits for join in found.joins} == {True, False}


@pytest.mark.parametrize(("source", "kind"), [
    ("tf.concat([tf.zeros([2, 3]), tf.zeros([3])], 0)", "concat"),
    ("tf.stack([tf.zeros([2]), tf.zeros([3])])", "stack"),
    ("tf.nn.conv2d(tf.zeros([1, 8, 8, 3]), tf.zeros([3, 3, 1, 2]), [1, 1, 1, 1], 'SAME')",
     "conv channels"),
    ("tf.nn.max_pool(tf.zeros([1, 2, 2, 1]), [1, 3, 3, 1], [1, 1, 1, 1], 'VALID')",
     "pool window"),
    ("tf.nn.bias_add(tf.zeros([2, 3]), tf.zeros([4]))", "bias"),
    ("tf.reshape(tf.zeros([2, 3]), [4, 2])", "reshape"),
    ("tf.transpose(tf.zeros([2, 3]), [0])", "transpose"),
    ("tf.squeeze(tf.zeros([2, 1]), [0])", "squeeze"),
    ("tf.reduce_sum(tf.zeros([2, 3]), axis=2)", "axis"),
    ("tf.split(tf.zeros([5, 4]), 2)", "split"),
    ("tf.zeros([3])[3]", "slice"),
    ("tf.assign(tf.Variable(tf.zeros([2])), tf.zeros([3]))", "assign"),
    ("tf.layers.conv2d(tf.zeros([1, 784]), 8, 3)", "layer input"),
    ("tf.constant(1) + tf.constant(1.0)", "dtype"),
    ("tf.constant([[1, 2], [3]])", "conversion"),
    ("tf.cond(tf.constant(True), lambda: 1, lambda: 1.0)", "cond"),
    ("tf.while_loop(lambda x: True, lambda x: tf.concat([x, x], 0), [tf.ones([1])])",
     "while_loop"),
    ("tf.data.Dataset.from_tensor_slices(5)", "dataset batch"),
    ("tf.layers.batch_normalization(tf.placeholder(tf.float32, [4, None]))", "layer input"),
    ("tf.nn.softmax(tf.zeros([2, 3]), axis=4)", "axis"),
    ("tf.sequence_mask([1, 2], tf.constant([3, 4]))", "other"),
    ("tf.boolean_mask(tf.zeros([2]), tf.constant(True))", "other"),
    ("tf.tensordot(tf.zeros([3]), tf.zeros([3, 2]), [[1], [0]])", "inner dimension"),
    ("tf.tensordot(tf.zeros([3]), tf.zeros([3, 2]), 3)", "inner dimension"),
    ("tf.einsum('ij,jk->ik', tf.zeros([2, 3]), tf.zeros([3]))", "inner dimension"),
    ("tf.segment_sum(tf.zeros([3]), tf.zeros([3, 1], tf.int32))", "other"),
])
def test_kind_of_each_family(explained, source, kind):
    assert explained(source + "\n").kind == kind


def test_concat_axes_that_match_are_told_from_those_that_must(explained):
    found = explained("a = tf.zeros([2, 3, 4])\nb = tf.zeros([2, 5, 6])\n"
                      "c = tf.concat([a, b], 1)\n")
    assert found.operands[0].marks == {0: "matches", 2: "must match"}
    assert [operand.name for operand in found.operands] == ["a", "b"]


def test_conv_channels_are_joined_with_the_filter(explained):
    found = explained("x = tf.zeros([1, 8, 8, 3])\nk = tf.zeros([3, 3, 1, 2])\n"
                      "y = tf.nn.conv2d(x, k, [1, 1, 1, 1], 'SAME')\n")
    assert found.joins[0].first == (0, 3) and found.joins[0].second == (1, 2)
    assert found.joins[0].fits is False
    assert "reads 1 channels, the images have 3" in found.sentence


def test_feed_names_value_and_placeholder(explained):
    found = explained(X + "batch = np.zeros([3, 28, 28])\n"
                      "tf.Session().run(x * 2, feed_dict={x: batch})\n")
    assert found.kind == "feed"
    assert [operand.name for operand in found.operands] == ["batch", "x"]
    assert found.operands[0].shape == (3, 28, 28)
    assert found.operands[0].marks == {2: "surplus"}


def test_loss_of_class_numbers_says_which_is_which(explained):
    found = explained("y = tf.zeros([4, 3])\nz = tf.zeros([4, 3])\n"
                      "tf.nn.sparse_softmax_cross_entropy_with_logits(logits=z, labels=y)\n")
    assert found.kind == "labels"
    assert [(o.name, o.role) for o in found.operands] == [("y", "labels"), ("z", "predictions")]
    assert found.operands[0].marks == {1: "surplus"}


def test_dtypes_are_named_with_the_operands(explained):
    found = explained("n = tf.constant(3)\nx = tf.constant(2.0)\ny = n * x\n")
    assert [(o.name, o.dtype) for o in found.operands] == [("n", "int32"), ("x", "float32")]
    assert "`n` is int32, `x` is float32" in found.sentence


def test_nothing_in_place_of_a_value_is_named(explained):
    found = explained("def layer(x):\n    x * 2.0\nx = tf.constant(1.0)\nh = layer(x)\n"
                      "y = x + h\n")
    assert found.kind == "conversion"
    assert "`h` is `None`" in found.sentence and "return" in found.sentence


def test_error_of_the_run_has_the_shapes_of_the_run(explained):
    found = explained("a = tf.placeholder(tf.float32, [None])\nb = tf.placeholder(tf.float32, "
                      "[None])\nc = a + b\n"
                      "tf.Session().run(c, {a: np.zeros(4), b: np.zeros(3)})\n")
    assert found.at_run_time
    assert [operand.shape for operand in found.operands] == [(4,), (3,)]
    assert found.frame.line == 3


@pytest.mark.parametrize("source", [
    "1 / 0", "tf.no_such_function", "tf.Session().run('missing:0')",
    "tf.Session().run(tf.placeholder(tf.float32, [2]) * 2)",
    "with tf.Graph().as_default():\n    c = tf.constant(1.0)\nc + tf.constant(2.0)",
    "tf.Session().run(tf.gather_nd(tf.zeros([3]), tf.placeholder_with_default([[5]], [1, 1])))",
    "tf.argmax(tf.zeros([2, 3]), axis=1, dimension=1)", "tf.nn.dropout(tf.zeros([3]), 1.5)",
])
def test_error_of_another_kind_is_not_explained(explained, source):
    assert explained(source + "\n") is None


def test_explanation_is_kept_when_the_traceback_was_cut(program):
    from tftutor.compat import tracebacks
    from tftutor.inspection.shape_errors import explain

    error, _ = program("tf.matmul(tf.zeros([2, 3, 1]), tf.zeros([3, 2]))\n")
    found = explain(error)
    tracebacks.strip(error)
    assert explain(error) is found


def test_explanation_is_plain_data(explained):
    import json
    import pickle

    found = explained("tf.concat([tf.zeros([2, 3]), tf.zeros([3])], 0)\n")
    assert json.loads(json.dumps(found.to_dict()))["kind"] == "concat"
    assert pickle.loads(pickle.dumps(found)) == found


def test_importing_tftutor_leaves_the_explanations_alone():
    import subprocess
    import sys

    code = "import sys, tftutor; print('tftutor.inspection.shape_errors' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_operators_are_called_by_their_sign(explained):
    assert explained("a = tf.zeros([2, 3])\nb = tf.zeros([4, 5])\nc = a < b\n"
                     ).sentence.startswith("`<` works item by item")
    assert explained("a = tf.zeros([2, 3])\nb = tf.zeros([4, 5])\nc = a @ b\n"
                     ).sentence.startswith("`@` needs as many columns")


@pytest.mark.parametrize(("value", "said"), [
    ("tf.constant(1.0)", "no dimensions"), ("tf.zeros([2])", "1 dimension, [2]")])
def test_bias_of_a_value_without_channels_is_explained(explained, value, said):
    found = explained(f"tf.nn.bias_add({value}, tf.zeros([3]))\n")
    assert found.kind == "bias" and found.joins == ()
    assert said in found.sentence


def test_bias_of_an_unknown_rank_still_has_its_fixes_looked_for(explained):
    found = explained("tf.nn.bias_add(tf.placeholder(tf.float32), tf.zeros([3, 2]))\n")
    assert found.unknown == ("The rank of `tf.placeholder(tf.float32)` could not be checked until "
                             "run.",)
