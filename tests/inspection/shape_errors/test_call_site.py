"""The failing call in its source: which call, which arguments, what they were worth."""

import ast

import pytest

import tftutor as tf
from tftutor.inspection.shape_errors.call_site import call_from, find_call, user_entry
from tftutor.inspection.shape_errors.quiet_values import UNKNOWN, Names, quiet_value
from tftutor.inspection.shape_errors.source_text import SourceText


@pytest.fixture
def call_in(program):
    def find(source):
        error, _ = program(source)
        return find_call(*user_entry(error.__traceback__))

    return find


def parsed(text, names=None):
    source = SourceText("<test>", text.splitlines(keepends=True), ast.parse(text))
    node = source.tree.body[-1].value
    return call_from(source, node, Names({"tf": tf, **(names or {})}, {}), "", 1)


def test_innermost_failing_call_is_found(call_in):
    call = call_in("x = tf.zeros([2, 3, 1])\n"
                   "y = tf.nn.relu(tf.matmul(x, tf.zeros([3, 2])) + 1.0)\n")
    assert call.callee == "tf.matmul" and call.function == "matmul"
    assert [(a.parameter, a.text) for a in call.arguments] == [("a", "x"),
                                                               ("b", "tf.zeros([3, 2])")]
    assert call.arguments[1].value.shape.as_list() == [3, 2]  # from tftutor's own frame


def test_form_feeds_end_no_line(call_in):
    call = call_in("x = tf.zeros([2, 3, 1])\n\f\nw = tf.zeros([3, 2])  # \u2028\n"
                   "y = tf.matmul(x, w)\n")
    assert call.frame.line == 4 and call.frame.call == "tf.matmul(x, w)"


def test_call_inside_of_the_students_function(call_in):
    call = call_in("def layer(h, w):\n    return tf.matmul(h, w)\n"
                   "layer(tf.zeros([2, 3, 1]), tf.zeros([3, 2]))\n")
    assert (call.frame.line, call.frame.function) == (2, "layer")
    assert call.arguments[0].value.shape.as_list() == [2, 3, 1]


def test_call_over_several_lines(call_in):
    call = call_in("y = tf.concat(\n    [tf.zeros([2, 3]),  # ä\n     tf.zeros([4])],\n"
                   "    axis=0)\n")
    assert [a.parameter for a in call.arguments] == ["values[0]", "values[1]", "axis"]
    assert call.rendered(["p", "q", "1"]) == (
        "tf.concat(\n    [p,  # ä\n     q],\n    axis=1)")
    assert call.rendered(["p", "q", "1"], {"values": "r"}) == "tf.concat(\n    r,\n    axis=1)"


@pytest.mark.parametrize(("source", "function", "texts"), [
    ("a = tf.zeros([2])\nb = a + tf.zeros([3])\n", "+", ["a", "tf.zeros([3])"]),
    ("a = tf.zeros([2])\na -= tf.zeros([3])\n", "-", ["a", "tf.zeros([3])"]),
    ("a = tf.zeros([2])\nb = a < tf.zeros([3])\n", "<", ["a", "tf.zeros([3])"]),
    ("a = tf.zeros([2])\nb = a[5]\n", "[]", ["a", "5"]),
    ("v = tf.Variable(tf.zeros([2]))\nv.assign(tf.zeros([3]))\n", "assign",
     ["v", "tf.zeros([3])"]),
])
def test_operators_and_methods(call_in, source, function, texts):
    call = call_in(source)
    assert call.function == function
    assert [a.text for a in call.arguments] == texts
    assert UNKNOWN not in [a.value for a in call.arguments]


def test_dictionary_counts_as_its_values():
    call = parsed("sess.run(y, feed_dict={x: a, z: b})")
    assert [a.text for a in call.arguments] == ["sess", "y", "a", "b"]
    assert call.rendered(["sess", "y", "c", "b"]) == "sess.run(y, feed_dict={x: c, z: b})"


def test_columns_are_counted_in_characters():
    call = parsed("tf.add('ä', second)")
    assert (call.arguments[1].span.column, call.arguments[1].span.end_column) == (12, 18)


@pytest.mark.parametrize(("text", "value"), [
    ("1 + 2 * 3", 7), ("[1, n]", [1, 4]), ("d['k'][0]", 5), ("-n", -4), ("7 * 7 * n", 196),
    ("len(d)", 1), ("o.size", 3), ("x.shape[1].value", 2), ("int(x.get_shape()[1])", 2),
    ("tf.float32", tf.float32),
])
def test_plain_expressions_are_looked_up(text, value):
    class Plain:
        def __init__(self):
            self.size = 3

    with tf.Graph().as_default():
        x = tf.zeros([3, 2])
    names = Names({"n": 4, "d": {"k": [5]}, "o": Plain(), "x": x, "tf": tf}, {})
    assert quiet_value(ast.parse(text, mode="eval").body, names) == value


@pytest.mark.parametrize("text", ["f()", "o.trap", "missing", "x[0]", "x + 1", "[f()]", "d['no']",
                                  "(lambda: 1)()", "d.pop('k')"])
def test_what_could_run_code_is_not_looked_up(text):
    class Trap:
        @property
        def trap(self):
            raise AssertionError("looked at")

    def f():
        raise AssertionError("called")

    graph = tf.Graph()
    with graph.as_default():
        x = tf.zeros([3])
    names = Names({"f": f, "o": Trap(), "x": x, "d": {"k": 1}}, {})
    count = len(graph.get_operations())
    assert quiet_value(ast.parse(text, mode="eval").body, names) is UNKNOWN
    assert len(graph.get_operations()) == count and names["d"] == {"k": 1}
