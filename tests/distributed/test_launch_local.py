"""tf.cluster.local: real processes, what they say, what can be done to them, and how they end."""

from __future__ import annotations

import os
import pathlib
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import tftutor as tf
from tests.distributed.processes import comes_true, is_alive, is_free
from tftutor.distributed.launch.ports import PortReservation


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with tf.cluster.local(ps=1, worker=2) as running:
        yield running


def _thread_states(pid: int) -> set[str]:
    """"T" for threads that stand still, as Linux says; nothing elsewhere."""
    return {status.read_text().rpartition(")")[2].split()[0]
            for status in pathlib.Path(f"/proc/{pid}/task").glob("*/stat")}


def test_every_task_is_a_process_that_serves(cluster: Any) -> None:
    status = cluster.status()
    assert [row.task for row in status] == ["ps:0", "worker:0", "worker:1"]
    assert {row.state for row in status} == {"serving"}
    pids = {row.pid for row in status}
    assert len(pids) == 3 and os.getpid() not in pids and all(map(is_alive, pids))
    assert all(row.heartbeat < 1 and row.uptime > 0 for row in status)
    assert [row.address for row in status] == [
        *cluster.spec.job_tasks("ps"), *cluster.spec.job_tasks("worker")]


def test_sessions_share_a_variable_of_the_parameter_server(cluster: Any) -> None:
    def counter() -> tuple[Any, Any]:
        with tf.device("/job:ps/task:0"):
            variable = tf.get_variable("shared", [], initializer=tf.zeros_initializer())
        return variable, variable.assign_add(1.0)

    before = cluster.status()["ps:0"].steps
    for index in range(2):
        with tf.Graph().as_default():
            variable, add = counter()
            with tf.Session(cluster.target_of("worker", index)) as session:
                if index == 0:
                    session.run(variable.initializer)
                session.run(add)
                found = session.run(variable)
    assert found == 2.0
    assert cluster.status()["ps:0"].steps >= before + 4


def test_the_target_is_a_worker_and_others_can_be_asked_for(cluster: Any) -> None:
    assert cluster.target == f"grpc://{cluster.spec.task_address('worker', 0)}"
    assert cluster.target_of("ps", 0) == f"grpc://{cluster.spec.task_address('ps', 0)}"
    with pytest.raises(ValueError, match="No task with index 2 in job 'worker'"):
        cluster.target_of("worker", 2)


def test_any_task_can_be_asked_for_the_table(cluster: Any) -> None:
    found = tf.cluster.status(cluster.target_of("ps", 0), 5.0)
    assert [(row.task, row.address, row.state) for row in found] == [
        (row.task, row.address, row.state) for row in cluster.status(5.0)]
    with pytest.raises(KeyError):
        found["ps:1"]
    with pytest.raises(ValueError, match="grpc://host:port"):
        tf.cluster.status("local")


def test_the_table_has_a_line_for_each_task(cluster: Any) -> None:
    lines = repr(cluster.status()).splitlines()
    assert lines[0].split() == ["task", "pid", "address", "state", "heartbeat", "steps", "in",
                                "out"]
    assert [line.split()[0] for line in lines[1:]] == ["ps:0", "worker:0", "worker:1"]


def test_logs_hold_what_a_task_prints(cluster: Any) -> None:
    assert "/job:ps/task:0 serves at grpc://127.0.0.1:" in cluster.logs("ps", 0)
    cluster.run_cell("worker", 0, "import sys; print('to the log', file=sys.stderr)", 10)
    assert "to the log" in cluster.logs("worker", 0)


def test_a_killed_task_is_seen_and_can_be_started_again_at_its_address(cluster: Any) -> None:
    first = cluster.status()["worker:1"]
    cluster.kill("worker", 1)
    status = cluster.status()
    assert status["worker:1"].state == "ended (SIGKILL)" and status["worker:1"].pid is None
    assert status["ps:0"].state == "serving"
    with pytest.raises(tf.cluster.LaunchError, match="worker:1 ended"):
        cluster.run_cell("worker", 1, "1")
    cluster.restart("worker", 1)
    again = cluster.status(5.0)["worker:1"]
    assert (again.state, again.address) == ("serving", first.address) and again.pid != first.pid


def test_a_running_task_can_be_restarted(cluster: Any) -> None:
    pid = cluster.status()["worker:0"].pid
    cluster.restart("worker", 0)
    assert not is_alive(pid) and cluster.status(5.0)["worker:0"].state == "serving"


def test_a_frozen_task_gives_no_answer_until_it_goes_on(cluster: Any) -> None:
    cluster.suspend("ps")
    assert _thread_states(cluster.status(0.01)["ps:0"].pid) <= {"T"}
    try:
        assert cluster.status(0.3)["ps:0"].state == "no answer"
    finally:
        cluster.resume("ps")
    assert cluster.status(5.0)["ps:0"].state == "serving"


def test_a_notebooks_interrupt_does_not_reach_the_servers(cluster: Any) -> None:
    pids = [row.pid for row in cluster.status()]
    assert all(os.getpgid(pid) == pid for pid in pids)  # a group of its own each
    os.kill(pids[0], signal.SIGINT)
    assert cluster.status(5.0)["ps:0"].pid == pids[0]


def test_stopping_ends_the_processes_frees_the_ports_and_keeps_the_logs(tmp_path: pathlib.Path,
                                                                        monkeypatch: Any) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    stale = tmp_path / "tftutor-cluster-999999999-x"
    stale.mkdir()
    (stale / "lock").touch()
    with tf.cluster.local(ps=1, worker=0, jobs={"chief": 1}) as running:
        pids = [row.pid for row in running.status()]
        assert running.target == running.target_of("chief", 0)
        assert [path.name for path in tmp_path.glob("tftutor-cluster-*")] == [
            running._directory.name]  # what a killed program left is gone
    assert not any(map(is_alive, pids))
    assert all(is_free(running.spec.task_address(job, 0)) for job in running.spec.jobs)
    assert not list(tmp_path.glob("tftutor-cluster-*"))
    assert "serves at" in running.logs("ps")
    assert {row.state for row in running.status()} == {"ended (exit code 0)"}
    running.stop()


def test_tasks_have_the_environment_and_the_config_that_are_given() -> None:
    config = tf.ConfigProto(device_count={"GPU": 2})
    with tf.cluster.local(ps=0, worker=1, environ={"COLOUR": "blue"}, config=config) as running:
        assert running.run_cell("worker", 0, "import os; os.environ['COLOUR']", 10) == "'blue'\n"
        with tf.Session(running.target) as session:
            kinds = [device.device_type for device in session.list_devices()]
    assert kinds.count("GPU") == 2


def test_a_task_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch,
                                             tmp_path: pathlib.Path) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho no memory left\nexit 7\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(tf.cluster.LaunchError, match=r"(?s)exit code 7.*no memory left"):
        tf.cluster.local(ps=1, worker=0)


def test_a_server_that_refuses_is_quoted() -> None:
    with pytest.raises(tf.cluster.LaunchError, match="ps:0 didn't start: .*ParseError"):
        tf.cluster.local(ps=1, worker=0, config="device_counts {}")


@pytest.mark.parametrize("counts", [{"ps": -1}, {"ps": 1.5}, {"ps": 0, "worker": 0}])
def test_a_number_of_tasks_that_is_none_is_refused(counts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="task"):
        tf.cluster.local(**counts)


def test_a_reserved_port_is_nobody_elses() -> None:
    port = PortReservation()
    others = [PortReservation() for _ in range(50)]
    assert port.address not in {other.address for other in others}
    assert is_free(port.address) or not sys.platform.startswith("linux")  # a server may take it
    with pytest.raises(OSError, match="address"):
        PortReservation("192.0.2.1")
    for one in (port, *others):
        one.close()
    assert comes_true(lambda: is_free(port.address), 1.0)
