"""`Panel`: requests and replies, reuse, what it displays."""
from __future__ import annotations

import re

import pytest

pytest.importorskip("anywidget")
import IPython  # noqa: E402

from tftutor.widgets import base, es_modules  # noqa: E402

WIDGET = "application/vnd.jupyter.widget-view+json"


class Words:
    """A drawing that has no picture."""

    def __init__(self, text):
        self._text = text

    def text(self):
        return self._text

    def svg(self):
        return ""


class Counting(base.Panel):
    """Shows a number, and adds to it."""

    def load(self, subject, step=1):
        self.data = {"number": subject}
        self.step = step
        return Words(f"The number {subject} & its <friends>")

    @base.answers("add")
    def _add(self, request):
        if request.get("times", 1) < 0:
            raise base.RequestError("It can't be added a negative number of times.")
        return self.data["number"] + self.step * request.get("times", 1)

    @base.answers("break")
    def _break(self, request):
        raise KeyError("lost")


class CountingMore(Counting):
    """Answers what its parent does, one of them in its own way."""

    def _add(self, request):
        return "more"


@pytest.fixture(autouse=True)
def fresh():
    yield
    base.Panel._of_cells.clear()


@pytest.fixture
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr(base.Panel, "send",
                        lambda self, message: messages.append(message))
    return messages


def test_request_is_answered_under_its_id(sent):
    Counting(5, step=10)._receive(None, {"id": 3, "ask": "add", "with": {"times": 2}})
    assert sent == [{"id": 3, "value": 25}]


def test_request_without_an_id_is_obeyed_and_not_answered(sent):
    panel = Counting(5)
    panel.seen = []
    panel._add = panel.seen.append
    panel._receive(None, {"ask": "add", "with": {"times": 2}})
    assert panel.seen == [{"times": 2}] and sent == []


def test_request_that_makes_no_sense_is_answered_with_its_sentence(sent):
    Counting(5)._receive(None, {"id": 1, "ask": "add", "with": {"times": -1}})
    assert sent == [{"id": 1, "error": "It can't be added a negative number of times."}]


def test_defect_is_answered_and_raised(sent):
    with pytest.raises(KeyError):
        Counting(5)._receive(None, {"id": 1, "ask": "break"})
    assert sent == [{"id": 1, "error": "KeyError: 'lost'"}]


def test_other_messages_are_left_alone(sent):
    Counting(5)._receive(None, {"method": "something of a library"})
    assert sent == []


def test_subclass_answers_what_its_parent_does(sent):
    CountingMore(5)._receive(None, {"id": 1, "ask": "add"})
    assert sent == [{"id": 1, "value": "more"}]


def test_panel_of_a_key_is_used_again():
    first = Counting.reuse("cell 1", 5)
    again = Counting.reuse("cell 1", 6, step=7)
    assert again is first and again.data == {"number": 6} and again.step == 7
    assert again.text_twin.startswith("The number 6")
    assert Counting.reuse("cell 2", 5) is not first
    assert CountingMore.reuse("cell 1", 5) is not first
    assert Counting.reuse(None, 5) is not Counting.reuse(None, 5)


def test_panel_that_was_closed_is_not_used_again():
    first = Counting.reuse("cell 1", 5)
    first.close()
    assert Counting.reuse("cell 1", 5) is not first


def test_cell_gets_its_panels_in_their_order_when_it_runs_again(monkeypatch):
    shell = type("Shell", (), {})()
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)

    def run(message, cell):
        shell.parent_header = {"header": {"msg_id": message}, "metadata": {"cellId": cell}}
        return [Counting.for_cell(1), Counting.for_cell(2)]

    first, second = run("m1", "a")
    assert first is not second
    assert run("m2", "a") == [first, second]
    assert not {first, second} & set(run("m3", "b"))


def test_front_end_that_names_no_cell_gets_new_panels(monkeypatch):
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    assert Counting.for_cell(1) is not Counting.for_cell(1)


def test_displayed_panel_is_a_drawing_and_a_widget_tied_to_it(monkeypatch):
    shown = []
    monkeypatch.setattr(base, "display", lambda data, raw: shown.append(data))
    panel = Counting(5)
    panel._ipython_display_()
    drawing, widget = shown
    assert drawing["text/plain"] == "The number 5 & its <friends>"
    assert "The number 5 &amp; its &lt;friends&gt;" in drawing["text/html"]
    assert re.search(r'data-tftutor-panel="([^"]+)"', drawing["text/html"])[1] == panel.panel_id
    assert widget[WIDGET]["model_id"] == panel.model_id
    assert widget["text/plain"] == base.RERUN


def test_bundle_of_a_panel_inside_other_outputs_has_the_text_twin():
    data, _ = Counting(5)._repr_mimebundle_()
    assert WIDGET in data and data["text/plain"] == "The number 5 & its <friends>"


def test_panel_with_a_script_sends_its_bundled_code_and_style():
    from tftutor.widgets.gpu_panel import GpuMonitor

    panel = GpuMonitor(None, simulated=1)
    assert panel._esm == es_modules.module_text("gpu_monitor")
    assert panel._css == es_modules.style_text("gpu_monitor")
    assert {"_esm", "_css"} <= set(panel.keys)
