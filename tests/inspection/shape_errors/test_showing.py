"""When an explanation is shown, and that it never stands in an error's way."""

import base64
import json
import re

import pytest

import tftutor as tf
from tftutor.framework.late_notes import LateNotes
from tftutor.inspection import shape_errors
from tftutor.inspection.shape_errors import explaining, showing


def shape_error():
    features, weights = tf.zeros([10, 512, 1]), tf.zeros([512, 2])
    try:
        tf.matmul(features, weights)
    except ValueError as error:
        return error


def break_the_engine(monkeypatch):
    def explain(error):
        raise IndexError("a mistake of ours")

    monkeypatch.setattr(showing, "explain", explain)


def test_note_is_the_text_page():
    note = showing.note(shape_error())
    assert "multiplies two matrices" in note
    assert "tf.matmul(tf.squeeze(features, 2), weights)" in note
    assert "└ [10, 512, 1] float32" in note


@pytest.mark.parametrize("error", [ZeroDivisionError("division by zero"), KeyError("x"),
                                   ValueError("the student's own")])
def test_errors_of_another_kind_have_no_note(error):
    assert showing.note(error) == "" and showing.notebook_page(error) is None


def test_errors_of_the_program_itself_need_no_rules(monkeypatch):
    def families():
        raise AssertionError("the rules were asked")

    monkeypatch.setattr(explaining, "families", families)
    with pytest.raises(NameError) as raised:
        tf.zeros([2]) + undefined_name  # noqa: F821
    assert showing.notebook_page(raised.value) is None


def test_switch_turns_notes_and_pages_off(monkeypatch):
    monkeypatch.setenv(showing.SWITCH, "0")
    error = shape_error()
    assert showing.note(error) == "" and showing.notebook_page(error) is None
    assert list(error.__notes__) == []


def test_failure_to_explain_is_said_and_not_raised(monkeypatch):
    break_the_engine(monkeypatch)
    error = shape_error()
    words = "tftutor couldn't explain this error: IndexError: a mistake of ours"
    assert words in showing.note(error)
    assert words in showing.notebook_page(error)["text/plain"]


def test_notebook_page_has_words_picture_and_whole_trace():
    error = shape_error()
    page = showing.notebook_page(error)
    html = page["text/html"]
    (picture,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
    assert base64.b64decode(picture).startswith(b"<svg")
    assert "<code>tf.matmul(tf.squeeze(features, 2), weights)</code>" in html
    folded = html.split("Full trace")[1]
    assert "shape_inference.py" in folded and "calls inside tftutor" in folded
    assert "multiplies two matrices" in page["text/plain"]
    assert page["text/plain"].endswith("are hidden; TFTUTOR_FULL_TRACEBACK=1 shows them.)")
    assert not re.search(r"<script|<style|<svg|\son\w+=", html)  # what Jupyter would strip


def test_notebook_page_takes_the_place_of_the_note():
    error = shape_error()
    error.add_note("early")
    assert isinstance(error.__notes__, LateNotes)
    showing.notebook_page(error)
    assert error.__notes__ == ["early"] and type(error.__notes__) is list


def test_page_escapes_what_the_program_contains():
    name = "<b>&"
    try:
        tf.matmul(tf.zeros([2, 3, 1], name="x"), tf.zeros([3, 2])), name < "<script>"
    except ValueError as error:
        html = showing.notebook_page(error)["text/html"]
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_drawing_gives_text_picture_and_data():
    error = shape_error()
    drawing = shape_errors.drawing(error)
    assert drawing.text().startswith(f"ValueError: {error}\n")
    assert drawing.svg().startswith("<svg")
    assert str(error).split("'")[0] in drawing.html()
    assert json.loads(json.dumps(drawing.to_dict()))["message"] == str(error)
    assert repr(drawing) == drawing.text()


def test_drawing_of_another_error_says_that_there_is_nothing_to_explain():
    with pytest.raises(TypeError, match="nothing to explain.*ZeroDivisionError: oops"):
        shape_errors.drawing(ZeroDivisionError("oops"))


def test_explain_error_takes_errors_only():
    for what in (3, "text", tf.constant(1)):
        with pytest.raises(TypeError, match="explains an exception, but got"):
            tf.explain_error(what)


def test_sentences_with_names_become_code():
    assert showing.page.words("`x` has <3> axes") == "<code>x</code> has &lt;3&gt; axes"
    assert showing.page.words("a lone ` stays") == "a lone ` stays"
