"""The rank explorer's answers, without a browser."""
from __future__ import annotations

import json

import pytest

from tftutor.inspection.ranks import drawing
from tftutor.inspection.ranks.movement_ops import OPS

pytest.importorskip("anywidget")
from tftutor.widgets.ranks import RankExplorer  # noqa: E402


def ask(panel, what, **details):
    """What the panel replies to a request of the front end."""
    sent = []
    panel.send = lambda content: sent.append(content)
    panel._receive(panel, {"id": 1, "ask": what, "with": details})
    (reply,) = sent
    json.dumps(reply)
    return reply


def test_the_table_opens_at_its_first_row_and_draws_the_others():
    panel = RankExplorer("ranks")
    assert [row["rank"] for row in panel.data["rows"]] == ["0", "1", "2", "3", "4", "n"]
    assert panel.data["tensor"]["shape"] == []
    batch = ask(panel, "tensor", row=4)["value"]
    assert batch["shape"] == [10, 1080, 1920, 3]
    assert batch["axes"][0] == "axis 0 (batch_size)"
    assert panel.text_twin.startswith("images: set of cubes")


def test_the_static_drawing_is_that_of_show():
    panel = RankExplorer((2, 3), reshape=[3, 2])
    assert panel.static_bundle()["text/plain"] == drawing((2, 3), reshape=[3, 2]).text()


@pytest.mark.parametrize("options, opened", [
    ({}, {"page": "shape"}),
    ({"slice": "0, 1:"}, {"page": "slice", "spec": "x[0, 1:]"}),
    ({"matmul": [[1], [2], [3]]}, {"page": "move", "op": "matmul", "argument": "",
                                   "other": "[[1], [2], [3]]", "keepdims": False}),
    ({"reduce_sum": 0, "keepdims": True}, {"page": "move", "op": "reduce_sum", "argument": "0",
                                           "other": "", "keepdims": True}),
], ids=str)
def test_options_open_the_panel_at_their_page(options, opened):
    assert RankExplorer((2, 3), **options).data["open"] == opened


def test_slices_are_answered_with_what_they_take():
    answer = ask(RankExplorer([[1, 2, 3], [4, 5, 6]]), "slice", spec="1, ::2")["value"]
    assert answer["result"]["shape"] == [2]
    assert [axis["indices"] for axis in answer["axes"]] == [[1, 2, 1], [0, 3, 2]]
    assert answer["svg"].startswith("<svg")
    refused = ask(RankExplorer((2, 3)), "slice", spec="5")["value"]
    assert "slice index 5 of dimension 0 out of bounds" in refused["error"]
    assert "its indices are 0 to 1" in refused["reason"]
    assert "Python can't read" in ask(RankExplorer((2, 3)), "slice", spec="1:(")["error"]


@pytest.mark.parametrize("op", OPS)
def test_every_op_can_be_shown_with_what_is_proposed(op):
    panel = RankExplorer((2, 3))
    argument, other = panel.data["tensor"]["proposals"][op]
    answer = ask(panel, "move", op=op, argument=argument, other=other)["value"]
    assert answer["error"] == ""
    assert len(answer["steps"]) > 0


def test_moves_that_tensorflow_refuses_are_answers_too():
    answer = ask(RankExplorer((2, 3)), "move", op="reshape", argument="[4]")["value"]
    assert answer["steps"] == []
    assert "6 elements don't fit into [4]" in answer["sentences"][0]
    assert "Cannot reshape a tensor with 6 elements" in answer["error"]


def test_what_is_typed_is_read_but_never_run():
    panel = RankExplorer((2, 3))
    assert ask(panel, "tensor", text="(4, None)")["value"]["shape"] == [4, None]
    assert ask(panel, "tensor", text="[[1, 2]]")["value"]["shape"] == [1, 2]
    for text in ["__import__('os')", "(1, ", "f()", "9**9**9", "[" * 3000]:
        assert "Write a shape in round brackets" in ask(panel, "tensor", text=text)["error"]
    assert "rows of this list differ" in ask(panel, "tensor", text="[[1], [2, 3]]")["error"]
    assert "write a number or a list" in ask(panel, "move", op="reshape", argument="f()")["error"]
    assert "There is no such op here" in ask(panel, "move", op="fold")["error"]


def test_typed_tensors_are_asked_about_by_their_text():
    panel = RankExplorer((2, 3))
    answer = ask(panel, "slice", text="(9, 9)", spec="8, 8")["value"]
    assert answer["result"]["shape"] == []


def test_big_tensors_are_offered_as_small_ones():
    panel = RankExplorer((10, 1080, 1920, 3))
    answer = ask(panel, "move", op="transpose", argument="[3, 2, 1, 0]")["value"]
    assert answer["steps"] == [] and "Too many elements" in answer["why"]
    small = panel.data["tensor"]["small"]
    assert ask(panel, "move", text=small, op="transpose", argument="[3, 2, 1, 0]"
               )["value"]["steps"]
