"""Movements: which element goes where, against NumPy and the running ops."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import tftutor as tf
from tftutor.inspection.ranks import drawing, movement
from tftutor.inspection.ranks.movement_ops import OPS

# (op, shape, argument, second shape)
WORKING = [
    ("reshape", (2, 3), [3, 2], None), ("reshape", (2, 6), [-1, 4], None),
    ("transpose", (2, 3), None, None), ("transpose", (2, 3, 4), [0, 2, 1], None),
    ("expand_dims", (3,), 0, None), ("expand_dims", (2, 3), -1, None),
    ("squeeze", (1, 3, 1), None, None), ("squeeze", (1, 3, 1), [0], None),
    ("broadcast_to", (3, 1), [3, 4], None), ("broadcast_to", (3,), [2, 3], None),
    ("tile", (2, 3), [2, 1], None),
    ("reduce_sum", (2, 3), 1, None), ("reduce_sum", (2, 3, 4), [0, 2], None),
    ("reduce_mean", (2, 3), None, None), ("reduce_max", (2, 3), -2, None),
    ("add", (2, 3), None, (3,)), ("multiply", (3, 1), None, (1, 4)),
    ("matmul", (2, 3), None, (3, 4)), ("matmul", (2, 2, 3), None, (2, 3, 2)),
    ("concat", (2, 3), 0, (1, 3)), ("stack", (2, 3), 1, (2, 3)), ("concat", (2,), 0, (3,)),
    ("stack", (), 0, ()), ("expand_dims", (), 0, None), ("broadcast_to", (), [2, 2], None),
    ("add", (), None, (3,)), ("reduce_sum", (), None, None), ("reshape", (1, 1), [], None),
]
# (op, shape, argument, second shape, a part of the reason)
REFUSED = [
    ("reshape", (2, 3), [4], None, "6 elements don't fit into [4]: it has 4 places"),
    ("reshape", (2, 3), [-1, 4], None, "6 elements can't be divided by 4"),
    ("reshape", (2, 3), [-1, -1], None, "there may be only one of them"),
    ("transpose", (2, 3), [0, 2], None, "each of 0, 1 once"),
    ("transpose", (2, 3), [0, 0], None, "each of 0, 1 once"),
    ("expand_dims", (3,), 5, None, "the places 0 to 1, or -1 to -2"),
    ("squeeze", (1, 3), 1, None, "of [1, 3] that is axis 0"),
    ("broadcast_to", (2, 3), [2, 2], None, "3 can't become 2 (axis -1)"),
    ("broadcast_to", (2, 3), [3], None, "never takes one away"),
    ("tile", (2, 3), [2], None, "it needs 2 numbers, not 1"),
    ("reduce_sum", (2, 3), 5, None, "the axes 0 to 1, or -1 to -2 counted from the end, but not 5"),
    ("add", (2, 3), None, (2,), "3 over 2 (axis -1) don't go together"),
    ("matmul", (2, 3), None, (2, 3), "The inner sizes must be equal, but 3 meets 2"),
    ("matmul", (10, 512, 1), None, (512, 2), "x has rank 3, y has rank 2"),
    ("matmul", (3,), None, (3, 2), "x has rank 1, but a matrix product needs matrices"),
    ("concat", (2, 3), 1, (1, 3), "All sizes but those of axis 1 must be equal"),
    ("stack", (2, 3), 0, (1, 3), "exactly the same shape"),
]


def called(op, argument, tensors):
    """The public function, called as a student would."""
    function = getattr(tf, op)
    if op in ("concat", "stack"):
        return function(tensors, argument)
    return function(*tensors) if OPS[op].operands == 2 or argument is None else \
        function(*tensors, argument)


@pytest.mark.parametrize("op, shape, argument, other", WORKING, ids=str)
def test_result_is_what_the_running_op_makes_of_the_elements(op, shape, argument, other):
    found = movement(op, shape, argument, other)
    with tf.Graph().as_default(), tf.Session() as sess:
        tensors = [tf.constant(values) for values in found.values[:-1]]
        expected = sess.run(called(op, argument, tensors))
    assert found.result.shape == expected.shape
    assert np.array_equal(found.values[-1], expected)


@pytest.mark.parametrize("op, shape, argument, other", WORKING, ids=str)
def test_elements_made_of_their_sources_give_the_result(op, shape, argument, other):
    found = movement(op, shape, argument, other)
    flat = [values.reshape(-1) for values in found.values]
    made = []
    for made_of in found.sources:
        terms = [flat[operand][number] for operand, number in made_of]
        match OPS[op].kind, op:
            case "product", _:
                made.append(sum(terms[n] * terms[n + 1] for n in range(0, len(terms), 2)))
            case _, "multiply":
                made.append(np.prod(terms))
            case _, "reduce_mean":
                made.append(np.mean(terms))
            case _, "reduce_max":
                made.append(max(terms))
            case _:
                made.append(sum(terms))
    assert np.allclose(made, flat[-1])


def _kernel_of(text):
    """An error's text without the names of nodes and their inputs."""
    return text.partition(" for '")[0].partition("\n")[0].partition("[[")[0]


@pytest.mark.parametrize("op, shape, argument, other, reason", REFUSED, ids=str)
def test_refusals_are_explained_and_keep_tensorflows_text(op, shape, argument, other, reason):
    found = movement(op, shape, argument, other)
    assert found.result is None and found.sources is None
    assert reason in " ".join(found.reason)
    shapes = [shape] if other is None else [shape, other]
    with tf.Graph().as_default(), tf.Session() as sess:
        with pytest.raises((ValueError, tf.errors.InvalidArgumentError)) as error:
            sess.run(called(op, argument, [tf.zeros(one) for one in shapes]))
    text = getattr(error.value, "message", None) or str(error.value)
    assert _kernel_of(found.error) == _kernel_of(text)
    shown = drawing(found)
    assert found.error in shown.text() and reason in " ".join(shown.text().split())
    ElementTree.fromstring(shown.svg())


@pytest.mark.parametrize("op, shape, argument, other", WORKING, ids=str)
def test_every_element_has_a_step_inside_of_the_picture(op, shape, argument, other):
    found = movement(op, shape, argument, other)
    stage = drawing(found).stage()
    left, top, width, height = map(float, ElementTree.fromstring(stage["svg"])
                                   .get("viewBox").split())
    cell_width, cell_height = stage["cell"]
    assert [step["words"] for step in stage["steps"]] == [
        found.words_of(number) for number in range(len(found.sources))]
    for step in stage["steps"]:
        for x, y, *_ in [step["to"], *step["from"]]:
            assert left <= x and x + cell_width <= left + width
            assert top <= y and y + cell_height <= top + height
    targets = {tuple(step["to"]) for step in stage["steps"]}
    assert len(targets) == len(stage["steps"])
    json.dumps(stage)


def test_reshape_keeps_the_order_and_transpose_does_not():
    reshaped, transposed = movement("reshape", (2, 3), [3, 2]), movement("transpose", (2, 3))
    assert [made_of[0][1] for made_of in reshaped.sources] == [0, 1, 2, 3, 4, 5]
    assert [made_of[0][1] for made_of in transposed.sources] == [0, 3, 1, 4, 2, 5]
    assert transposed.words_of(1) == "result[0, 1] = x[1, 0] = 3"


def test_products_tell_their_terms():
    found = movement("matmul", [[1, 2]], other=[[3], [4]])
    assert found.words_of(0) == "result[0, 0] = x[0, 0] · y[0, 0] + x[0, 1] · y[1, 0] = 11"


def test_known_values_are_used():
    found = movement("reduce_sum", [[1, 2], [30, 40]], 0)
    assert found.values[-1].tolist() == [31, 42]
    assert found.result.dtype == "int32"


def test_names_of_tensors_and_axes_are_used():
    with tf.Graph().as_default():
        weights = tf.constant([[1.0, 2.0]], name="weights")
        found = movement("transpose", weights, axes=("row", "column"))
    assert found.call == "tf.transpose(weights)"
    assert "Axis 0 of the result is axis 1 (column) of weights, size 2." in found.sentences


def test_what_is_unknown_or_too_big_is_not_followed_but_drawn():
    unknown = drawing([None, 784], reshape=[-1, 28, 28, 1])
    assert "[?, 784] becomes [?, 28, 28, 1]" in unknown.text()
    assert "unknown before the graph runs" in unknown.stage()["why"]
    big = drawing((100, 100), transpose=None)
    assert big.stage()["steps"] == [] and "Too many elements" in big.text()
    assert drawing(tf.TensorShape(None), squeeze=None).text()
    for shown in (unknown, big):
        assert len(shown.svg()) < 30_000


def test_rows_keep_their_colour_where_they_go():
    svg = drawing((2, 3), transpose=None).svg()
    cells = [node.get("fill") for node in ElementTree.fromstring(svg)
             .iter("{http://www.w3.org/2000/svg}rect") if node.get("class") is None]
    before, after = cells[:6], cells[6:]
    assert before[0] == before[1] == before[2] != before[3]
    assert after == [before[0], before[3], before[1], before[4], before[2], before[5]]


def test_strings_move_too_and_refuse_to_be_added_up():
    assert movement("transpose", [["a", "b"]]).words_of(1) == "result[1, 0] = x[0, 1] = 'b'"
    assert "has DataType string not in list of allowed values" in \
        movement("reduce_sum", ["a", "b"]).error


def test_a_wrong_number_of_operands_is_refused():
    with pytest.raises(ValueError, match="tf.matmul takes 2 tensors"):
        movement("matmul", (2, 3))
    with pytest.raises(ValueError, match="tf.reshape takes 1 tensor"):
        movement("reshape", (2, 3), [3, 2], (3,))
    with pytest.raises(ValueError, match="No movement is known for 'fold'"):
        movement("fold", (2, 3))
