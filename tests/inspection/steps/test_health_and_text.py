"""Where a NaN came from, and the record as text and picture."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import tftutor as tf
from tftutor.inspection.steps import record_step


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as made:
        yield made


def recorded(make, given, dtype=tf.float32):
    x = tf.placeholder(dtype, np.shape(given), name="x")
    y = make(x)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return record_step(sess, tf.identity(y * 1.0, name="end"), {x: given})


@pytest.mark.parametrize(("make", "given", "op", "health", "words"), [
    (tf.log, [1.0, 0.0], "Log", "inf", "logarithm of 0 is -infinity, and x:0 holds 0"),
    (tf.log, [1.0, -3.0], "Log", "nan", "smallest element of x:0 is -3"),
    (tf.log1p, [-2.0], "Log1p", "nan", "log1p of a number below -1 is NaN"),
    (tf.sqrt, [4.0, -1.0], "Sqrt", "nan", "square root of a negative number"),
    (tf.rsqrt, [0.0], "Rsqrt", "inf", "1 over the square root of 0"),
    (lambda x: x / x, [0.0, 1.0], "RealDiv", "nan", "0 / 0"),
    (lambda x: 1.0 / x, [0.0, 1.0], "RealDiv", "inf", "division by 0 gives infinity"),
    (tf.exp, [100.0], "Exp", "inf", "exp overflows float32 above 88"),
    (lambda x: tf.pow(x, 0.5), [-4.0], "Pow", "nan", "negative number to a power"),
    (lambda x: x * x, [1e30], "Mul", "inf", "too big for its type, and x:0 goes up to 1e+30"),
    (lambda x: tf.reduce_mean(x[1:]), [1.0], "Mean", "nan", "mean of no elements"),
])
def test_the_operation_that_made_it_and_why(make, given, op, health, words):
    finding = recorded(make, given).first_bad()
    assert (finding.step.op_type, finding.health) == (op, health)
    assert words in finding.sentence


def test_a_fed_nan_is_blamed_on_the_feed():
    finding = recorded(lambda x: x + 1.0, [np.nan]).first_bad()
    assert (finding.step.name, finding.sentence) == ("x", "x was fed a value that holds NaN.")


def test_a_nan_in_a_variable_is_older_than_the_step():
    finding = recorded(lambda x: x + tf.Variable([np.nan], name="w", dtype=tf.float32),
                       [1.0]).first_bad()
    assert finding.sentence == "The variable w held NaN before this step."


def test_the_text_marks_bad_rows_and_gives_the_reason():
    text = recorded(tf.log, [1.0, 0.0]).text()
    marked = [line for line in text.splitlines() if line.startswith("!")]
    assert "Log" in marked[0] and "1 inf" in marked[0]
    assert marked[-1].endswith("the logarithm of 0 is -infinity, and x:0 holds 0.")


def test_constants_of_a_long_record_are_shown_on_demand():
    def long(x):
        for number in range(40):
            x = x + float(number)
        return x

    record = recorded(long, [1.0])
    assert "add_39/y" not in record.text() and "record.text(everything=True)" in record.text()
    assert "add_39/y" in record.text(everything=True)


def test_the_text_of_a_training_step_lists_what_it_changed():
    w = tf.Variable(3.0, name="w")
    step = tf.train.GradientDescentOptimizer(0.5).minimize(w * w)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        text = record_step(sess, step).text()
    assert text.splitlines()[-1].split() == ["w", "float32", "0", "3", "->", "0"]


def test_the_picture_is_svg_with_a_title_and_marks_what_is_bad():
    root = ElementTree.fromstring(recorded(tf.log, [0.0]).svg())
    space = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{space}svg" and root.get("role") == "img"
    assert root.find(f"{space}title").text.startswith("Step of sess.run(end:0)")
    texts = [text.text for text in root.iter(f"{space}text")]
    assert "! 1 inf" in texts and "Log" in texts


def test_names_and_numbers_outside_the_record_are_refused():
    record = recorded(tf.log, [1.0])
    with pytest.raises(IndexError, match="the steps 1 to"):
        record.step(99)
    with pytest.raises(KeyError, match="didn't run"):
        record.step("nowhere")
    with pytest.raises(TypeError, match="unexpected keyword"):
        from tftutor.inspection.steps import drawing

        drawing(record, width=3)
