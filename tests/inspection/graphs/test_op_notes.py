"""Notes: every op has one, the formulas are true, and a node's place is told."""

from __future__ import annotations

import re

import numpy as np
import pytest

import tftutor as tf
from tftutor.framework.op_def import all_op_defs, find_op_def
from tftutor.inspection.graphs import graph_model
from tftutor.inspection.graphs.op_notes import note_on, note_on_type
from tftutor.inspection.graphs.op_notes_math import MATH
from tftutor.inspection.graphs.op_notes_structure import STRUCTURE

X = np.array([-1.5, -0.5, 0.25, 0.5, 2.0], np.float32)
Y = np.array([2.0, -0.5, 3.0, 0.5, 1.5], np.float32)
MEANING = {"floor": np.floor, "sqrt": np.sqrt, "ln": np.log, "max": np.maximum, "min": np.minimum,
           "tanh": np.tanh, "sin": np.sin, "cos": np.cos, "e": np.float32(np.e), "and": None}
FORMULAS = [
    "Add", "AddV2", "Sub", "Mul", "RealDiv", "FloorDiv", "FloorMod", "Neg", "Square", "Exp",
    "Maximum", "Minimum", "SquaredDifference", "Reciprocal", "Sin", "Cos", "Equal", "NotEqual",
    "Less", "LessEqual", "Greater", "GreaterEqual", "Relu", "Sigmoid", "Softplus", "Relu6"]
POSITIVE = ["Sqrt", "Rsqrt", "Log", "Log1p", "Pow"]


def test_the_notes_are_about_ops_that_exist() -> None:
    tf.data.Dataset.range(1)  # its ops are registered when they are first used
    unknown = [name for name in {**MATH, **STRUCTURE} if find_op_def(name) is None]
    assert unknown == []
    assert not set(MATH) & set(STRUCTURE)


def test_every_op_has_a_note_of_whole_sentences() -> None:
    for definition in all_op_defs():
        text = note_on_type(definition.name).text
        assert len(text) >= 8, definition.name
        assert "Source:" not in text and "\n" not in text


@pytest.mark.parametrize("name", FORMULAS + POSITIVE)
def test_a_formula_computes_what_the_op_computes(name) -> None:
    x, y = (np.abs(X), np.abs(Y)) if name in POSITIVE else (X, Y)
    formula = MATH[name][0].partition("= ")[2].partition(", between")[0]
    formula = re.sub(r"e\^(-?\w+)", r"e**(\1)", formula).replace("^", "**")
    expected = eval(formula, {**MEANING, "x": x, "y": y})  # noqa: S307 - our own table
    definition = find_op_def(name)
    with tf.Graph().as_default(), tf.Session() as sess:
        arguments = [tf.constant(value) for value in (x, y)][:len(definition.spec.inputs)]
        got = sess.run(definition(*arguments))
    np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_a_resource_update_has_the_formula_of_its_sister() -> None:
    assert note_on_type("ResourceApplyAdam").formula == note_on_type("ApplyAdam").formula != ""


@pytest.mark.parametrize(("name", "words"), [
    ("layer_a/w/read", "Reads the current value of the variable 'layer_a/w'."),
    ("layer_a/w/Assign", "Gives the variable 'layer_a/w' its first value"),
    ("layer_a/random_normal/RandomStandardNormal", "Computes the first value of a variable"),
    ("gradients/layer_a/MatMul_grad/MatMul_1", "Part of the gradient of 'layer_a/MatMul' (MatMul)"),
    ("gradients/grad_ys_0", "Where the gradient begins"),
    ("init", "Running it gives 14 variables their first values: layer_a/w/Assign"),
    ("train", "Running it runs 6 other operations"),
    ("layer_a/w/Adam", "A variable of the optimizer's own"),
    ("loss/Const", "The argument 'reduction_indices' of 'loss/value' (Mean).")])
def test_the_note_says_what_a_node_is_here(network, name, words) -> None:
    model = graph_model(network.graph)
    assert note_on(model.nodes[name], model).here.startswith(words)


def test_an_ordinary_node_has_the_note_of_its_type_only(network) -> None:
    model = graph_model(network.graph)
    note = note_on(model.nodes["layer_a/MatMul"], model)
    assert note.here == ""
    assert note.lines()[0] == "C[i,j] = sum over k of A[i,k] B[k,j]"
