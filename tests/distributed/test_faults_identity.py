"""Taken ports, wrong clusters, other versions, absent tasks, requests that come twice."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

import tftutor as tf
from tests.distributed.faults import counter, endless_wait
from tests.distributed.running_tasks import ROOT
from tftutor.distributed import servers_here
from tftutor.distributed.master import MasterSession
from tftutor.distributed.messages import PROTOCOL_VERSION, Hello
from tftutor.distributed.transport import Transport


@pytest.fixture
def server() -> Iterator[Any]:
    """Starts `tftutor server` processes; waits until they serve, or have ended."""
    programs = []

    def start(cluster: dict[str, Any], job: str, index: int = 0) -> subprocess.Popen[str]:
        program = subprocess.Popen(
            [sys.executable, "-m", "tftutor", "server", "--job", job, "--task", str(index),
             "--cluster", json.dumps(cluster)], cwd=ROOT, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        programs.append(program)
        program.stdout.readline()
        return program

    yield start
    for program in programs:
        program.kill()
        program.communicate()


@pytest.fixture
def cluster() -> Iterator[Any]:
    with tf.cluster.local(ps=1, worker=0) as running, tf.Graph().as_default():
        yield running


# -- refused at once ----------------------------------------------------------------------------

def test_a_second_process_of_the_same_task_is_refused_and_told_who_was_first(
        server: Any, ports: list[str]) -> None:
    cluster = {"ps": [ports[0]], "worker": [ports[1]]}
    server(cluster, "worker")
    begun = time.monotonic()
    second = server(cluster, "worker")
    assert second.wait(5) == 2 and time.monotonic() - begun < 5
    said = second.stderr.read()
    assert re.search(f"Could not start gRPC server: {ports[1]}: Address already in use; "
                     r"/job:worker/replica:0/task:0 serves there since \d s, and this program "
                     "should also be /job:worker/replica:0/task:0", said)


def test_a_port_of_another_task_is_refused_and_told_whose(server: Any, ports: list[str]) -> None:
    server({"ps": [ports[0]]}, "ps")
    with pytest.raises(tf.errors.UnknownError, match=(
            f"^Could not start gRPC server: {ports[0]}: Address already in use; /job:ps/replica:0/"
            r"task:0 serves there since \d s, and this program should be /job:worker/replica:0/"
            "task:0$")):
        tf.train.Server({"worker": [ports[0]]}, "worker", 0)


def test_different_clusters_are_refused_with_their_difference(server: Any, ports: list[str]
                                                              ) -> None:
    server({"ps": [ports[0]], "worker": [ports[1]]}, "ps")
    server({"ps": [ports[0]], "worker": [ports[1]]}, "worker")
    mine = {"ps": [ports[0]], "worker": [ports[2], ports[1]]}
    begun = time.monotonic()
    with tf.train.Server(mine, "worker", 0) as worker, tf.Graph().as_default():
        config = tf.ConfigProto(device_filters=["/job:ps"])
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            tf.Session(worker.target, config=config)
    assert time.monotonic() - begun < 2
    assert str(caught.value) == (
        "/job:worker/replica:0/task:0 and /job:ps/replica:0/task:0 at "
        f"{ports[0]} were given different ClusterSpecs: /job:worker/task:0 is at {ports[2]} for "
        f"/job:worker/replica:0/task:0, but at {ports[1]} for /job:ps/replica:0/task:0; "
        f"/job:worker/task:1 is at {ports[1]} for /job:worker/replica:0/task:0, but unknown for "
        "/job:ps/replica:0/task:0")


def test_a_task_that_is_another_one_is_refused(server: Any, ports: list[str]) -> None:
    server({"worker": [ports[0]]}, "worker")
    with tf.train.Server({"ps": [ports[0]], "worker": [ports[1]]}, "worker", 0) as worker:
        with tf.Graph().as_default(), pytest.raises(
                tf.errors.OpError, match="/job:ps/replica:0/task:0.*/job:worker/replica:0/task:0"):
            tf.Session(worker.target)


def test_another_version_of_the_protocol_is_refused_when_the_session_is_made(
        cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = Transport(handler=None, identity=Hello("client", "", 5, version=PROTOCOL_VERSION + 1))
    monkeypatch.setattr(servers_here, "_client", newer)
    begun = time.monotonic()
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.Session(cluster.target_of("ps", 0))
    assert time.monotonic() - begun < 2
    assert (f"speaks version {PROTOCOL_VERSION + 1} of the protocol, but /job:ps/replica:0/task:0 "
            f"version {PROTOCOL_VERSION}; install the same tftutor") in str(caught.value)
    newer.close()


# -- absent -------------------------------------------------------------------------------------

def test_an_absent_task_is_waited_for_with_a_line_and_in_the_end_reported(
        ports: list[str], capfd: Any) -> None:
    with tf.train.Server({"ps": [ports[0]], "worker": [ports[1]]}, "worker", 0) as worker:
        begun = time.monotonic()
        with pytest.raises(tf.errors.UnavailableError, match=(
                f"^worker:0 has waited [345] s in vain for /job:ps/task:0 at {ports[0]}: "
                r"connection refused for [345] s \(server not started\?\)$")):
            MasterSession(worker.target, wait=3.9)
        assert time.monotonic() - begun < 7
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 1 and lines[0].startswith(
        f"worker:0 is waiting for /job:ps/task:0 at {ports[0]}: connection refused for ")
    assert lines[0].endswith(" s (server not started?)")


def test_a_task_that_starts_late_is_waited_for(server: Any, ports: list[str]) -> None:
    cluster = {"ps": [ports[0]], "worker": [ports[1]]}
    with tf.train.Server(cluster, "worker", 0) as worker, tf.Graph().as_default():
        with tf.device("/job:ps/task:0"):
            doubled = tf.constant(2) * 2
        late = subprocess.Popen(  # it starts in a second
            [sys.executable, "-c", f"import time; time.sleep(1)\nimport tftutor as tf\n"
             f"tf.train.Server({cluster!r}, 'ps', 0).join()"], cwd=ROOT)
        try:
            with tf.Session(worker.target) as session:
                assert session.run(doubled) == 4
        finally:
            late.kill()
            late.wait()


def test_the_time_to_wait_is_for_all_absent_tasks_together(ports: list[str]) -> None:
    """operation_timeout_in_ms says how long; the parameter server comes, the other worker never."""
    cluster = {"ps": [ports[0]], "worker": ports[1:]}
    came: list[tf.train.Server] = []
    late = threading.Timer(1.0, lambda: came.append(tf.train.Server(cluster, "ps", 0)))
    late.start()
    with tf.train.Server(cluster, "worker", 0) as worker, tf.Graph().as_default():
        with pytest.raises(tf.errors.UnavailableError, match=(
                rf"^worker:0 has waited [34] s in vain for /job:worker/task:1 at {ports[2]}: "
                r"connection refused for \d s \(server not started\?\)$")):
            tf.Session(worker.target, config=tf.ConfigProto(operation_timeout_in_ms=3000))
    late.join()
    came[0].stop()


def test_a_host_that_is_unknown_is_told_with_its_task(ports: list[str]) -> None:
    cluster = {"ps": ["ps0.invalid:2222"], "worker": [ports[1]]}
    with tf.train.Server(cluster, "worker", 0) as worker, pytest.raises(
            tf.errors.UnavailableError, match=(
                r"^worker:0 has waited 1 s in vain for /job:ps/task:0 at ps0\.invalid:2222: "
                r"ps0\.invalid: .+ for \d s$")):
        tf.Session(worker.target, config=tf.ConfigProto(operation_timeout_in_ms=1000))


def test_a_short_wait_is_short(ports: list[str]) -> None:
    with pytest.raises(tf.errors.UnavailableError, match=r"has waited 0\.\d s in vain for"):
        tf.Session(f"grpc://{ports[0]}", config=tf.ConfigProto(operation_timeout_in_ms=200))


# -- twice, or too late -------------------------------------------------------------------------

def _run_header(session: tf.Session, fetch: Any) -> dict[str, Any]:
    """What the session sends to have `fetch` run, with a new number of its step."""
    plan = session._lookup(fetch, None).plan
    return {"session": session._master.name, "handle": plan.parts[0].handle, "step": 4242}


def test_a_replayed_request_is_aborted_and_counted_and_not_done_again(cluster: Any) -> None:
    count, add = counter()
    with tf.Session(cluster.target_of("ps", 0)) as session:
        session.run(count.initializer)
        header = _run_header(session, add)
        peer = servers_here.connect(cluster.spec.task_address("ps", 0), "")
        first = peer.start("run_graph", header)
        assert first.wait(5).code == 0
        again = peer.start("run_graph", {**header, "step": 4243}, request_id=first.id).wait(5)
        assert again.code == tf.errors.ABORTED and "never run twice" in again.header["message"]
        same_step = peer.start("run_graph", header).wait(5)  # a new request, but an old step
        assert same_step.code == tf.errors.ABORTED
        assert session.run(count) == 1
        details = peer.call("status", {}, timeout=5).header["details"]
        assert details["refused"]["aborted"] == 1


def test_a_request_for_an_old_incarnation_is_aborted(cluster: Any) -> None:
    address = cluster.spec.task_address("ps", 0)
    peer = servers_here.connect(address, "/job:ps/replica:0/task:0")
    peer.call("heartbeat", {}, timeout=5)
    old = peer.incarnation
    cluster.restart("ps")
    with pytest.raises(tf.errors.AbortedError, match=f"restarted: incarnation {old:016x} is gone"):
        peer.call("status", {}, timeout=5, incarnation=old)
    assert peer.call("status", {}, timeout=5).header["incarnation"] == peer.incarnation != old


# -- deadlines ----------------------------------------------------------------------------------

def test_a_step_that_waits_too_long_on_the_ps_is_ended_there(cluster: Any) -> None:
    count, add = counter()
    with tf.Session(cluster.target_of("ps", 0)) as session:
        session.run(count.initializer)
        begun = time.monotonic()
        with pytest.raises(tf.errors.DeadlineExceededError):
            session.run(endless_wait(), options=tf.RunOptions(timeout_in_ms=500))
        assert 0.4 < time.monotonic() - begun < 1.5
        assert session.run(add) == 1


def test_a_step_has_its_timeout_even_when_the_ps_is_frozen(cluster: Any) -> None:
    count, add = counter()
    with tf.Session(cluster.target_of("ps", 0)) as session:
        session.run(count.initializer)
        session.run(add)
        cluster.suspend("ps")
        begun = time.monotonic()
        try:
            with pytest.raises(tf.errors.DeadlineExceededError):
                session.run(add, options=tf.RunOptions(timeout_in_ms=500))
        finally:
            cluster.resume("ps")
        assert 0.4 < time.monotonic() - begun < 2.5
        assert session.run(count) in (1, 2)
