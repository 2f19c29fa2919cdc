"""`lecture`: the lecture's error explained by hand, so that pages are tested without the engine."""

import itertools
import linecache

import numpy as np
import pytest

import tftutor as tf
from tftutor.inspection.shape_errors import explain
from tftutor.inspection.shape_errors.explanation import (
    CHANGES_MEANING,
    SAME_DATA,
    Explanation,
    Fix,
    Join,
    Operand,
    Rule,
    Span,
    Step,
    UserFrame,
)

FILE = "/home/student/lecture.py"
MESSAGE = ("Shape must be rank 2 but is rank 3 for 'MatMul' (op: 'MatMul') with input shapes: "
           "[10,512,1], [512,2].")
CALL = "tf.matmul(features, weights)"
PLACEHOLDER = 'features = tf.placeholder(tf.float32, [10, 512, 1], name="features")'


def fix(code, **changes):
    values = dict(code=code, shape=(10, 2), effect=SAME_DATA, why="Drops axis 2, of size 1.",
                  rank=1, dtype="float32", where=Span(FILE, 8, 9, 8, 37))
    return Fix(**(values | changes))


@pytest.fixture
def lecture():
    features = Operand("features", (10, 512, 1), "float32", "left matrix", "features",
                       "features:0", None, {1: "matches", 2: "surplus"}, ("m", "k"),
                       Span(FILE, 8, 19, 8, 27))
    weights = Operand("weights", (512, 2), "float32", "right matrix", "weights", "Const:0", None,
                      {0: "matches"}, ("k", "n"), Span(FILE, 8, 29, 8, 36))
    return Explanation(
        message=MESSAGE, error_type="ValueError", kind="rank", op_type="MatMul", op_name="MatMul",
        operands=(features, weights),
        sentence="`tf.matmul` multiplies two matrices; `features` has 3 dimensions.",
        rule=Rule("[m, k] x [k, n] -> [m, n]", "[10, 512, 1] x [512, 2]", "Two matrices."),
        joins=(Join((0, 1), (1, 0), True),),
        origin=(Step("Placeholder", "features", FILE, 5, PLACEHOLDER, "It was given three axes.",
                     (10, 512, 1), 2, 0, True),),
        fixes=(fix("tf.matmul(tf.squeeze(features, 2), weights)"),
               fix("[10, 512]", effect=CHANGES_MEANING, why="", rank=2,
                   where=Span(FILE, 5, 38, 5, 50))),
        frame=UserFrame(FILE, 8, "<module>", f"scores = {CALL}", CALL, Span(FILE, 8, 9, 8, 37)),
        unknown=("Dimension 0 of `features` is `?`.",))


_numbers = itertools.count()


def run_program(source, name):
    """(the error a program ends with or None, its names); its source can be read as a cell's."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    names = {"tf": tf, "np": np, "__name__": "__main__"}
    with tf.Graph().as_default():
        try:
            exec(compile(source, name, "exec"), names)
        except Exception as error:
            return error, names
    return None, names


@pytest.fixture
def program():
    """`program(source)`: (the error it ends with or None, its names)."""

    def run(source):
        return run_program(source, f"<program {next(_numbers)}>")

    return run


@pytest.fixture
def explained(program):
    """`explained(source)`: the explanation of the error that a program ends with."""

    def run(source):
        error, _ = program(source)
        assert error is not None
        return explain(error)

    return run
