"""Readings of clusters: conditions, rates, text and picture."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest

import tftutor as tf
from tftutor.distributed.launch.status import (
    ClusterStatus,
    Sent,
    TaskStatus,
    TaskUse,
    VariableStatus,
)
from tftutor.inspection.clusters import drawing, model_of
from tftutor.inspection.clusters.drawing import ClusterDrawing
from tftutor.inspection.clusters.model import GONE, PROGRAMS, SERVING, SILENT, STARTING, Link
from tftutor.inspection.clusters.watch import Watch, condition_of


def rows(steps: int = 4, sent: int = 1000, messages: int = 2, worker: str = "serving"
         ) -> ClusterStatus:
    """A ps that holds a variable and has sent it to a worker."""
    weights = VariableStatus("W", "float32", (784, 10), 31360, "/device:CPU:0")
    ps = TaskUse((weights,), 1, 31360, {"worker:0": Sent(sent, messages)}, Sent(), Sent(),
                 ("/device:CPU:0", "/device:GPU:0"), ("/device:GPU:0",))
    own = TaskUse(from_programs=Sent(80, steps), to_programs=Sent(4, steps),
                  devices=("/device:CPU:0",))
    return ClusterStatus([
        TaskStatus("ps:0", "127.0.0.1:2220", "serving", 100, 0.25, 9.0, steps, 0, sent, ps),
        TaskStatus("worker:0", "127.0.0.1:2221", worker, None if "ended" in worker else 101, 1.5,
                   8.0, steps, sent, 0, own)])


class FakeCluster:
    """Something with a target, whose status the test decides."""

    target = "grpc://127.0.0.1:2221"


def watch_of(monkeypatch: pytest.MonkeyPatch, readings: list[ClusterStatus], times: list[float]
             ) -> Watch:
    waiting = iter(readings)
    monkeypatch.setattr("tftutor.inspection.clusters.watch.status", lambda target: next(waiting))
    clock = iter(times)
    return Watch(FakeCluster(), clock=lambda: next(clock))


@pytest.mark.parametrize(("state", "condition"), [
    ("serving", SERVING), ("starting", STARTING), ("no answer", SILENT),
    ("ended (SIGKILL)", GONE), ("ended (exit code 0)", GONE)])
def test_a_state_in_words_is_one_of_four_conditions(state: str, condition: str) -> None:
    assert condition_of(state) == condition


def test_a_status_becomes_tasks_variables_and_links() -> None:
    model = model_of(rows())
    ps, worker = model.tasks
    assert (ps.name, ps.job, ps.condition, ps.mark, ps.pid) == ("ps:0", "ps", SERVING, "●", 100)
    assert ps.simulated == ("/device:GPU:0",)
    variable, = ps.variables
    assert (variable.name, variable.shape, variable.nbytes) == ("W", (784, 10), 31360)
    assert (worker.steps, worker.variables) == (4, ())
    assert model.links == (
        Link(PROGRAMS, "worker:0", 80, 4), Link("ps:0", "worker:0", 1000, 2),
        Link("worker:0", PROGRAMS, 4, 4))
    assert not model.is_stopped


def test_two_readings_make_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = watch_of(monkeypatch, [rows(4, 1000, 2), rows(10, 4000, 8)], [100.0, 102.0])
    assert {link.byte_rate for link in watch.read().links} == {None}
    model = watch.read()
    link = next(link for link in model.links if link.source == "ps:0")
    assert (link.byte_rate, link.message_rate) == (1500.0, 3.0)
    assert [task.step_rate for task in model.tasks] == [3.0, 3.0]


def test_a_task_that_began_anew_has_no_negative_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = watch_of(monkeypatch, [rows(10, 4000, 8), rows(0, 0, 0)], [100.0, 101.0])
    watch.read()
    model = watch.read()
    assert all(link.byte_rate == 0 for link in model.links)
    assert all(task.step_rate == 0 for task in model.tasks)


def test_readings_in_quick_succession_keep_the_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = [rows(4, 1000), rows(10, 4000), rows(10, 4001)]
    watch = watch_of(monkeypatch, readings, [100.0, 102.0, 102.01])
    watch.read()
    before = watch.read()
    after = watch.read()
    assert after.links[1].byte_rate == before.links[1].byte_rate == 1500.0
    assert after.links[1].nbytes == 4001


def test_a_gone_task_is_told_in_words_and_by_shape() -> None:
    shown = ClusterDrawing(model_of(rows(worker="ended (SIGKILL)")))
    text = shown.text()
    assert "2 tasks: 1 serving, 1 gone" in text
    line = next(line for line in text.splitlines() if "worker:0 " in line and "ended" in line)
    assert line.startswith("✕") and "SIGKILL" in line
    root = ElementTree.fromstring(shown.svg())
    box = next(g for g in root.iter() if g.get("data-task") == "worker:0")
    frame = next(each for each in box if each.tag.endswith("rect"))
    assert frame.get("stroke-dasharray")
    assert any("✕ worker:0: GONE (SIGKILL)" in (each.text or "") for each in box)


def test_variables_of_a_gone_task_are_lost() -> None:
    gone = ClusterStatus([row._replace(state="ended (SIGKILL)", pid=None) for row in rows()])
    shown = ClusterDrawing(model_of(gone))
    assert shown.model.is_stopped
    assert "The cluster is stopped" in shown.text()
    assert "lost with its process" in shown.text() and "lost: 1" in shown.text()


def test_the_text_names_each_variable_with_its_place() -> None:
    text = drawing(rows()).text()
    assert re.search(r"ps:0 +W +float32 +\[784, 10\] +30\.6 KiB +CPU:0", text)
    assert re.search(r"ps:0 -> worker:0 +1000 B +2", text)
    assert "GPU:0 (simulated)" in text


def test_the_picture_is_the_same_for_the_same_reading_and_described() -> None:
    shown = drawing(rows())
    first = shown.svg()
    assert first == shown.svg()
    root = ElementTree.fromstring(first)
    assert root.get("role") == "img"
    description = next(each.text or "" for each in root if each.tag.endswith("desc"))
    assert "ps:0 to worker:0 1000 B" in description
    assert {g.get("data-task") for g in root.iter() if g.get("data-task")} == {"ps:0", "worker:0"}


def test_the_model_is_json() -> None:
    data = json.loads(json.dumps(drawing(rows()).to_dict()))
    assert data["tasks"][0]["variables"][0]["shape"] == [784, 10]
    assert data["links"][1] == {"source": "ps:0", "target": "worker:0", "nbytes": 1000,
                                "messages": 2, "byte_rate": None, "message_rate": None}


def test_many_tasks_fit_into_rows() -> None:
    many = ClusterStatus([TaskStatus(f"worker:{i}", f"127.0.0.1:{i}", "serving", i + 1)
                          for i in range(12)])
    root = ElementTree.fromstring(drawing(many).svg())
    tops = {next(each.get("y") for each in g if each.tag.endswith("rect"))
            for g in root.iter() if g.get("data-task")}
    assert len(tops) == 3


@pytest.mark.parametrize("subject", [3, None, "localhost:2222"])
def test_what_is_no_cluster_is_refused(subject: Any) -> None:
    with pytest.raises(TypeError, match="expected a cluster"):
        drawing(subject)


def test_a_real_cluster_by_its_object_and_by_its_target() -> None:
    with tf.cluster.local(ps=1, worker=1) as cluster, tf.Graph().as_default():
        with tf.device("/job:ps/task:0"):
            kept = tf.Variable([1.0, 2.0], name="kept")
        with tf.Session(cluster.target) as session:
            session.run(kept.initializer)
        for subject in (cluster, cluster.target):
            model = model_of(subject)
            assert [task.name for task in model.tasks] == ["ps:0", "worker:0"]
            assert [v.name for v in model.tasks[0].variables] == ["kept"]
        cluster.kill("ps", 0)
        watch = Watch(cluster)
        assert [task.condition for task in watch.glance().tasks] == [GONE, SERVING]
    assert model_of(cluster).is_stopped
