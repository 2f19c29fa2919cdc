"""What is said of a single axis."""

import dataclasses

from tftutor.inspection.shape_errors.axis_words import axis_words, partners
from tftutor.inspection.shape_errors.explanation import Join


def test_tied_axis_names_its_partner(lecture):
    assert axis_words(lecture, 1, 0) == (
        "Axis 0 of `weights` has size 512. It must match axis 1 of `features`, which has size 512: "
        "it does.")
    assert partners(lecture, 1, 0) == [(0, 1)] and partners(lecture, 0, 1) == [(1, 0)]


def test_surplus_axis_says_where_it_came_from(lecture):
    assert axis_words(lecture, 0, 2) == ("Axis 2 of `features` has size 1 and is one too many. "
                                         "Line 5: It was given three axes.")


def test_axis_of_which_nothing_is_known_says_its_size(lecture):
    assert axis_words(lecture, 1, 1) == "Axis 1 of `weights` has size 2."
    assert partners(lecture, 1, 1) == []


def test_unknown_sizes_are_left_to_the_run(lecture):
    features = dataclasses.replace(lecture.operands[0], shape=(10, None, 1))
    told = dataclasses.replace(lecture, operands=(features, lecture.operands[1]),
                               joins=(Join((1, 0), (0, 1), None), Join((1, 0), (0, 5), False)))
    words = axis_words(told, 1, 0)
    assert "axis 1 of `features`, which has an unknown size: only the run can tell." in words
    assert "axis 5 of `features`, which has an unknown size: it doesn't." in words
