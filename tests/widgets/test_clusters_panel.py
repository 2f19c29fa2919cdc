"""The cluster panel's answers, and the thread that takes over when nobody can answer."""
from __future__ import annotations

import json
import threading

import pytest

import tftutor as tf
from tftutor.widgets.following import Follower

pytest.importorskip("anywidget")


@pytest.fixture(scope="module")
def cluster():
    with tf.cluster.local(ps=1, worker=2) as running:
        yield running


def asked(panel, ask, **data):
    sent = []
    panel.send = lambda content: sent.append(content)
    panel._receive(panel, {"id": 1, "ask": ask, "with": data})
    return sent[0]


def test_a_panel_answers_with_readings_and_pictures(cluster):
    from tftutor.widgets.clusters import ClusterPanel

    panel = ClusterPanel(cluster)
    assert panel.data["live"] and len(json.dumps(panel.data)) < 30_000
    answer = asked(panel, "read")["value"]
    assert [task["condition"] for task in answer["reading"]["tasks"]] == ["serving"] * 3
    assert answer["svg"].startswith("<svg")
    assert panel._follower.is_running
    asked(panel, "pause")
    assert not panel._follower.is_running
    asked(panel, "read", once=True)
    assert not panel._follower.is_running
    panel.close()


def test_a_killed_task_is_gone_in_the_next_reading(cluster):
    from tftutor.widgets.clusters import ClusterPanel

    panel = ClusterPanel(cluster)
    cluster.kill("worker", 1)
    reading = asked(panel, "read")["value"]["reading"]
    assert [task["condition"] for task in reading["tasks"]] == ["serving", "serving", "gone"]
    assert "ended (SIGKILL)" in panel.text_twin
    cluster.restart("worker", 1)
    reading = asked(panel, "read")["value"]["reading"]
    assert reading["tasks"][2]["condition"] == "serving"
    panel.close()


def test_a_panel_stops_when_its_cluster_does_and_keeps_the_last_state():
    from tftutor.widgets.clusters import ClusterPanel

    with tf.cluster.local(ps=1, worker=0) as cluster:
        panel = ClusterPanel(cluster)
        asked(panel, "read")
    reading = asked(panel, "read")["value"]["reading"]
    assert reading["stopped"] and reading["tasks"][0]["steps"] == 0
    assert not panel._follower.is_running


def test_an_address_where_nobody_answers_any_more_is_said_in_a_sentence():
    from tftutor.widgets.clusters import ClusterPanel

    with tf.cluster.local(ps=1, worker=0) as cluster:
        panel = ClusterPanel(cluster.target)
        assert asked(panel, "read")["value"]["reading"]["tasks"][0]["name"] == "ps:0"
    assert "doesn't answer" in asked(panel, "read")["error"]
    assert panel._send_reading() is False
    panel.close()


def test_a_status_is_shown_as_it_was(cluster):
    from tftutor.widgets.clusters import ClusterPanel

    panel = ClusterPanel(cluster.status())
    assert not panel.data["live"]
    assert panel.data["reading"]["tasks"][0]["name"] == "ps:0"


def test_readings_are_sent_while_questions_are_overdue():
    sent, enough = [], threading.Event()

    def send():
        sent.append(1)
        if len(sent) >= 3:
            enough.set()
        return True

    follower = Follower(send, 0.01)
    follower.asked()
    assert enough.wait(20)
    follower.stop()
    assert not follower.is_running


def test_nothing_is_sent_while_questions_come():
    sent = threading.Event()
    follower = Follower(lambda: bool(sent.set()), 30.0)
    for _ in range(5):
        follower.asked()
    follower.stop()
    assert not sent.is_set()


def test_readings_come_as_often_as_the_last_question_said():
    sent = threading.Event()
    follower = Follower(lambda: bool(sent.set()) or True, 0.01)
    follower.asked(30.0)
    assert not sent.wait(0.2)
    follower.asked(0.01)
    assert sent.wait(20)
    follower.stop()


def test_a_follower_ends_with_what_it_follows_and_begins_again_when_asked():
    ended, count = threading.Event(), []

    def send():
        count.append(1)
        ended.set()
        return False

    follower = Follower(send, 0.01)
    for expected in (1, 2):
        ended.clear()
        follower.asked()
        assert ended.wait(20)
        thread = follower._thread
        if thread is not None:
            thread.join(20)
        assert len(count) == expected and not follower.is_running


def test_a_follower_gives_up_when_nobody_asks_for_long():
    sent = []
    follower = Follower(lambda: bool(sent.append(1) or True), 0.01, longest=0.05)
    follower.asked()
    thread = follower._thread
    if thread is not None:
        thread.join(20)
    assert not follower.is_running and 1 <= len(sent) <= 5
