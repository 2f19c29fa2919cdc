"""The GPU monitor without a browser: what it sends first and what it answers."""
from __future__ import annotations

import json

import pytest

pytest.importorskip("anywidget")
from tftutor.inspection.gpu_state import gpu_state  # noqa: E402
from tftutor.widgets.gpu_panel import GpuMonitor  # noqa: E402


@pytest.fixture
def monitor():
    """A live one of two simulated GPUs; `sent` holds its messages."""
    made = GpuMonitor(None, simulated=2)
    made.sent = []
    made.send = lambda message: made.sent.append(message)
    yield made
    made.close()


def test_first_data_is_small_json_and_has_a_reading(monitor):
    text = json.dumps(monitor.data)
    assert len(text) < 8000
    content = json.loads(text)
    assert content["live"] and content["layout"] == "classic"
    assert [gpu["simulated"] for gpu in content["reading"]["gpus"]] == [True, True]
    assert content["table"] == monitor.text_twin


def test_request_is_answered_with_a_new_reading_in_the_layout_asked_for(monitor):
    monitor._receive(monitor, {"id": "a", "ask": "read", "with": {"layout": "current"}})
    reply, = monitor.sent
    assert reply["id"] == "a" and "MIG M." in reply["value"]["table"]
    assert reply["value"]["reading"]["taken"] >= monitor.data["reading"]["taken"]
    assert monitor.text_twin == reply["value"]["table"]


@pytest.mark.parametrize("message, error", [
    ({"id": 1, "ask": "read", "with": {"layout": "wide"}}, "There is no layout 'wide'."),
    ({"id": 1, "ask": "reset"}, "This panel knows no request 'reset'."),
])
def test_wrong_request_is_answered_with_a_sentence(monitor, message, error):
    monitor._receive(monitor, message)
    assert monitor.sent == [{"id": 1, "error": error}]


def test_state_read_before_gives_a_still_panel():
    made = GpuMonitor(gpu_state(simulated=1))
    assert made.data["live"] is False and len(made.data["reading"]["gpus"]) == 1
    made.close()


@pytest.mark.parametrize("interval", [0, -1, float("nan")])
def test_interval_must_be_positive(interval):
    with pytest.raises(ValueError, match="interval must be a positive number of seconds"):
        GpuMonitor(None, simulated=1, interval=interval)
