"""The picture: well formed, in words for screen readers, colour never alone."""

import dataclasses
import re
import xml.etree.ElementTree as ElementTree

import pytest

from tftutor.inspection.shape_errors import picture
from tftutor.inspection.shape_errors.explanation import Join, Operand

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg):
    return [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_picture_names_operands_axes_and_marks(lecture):
    found = texts(picture.svg(lecture))
    assert {"features", "weights", "[10, 512, 1] float32", "[512, 2] float32"} <= set(found)
    assert any(re.match(r"axis 2.*1.*surplus", text) for text in found)
    assert any(re.match(r"axis 0 k.*512.*matches", text) for text in found)


def test_picture_has_a_title_and_a_description(lecture):
    root = ElementTree.fromstring(picture.svg(lecture))
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "Shapes of MatMul"
    assert "features [10, 512, 1]" in root.find(f"{SVG}desc").text


def test_picture_is_the_same_each_time(lecture):
    assert picture.svg(lecture) == picture.svg(lecture)


def test_surplus_depth_is_hatched(lecture):
    assert 'class="rk-wrong"' in picture.svg(lecture)
    operands = tuple(dataclasses.replace(o, marks={0: "must match"}) for o in lecture.operands)
    assert 'class="rk-wrong"' not in picture.svg(dataclasses.replace(lecture, operands=operands))


@pytest.mark.parametrize(("fits", "sign", "dashed"), [(True, "=", False), (False, "≠", True),
                                                      (None, "?", True)])
def test_axes_that_must_match_are_joined_by_a_line_and_a_sign(lecture, fits, sign, dashed):
    svg = picture.svg(dataclasses.replace(lecture, joins=(Join((0, 1), (1, 0), fits),)))
    line = re.search(r"<path[^>]*rk-join[^>]*>", svg)[0]
    assert ("stroke-dasharray" in line) == dashed
    assert any(f"features axis 1: 512  {sign}  weights axis 0: 512" in text for text in texts(svg))


def test_joins_that_fit_are_left_out_where_others_do_not(lecture):
    joins = Join((0, 1), (1, 0), True), Join((0, 0), (1, 1), False)
    svg = picture.svg(dataclasses.replace(lecture, joins=joins))
    assert svg.count("rk-join") == 1 and "≠" in svg and "they match" not in svg


def test_blocks_stay_on_the_card(lecture):
    many = tuple(Operand(f"operand {n}", (100, 100, 3), "float32", marks={0: "must match"})
                 for n in range(7))
    root = ElementTree.fromstring(picture.svg(dataclasses.replace(lecture, operands=many,
                                                                  joins=())))
    left, top, width, height = map(float, root.get("viewBox").split())
    assert width < 1100
    for element in root.iter(f"{SVG}text"):
        assert left <= float(element.get("x")) <= left + width
        assert top <= float(element.get("y")) <= top + height


def test_no_picture_where_shapes_are_not_what_is_wrong(lecture):
    assert picture.svg(dataclasses.replace(lecture, kind="dtype")) == ""
    unknown = (Operand("x", None, "float32", marks={0: "unknown"}),)
    assert picture.svg(dataclasses.replace(lecture, operands=unknown, joins=())) == ""


@pytest.mark.parametrize("shape", [(3,), (0, 2), (None, 3), (None, 28, 28, 1),
                                   (2, None, 3, 4, 5)])
def test_operands_of_any_rank_are_drawn(lecture, shape):
    odd = Operand("odd", shape, "float32", marks={0: "must match"})
    svg = picture.svg(dataclasses.replace(lecture, operands=(odd,), joins=()))
    assert "odd" in texts(svg)
