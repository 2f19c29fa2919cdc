"""Drawings of single tensors: facts, text blocks and SVG."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import tftutor as tf
from tftutor.inspection.ranks import drawing

SVG = "{http://www.w3.org/2000/svg}"
THINGS = [42, [10, 15, 20], [[1, 0], [2, 1]], np.arange(24).reshape(2, 3, 4), (1080, 1920, 3),
          (10, 1080, 1920, 3), [None, 28, 28, 1], (2, 3, 4, 5, 6), (2,) * 7, (0, 3), (3, 0, 2),
          (None,) * 5, tf.TensorShape(None), ["red", "<&>"], np.zeros(100), 1 + 2j]

MATRIX = """\
a: matrix, shape [3, 4], rank 2, int32, 12 elements, 48 bytes

                0   1   2   3   axis 1: 4 →
              ┌───┬───┬───┬───┐
            0 │ 1 │ 0 │ 2 │ 3 │
  axis 0: 3   ├───┼───┼───┼───┤
          ↓ 1 │ 2 │ 1 │ 0 │ 4 │
              ├───┼───┼───┼───┤
            2 │ 0 │ 2 │ 1 │ 1 │
              └───┴───┴───┴───┘

3 rows of 4 elements.
One element needs 2 indices: a[i, j] with i = 0 to 2, j = 0 to 3."""

IMAGE = """\
image: cube of numbers (3-tensor), shape [1080, 1920, 3], rank 3, 6,220,800 elements

                               ┌──────────────────────┐   axis 2 channels: 3 ↗
                             ┌──────────────────────┐ │
                           ┌───┬───┬───┬───┬──────┐ │ │
                         0 │   │   │   │ … │      │ │ │
                           ├───┼───┼───┼───┼──────┤ │ │
                         1 │   │   │   │ … │      │ │ │
                           ├───┼───┼───┼───┼──────┤ │ │
  axis 0 height: 1080    2 │   │   │   │ … │      │ │ │
                    ↓      ├───┼───┼───┼───┼──────┤ │ │
                         … │ … │ … │ … │ … │  …   │ │ │
                           ├───┼───┼───┼───┼──────┤ │─┘
                      1079 │   │   │   │ … │      │─┘
                           └───┴───┴───┴───┴──────┘
                             0   1   2   …   1919   axis 1 width: 1920 →
"""

BATCH = """\
  axis 0: ? →
  [0]
     ┌───┬───┬────┐
   0 │   │ … │    │
     ├───┼───┼────┤
   … │ … │ … │ …  │
     ├───┼───┼────┤   …   ?
  27 │   │ … │    │
     └───┴───┴────┘
       0   …   27
  each cube:  axis 1: 28 ↓   axis 2: 28 →   axis 3: 1 ↗
"""


def texts(svg):
    return [node.text for node in ElementTree.fromstring(svg).iter(SVG + "text")]


def test_matrix_of_the_lecture_in_characters():
    value = [[1, 0, 2, 3], [2, 1, 0, 4], [0, 2, 1, 1]]
    assert drawing(value, name="a").text() == MATRIX


def test_cube_shows_its_sheets_and_names_its_axes():
    shown = drawing((1080, 1920, 3), axes=("height", "width", "channels"), name="image")
    assert shown.text().startswith(IMAGE)


def test_unknown_batch_is_a_question_mark():
    text = drawing([None, 28, 28, 1]).text()
    assert BATCH in text
    assert "? is a size that is known only when the graph runs: axis 0 has any size." in text


def test_values_of_a_cube_stand_in_as_many_brackets_as_its_rank():
    value = np.arange(24).reshape(2, 3, 4)
    text = drawing(value).text()
    brackets = text[text.index("[[["):]
    assert json.loads(brackets) == value.tolist()


@pytest.mark.parametrize("x", THINGS, ids=str)
def test_every_drawing_is_well_formed_and_the_same_each_time(x):
    shown = drawing(x)
    root = ElementTree.fromstring(shown.svg())
    assert root.get("role") == "img"
    assert root.find(SVG + "title").text and root.find(SVG + "desc").text
    assert shown.svg() == drawing(x).svg()
    assert shown.text() == drawing(x).text()
    assert len(shown.svg()) < 60_000
    assert max(map(len, shown.text().splitlines())) <= 200
    json.dumps(shown.to_dict())


def test_picture_writes_values_and_real_sizes():
    found = texts(drawing([[1, 0, 2], [7, 8, 9]]).svg())
    assert [text for text in found if text.isdigit()] == ["1", "0", "2", "7", "8", "9"]
    found = texts(drawing((1080, 1920), axes=("height", "width")).svg())
    assert "axis 0 height: 1080" in found and "axis 1 width: 1920" in found


def test_everything_drawn_stands_on_the_card():
    root = ElementTree.fromstring(drawing((3, 4)).svg())
    left, top, width, height = map(float, root.get("viewBox").split())
    for line in root.iter(SVG + "path"):
        numbers = list(map(float, re.findall(r"-?[\d.]+", line.get("d"))))
        assert all(left <= x <= left + width for x in numbers[::2])
        assert all(top <= y <= top + height for y in numbers[1::2])


def test_edges_of_unknown_length_are_dashed():
    def dashes(shape):
        return drawing(shape).svg().count('stroke-dasharray="5 4"')

    assert dashes((3, 4)) == 0
    assert dashes([None, 4]) == 1
    assert dashes([None, 3, 4, 2]) == 1  # the ghost beside the first cube


def test_text_in_a_cell_is_escaped():
    assert "'<&>'" in texts(drawing(["<&>"]).svg())


def test_options_that_make_no_sense_are_refused():
    with pytest.raises(TypeError, match="takes one op of reshape, .*; got colour"):
        drawing((2, 3), colour="red")
    with pytest.raises(TypeError, match="takes one op"):
        drawing((2, 3), reshape=[3, 2], transpose=None)


def test_the_table_of_the_lecture():
    table = drawing("ranks")
    rows = table.to_dict()["rows"]
    assert [(row["rank"], row["subject"]["shape"]) for row in rows] == [
        ("0", []), ("1", [3]), ("2", [3, 4]), ("3", [1080, 1920, 3]),
        ("4", [10, 1080, 1920, 3]), ("n", [2, 10, 1080, 1920, 3])]
    assert [row["entity"].split()[0] for row in rows[:4]] == ["Scalar", "Vector", "Matrix",
                                                             "3-Tensor"]
    for row in rows[:5]:
        assert row["subject"]["rank"] == int(row["rank"])
    for part in ("Rank 0: Scalar", "x = tf.constant(42)", "axis 3 channels: 3"):
        assert part in table.text()
    ElementTree.fromstring(table.svg())


@pytest.mark.parametrize("row", drawing("ranks").rows, ids=lambda row: row.rank)
def test_the_code_of_each_row_makes_its_shape(row):
    with tf.Graph().as_default():
        scope = {"tf": tf}
        exec(row.code, scope)
        tensor = scope[row.code.partition(" =")[0]]
        assert tensor.shape.as_list() == list(row.subject.shape)
        assert tensor.dtype.name == row.subject.dtype


def test_tensors_are_drawn_in_the_tables_place():
    with tf.Graph().as_default():
        images = tf.placeholder(tf.uint8, [None, 28, 28, 1], name="images")
        shown = drawing("ranks", of=images, slice="0, :, :, 0")
    assert "images[0, :, :, 0]: shape [?, 28, 28, 1] becomes [28, 28]" in shown.text()


@pytest.mark.parametrize("shape, indices", [((10, 2, 3, 4), ["[0]", "[1]", "[9]"]),
                                            ((None, 2, 3, 4), ["[0]", "[?]"]),
                                            ((2, 3, 2, 3, 4), ["[0]", "[1]", "[2]"]),
                                            ((0, 2, 3, 4), []), ((2, 3, 4), [])], ids=str)
def test_copies_in_the_first_row_bear_their_index(shape, indices):
    found = texts(drawing(shape).svg())
    assert [text for text in found if text.startswith("[")] == indices
