"""What the panel proposes to try."""

from __future__ import annotations

import ast
import math

import pytest

from tftutor.inspection.ranks import movement, subject
from tftutor.inspection.ranks.movement_ops import OPS
from tftutor.inspection.ranks.proposals import proposals, small_shape

SHAPES = [(3,), (2, 3), (3, 3), (3, 1), (2, 3, 4), (1, 3, 1), (2, 2, 2, 2)]


def value(text):
    return ast.literal_eval(text) if text else None


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("op", OPS)
def test_proposals_work(op, shape):
    argument, other = proposals(subject(shape))[op]
    found = movement(op, shape, value(argument), value(other))
    if op == "matmul" and len(shape) < 2:  # what there is to see is the refusal
        assert "a matrix product needs matrices" in " ".join(found.reason)
    else:
        assert found.error == ""


def test_proposals_for_unknown_sizes_and_scalars_are_texts():
    for shape in [(None, 784), ()]:
        for argument, other in proposals(subject(shape)).values():
            assert isinstance(value(argument), int | list | None)
            assert isinstance(value(other), tuple | None)


@pytest.mark.parametrize("shape, small", [
    ((10, 1080, 1920, 3), (2, 2, 2, 2)), ((1080, 1920, 3), (3, 4, 2)), ((10, 512), (2, 3)),
    ((None, 784), (2, 3)), ((512, 1), (2, 1)), ((2, 3), None), ((100,) * 9, None)])
def test_small_shapes_keep_the_rank_and_the_order_of_sizes(shape, small):
    found = small_shape(shape)
    assert found is None or (len(found) == len(shape) and math.prod(found) <= 64)
    assert found == small
