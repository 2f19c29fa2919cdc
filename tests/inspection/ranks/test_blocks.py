"""Where the parts of a tensor's picture stand."""

from __future__ import annotations

import itertools

import pytest

from tftutor.inspection.ranks.blocks import Scale, block, fitting

SHAPES = [(), (3,), (3, 4), (2, 3, 4), (1080, 1920, 3), (10, 1080, 1920, 3), (2, 3, 4, 5, 6),
          (None, 784), (0, 3), (2,) * 8]


def test_a_scalar_is_one_cell():
    drawn = block((), Scale(20, 10))
    assert (drawn.width, drawn.height) == (20, 10)
    assert drawn.cell(()) == (0, 0)
    assert drawn.rulers == ()


def test_a_matrix_counts_rows_down_and_columns_right():
    drawn = block((3, 4), Scale(20, 10))
    assert (drawn.width, drawn.height) == (80, 30)
    assert drawn.cell((0, 0)) == (0, 0)
    assert drawn.cell((2, 1)) == (20, 20)
    assert [(ruler.axis, ruler.role) for ruler in drawn.rulers] == [(0, "down"), (1, "right")]


def test_the_last_axis_of_a_cube_goes_back():
    drawn = block((2, 3, 4), Scale(20, 10, 5))
    assert (drawn.width, drawn.height) == (3 * 20 + 4 * 5, 2 * 10 + 4 * 5)
    front, behind = drawn.cell((0, 0, 0)), drawn.cell((0, 0, 1))
    assert front == (0, 20)
    assert behind == (5, 15)
    assert [side.role for side in drawn.leaf.sides] == ["front", "top", "right"]


def test_a_batch_is_a_row_of_cubes_and_one_more_axis_makes_rows():
    batch = block((2, 2, 2, 2))
    assert [copy.prefix for copy in batch.copies] == [(0,), (1,)]
    assert batch.copies[0].y == batch.copies[1].y
    grid = block((3, 2, 2, 2, 2))
    assert len(grid.copies) == 6
    places = {copy.prefix: (copy.x, copy.y) for copy in grid.copies}
    assert places[0, 1][0] > places[0, 0][0] and places[0, 1][1] == places[0, 0][1]
    assert places[1, 0][1] > places[0, 0][1] and places[1, 0][0] == places[0, 0][0]


def test_with_a_leaf_of_rank_2_a_cube_is_a_row_of_matrices():
    drawn = block((2, 3, 4), Scale(leaf_rank=2))
    assert [copy.prefix for copy in drawn.copies] == [(0,), (1,)]
    assert all(drawn.cell(index) for index in itertools.product(range(2), range(3), range(4)))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_axis_has_one_ruler_and_nothing_leaves_the_block(shape):
    drawn = block(shape)
    assert [ruler.axis for ruler in drawn.rulers] == list(range(len(shape)))
    assert [ruler.size for ruler in drawn.rulers] == list(shape)
    points = [point for ruler in drawn.rulers for point in (ruler.start, ruler.end)]
    points += [(copy.x + x, copy.y + y) for copy in drawn.copies
               for side in drawn.leaf.sides for x, y in side.corners]
    points += [a_break.at for a_break in drawn.breaks]
    assert all(-0.01 <= x <= drawn.width + 0.01 for x, _ in points)
    assert all(-0.01 <= y <= drawn.height + 0.01 for _, y in points)


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4), (2, 2, 3, 4), (2, 2, 2, 3, 4)], ids=str)
def test_elements_have_places_of_their_own(shape):
    drawn = block(shape)
    places = [drawn.cell(index) for index in itertools.product(*map(range, shape))]
    assert len(set(places)) == len(places)


def test_equal_sizes_are_equally_long_in_different_shapes():
    left, right = block((10, 512)), block((512, 2))
    assert left.width == pytest.approx(right.height)


def test_elements_in_a_gap_have_no_place_unless_they_are_kept():
    assert block((100,)).cell((50,)) is None
    assert block((100,), keep=[(50,)]).cell((50,)) is not None
    with pytest.raises(ValueError, match="rank 1 has 1 indices, not 2"):
        block((100,)).cell((50, 0))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_block_is_made_to_fit(shape):
    assert fitting(shape, 600).width <= 600
