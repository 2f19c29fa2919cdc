"""Slices: what is taken, what comes out, why some fail - against the running op."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tftutor as tf
from tftutor.inspection.ranks import drawing, slicing
from tftutor.inspection.ranks.picks import ALL, NONE, SOME, lanes
from tftutor.inspection.ranks.slice_text import parse, spec_text
from tftutor.inspection.ranks.spans import span

CUBE = np.arange(2 * 3 * 8).reshape(2, 3, 8)


@pytest.mark.parametrize("text, spec", [
    ("0, :, 2:5", (0, slice(None), slice(2, 5))),
    ("x[::-1]", (slice(None, None, -1),)),
    ("..., -1", (Ellipsis, -1)),
    ("tf.newaxis, None, np.newaxis, 1:", (None, None, None, slice(1, None))),
    ("", ()),
])
def test_slices_are_read_from_text(text, spec):
    assert parse(text) == spec


@pytest.mark.parametrize("text", ["1.5", "x", "open('f')", "0; 1", "1:2:3:4", "'a'",
                                  "True", "a:b"])
def test_text_that_is_no_slice_is_refused(text):
    with pytest.raises(ValueError):
        parse(text)


def items(size):
    bound = st.one_of(st.none(), st.integers(-size - 2, size + 2))
    step = st.one_of(st.none(), st.integers(-3, 3).filter(bool))
    return st.one_of(st.integers(-size, size - 1), st.builds(slice, bound, bound, step))


@st.composite
def specs(draw):
    taken = [draw(items(size)) for size in CUBE.shape[:draw(st.integers(0, 3))]]
    for extra in draw(st.lists(st.sampled_from([None]), max_size=2)):
        taken.insert(draw(st.integers(0, len(taken))), extra)
    if draw(st.booleans()) and None not in taken:
        taken.append(Ellipsis)
    return tuple(taken)


@given(specs())
def test_picks_and_result_are_those_of_the_running_op(spec):
    found = slicing(CUBE, spec)
    assert not spec or parse(spec_text("x", spec)) == spec
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.constant(CUBE)
        value = sess.run(x[spec] if spec else x)
    assert found.result.shape == value.shape
    assert np.array_equal(found.result.values, value)
    indices = [list(pick.indices) for pick in found.picks if pick.axis is not None]
    assert sorted(value.reshape(-1)) == sorted(CUBE[np.ix_(*indices)].reshape(-1))
    for pick in found.picks:
        if pick.result is not None and pick.axis is not None:
            assert value.shape[pick.result] == len(pick.indices)


def test_words_for_each_axis():
    found = slicing(CUBE, "0, :, 2:20", axes=("batch", "height", "width"))
    assert [pick.words for pick in found.picks] == [
        "axis 0 (batch): index 0 only, and the axis disappears",
        "axis 1 (height): all of it (3)",
        "axis 2 (width): 2:20 takes 2, 3, 4, 5, 6, 7 (6 of 8), cut at the end: there is no index "
        "19"]
    assert found.result.axes == ("height", "width")
    assert "counts from the end: index 1 only" in slicing(CUBE, "-1").picks[0].words


@pytest.mark.parametrize("spec, reason", [
    ("5", "axis 0 has the size 2: its indices are 0 to 1, or -1 to -2"),
    ("0, 0, 0, 0", "x has 3 axes, but the slice names 4."),
    ("::0", "The step of ::0 is 0"),
    ("..., ...", "may be written only once"),
])
def test_refused_slices_are_explained_and_keep_tensorflows_text(spec, reason):
    found = slicing(CUBE, spec, name="x")
    assert found.result is None
    assert reason in found.reason
    with tf.Graph().as_default(), pytest.raises(ValueError) as error:
        tf.placeholder(tf.int64, CUBE.shape)[parse(spec)]
    assert found.error == str(error.value)
    shown = drawing(CUBE, slice=spec)
    assert reason in shown.text() and found.error in shown.text()
    ElementTree.fromstring(shown.svg())


def test_unknown_sizes():
    found = slicing([None, 784], ":5, 0")
    assert found.result.shape == (None,)
    assert found.picks[0].indices is None
    assert "of ? indices" in found.picks[0].words
    assert slicing(tf.TensorShape(None), "0").result.shape is None
    assert "[?, 784] becomes [?]" in drawing([None, 784], slice=":5, 0").text()


def test_taken_cells_are_marked_in_the_text():
    text = drawing([10, 15, 20], slice="1:").text()
    assert "│ 10 │ [15] │ [20] │" in text
    assert "x[1:] takes 2 of 3 elements: shape [3] becomes [2]" in text


def test_the_sheet_that_is_taken_stands_in_front():
    text = drawing(CUBE, slice="0, :, 5").text()
    assert "the sheet in front is x[:, :, 5]" in text
    assert "│ [5] │ [13] │ [21] │" in text


def picked_boxes(svg):
    root = ElementTree.fromstring(svg)
    return [node for node in root.iter("{http://www.w3.org/2000/svg}polygon")
            if node.get("class", "").startswith("rk-picked-front")]


def test_picture_shows_a_box_for_each_taken_cell_that_can_be_seen():
    assert len(picked_boxes(drawing((4, 5), slice="1:3, ::2").svg())) == 2 * 3
    assert len(picked_boxes(drawing((3, 4, 5), slice=":, :, 2:4").svg())) == 3 * 4
    assert len(picked_boxes(drawing((3, 4, 5), slice=":, :, ::2").svg())) == 3 * 4 * 3
    assert len(picked_boxes(drawing((3, 4), slice="3:").svg())) == 0


@pytest.mark.parametrize("shape, spec", [((10, 1080, 1920, 3), "0, 100:200, ::2, 0"),
                                         ((2, 2, 3, 4, 5), "1, :, 0"), ((100,), "20:70")])
def test_pictures_of_big_tensors_stay_small(shape, spec):
    shown = drawing(shape, slice=spec)
    assert len(shown.svg()) < 60_000
    json.dumps(shown.to_dict())


def test_slices_of_very_long_axes_are_counted_not_walked_through():
    shown = drawing((10**9, 10**9), slice="5:-5:3, ::-7")
    assert shown.to_dict()["result"]["shape"] == [len(range(5, 10**9 - 5, 3)), 142857143]
    assert "stroke-dasharray" in shown.svg()  # the gaps are taken in part


@given(st.integers(1, 40), st.integers(-45, 45), st.integers(-45, 45),
       st.integers(-5, 5).filter(bool))
def test_gaps_know_how_much_of_them_is_taken(size, start, stop, step):
    chosen = range(size)[start:stop:step]
    one = span(size, 4)
    for lane in lanes(one, chosen):
        gap = next((gap for gap in one.gaps if gap.start == lane.start), None)
        inside = [one.visible[one.starts.index(lane.start)]] if gap is None else \
            range(gap.first, gap.last + 1)
        count = sum(index in chosen for index in inside)
        assert lane.taken == (ALL if count == len(inside) else SOME if count else NONE)
