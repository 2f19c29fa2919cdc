"""How an axis is laid out."""

from __future__ import annotations

import pytest

from tftutor.inspection.ranks.spans import span


def test_a_short_axis_has_a_cell_for_each_index():
    drawn = span(3)
    assert drawn.visible == (0, 1, 2)
    assert drawn.starts == (0.0, 1.0, 2.0)
    assert drawn.gaps == ()
    assert drawn.length == 3.0


def test_a_long_axis_keeps_both_ends_and_says_what_it_hides():
    drawn = span(1080)
    assert drawn.visible == (0, 1, 2, 3, 4, 1078, 1079)
    (gap,) = drawn.gaps
    assert (gap.first, gap.last) == (5, 1077)
    assert gap.end - gap.start > 1.2
    assert drawn.start_of(1079) == pytest.approx(drawn.length - 1)
    assert drawn.start_of(500) is None


@pytest.mark.parametrize("room", [3, 4, 5, 8, 12])
def test_a_longer_axis_is_drawn_longer(room):
    sizes = [*range(0, 40), 100, 512, 1000, 1080, 1920, 10**6, 10**9]
    lengths = [span(size, room).length for size in sizes]
    assert all(shorter < longer for shorter, longer in zip(lengths, lengths[1:], strict=False))
    assert lengths[-1] < room + 25


@pytest.mark.parametrize("size", [9, 20, 512])
@pytest.mark.parametrize("room", [4, 8])
def test_every_index_is_either_visible_or_hidden_once(size, room):
    drawn = span(size, room, keep=(3, size // 2))
    hidden = [index for gap in drawn.gaps for index in range(gap.first, gap.last + 1)]
    assert sorted([*drawn.visible, *hidden]) == list(range(size))
    assert {3, size // 2} <= set(drawn.visible)


def test_no_more_cells_than_there_is_room_for_are_kept():
    assert len(span(10_000, 8, keep=range(10_000)).visible) <= 2 * 8


def test_unknown_and_empty_axes_have_no_cells():
    assert span(None).visible == () and span(None).length > 0
    assert span(0).visible == () and 0 < span(0).length < 1
