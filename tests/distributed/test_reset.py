"""tf.Session.reset and targets, compared with TensorFlow; steps that run meanwhile."""

from __future__ import annotations

import json
import pathlib
import threading
from typing import Any

import pytest

import tftutor as tf
from tests.distributed.processes import free_ports
from tests.golden.session_programs import (
    local_resets,
    lost_queues,
    resets,
    start,
    targets,
)
from tftutor.client.process_settings import process_settings

GOLDEN = json.loads((pathlib.Path(__file__).parent.parent / "golden" / "sessions.json").read_text())


def differences(group: str, ours: dict[str, str]) -> list[str]:
    """Where we differ; TensorFlow's words may be followed by ours in an error."""
    golden = GOLDEN[group]
    assert golden.keys() == ours.keys()
    return [f"{asked}\n  {golden[asked]}\n  {ours[asked]}" for asked in golden
            if not (ours[asked] == golden[asked]
                    or ": " in golden[asked] and ours[asked].startswith(golden[asked]))]


def test_targets_are_refused_in_the_words_of_tf() -> None:
    process_settings.reset()
    assert differences("targets", targets(tf)) == []


def test_a_target_without_its_protocol_is_told_what_it_lacks() -> None:
    for target, hint in (("localhost:2222", "grpc://localhost:2222$"), ("local", 'its target')):
        with pytest.raises(tf.errors.NotFoundError, match=hint):
            tf.Session(target)


def test_a_reset_without_a_target_closes_the_sessions_that_have_none() -> None:
    assert differences("local_resets", local_resets(tf)) == []


def test_a_reset_ends_the_sessions_of_its_target_and_clears_all_tasks() -> None:
    servers = start(tf, free_ports(3))
    try:
        assert differences("resets", resets(tf, servers)) == []
    finally:
        for server in servers:
            server.stop()


def test_queues_of_other_sessions_are_lost_with_their_container() -> None:
    servers = start(tf, free_ports(3))
    try:
        found, session = lost_queues(tf, servers)
        assert found == GOLDEN["lost_queues"]
        session.close()
    finally:
        for server in servers:
            server.stop()


def test_who_uses_a_session_that_was_reset_is_told_why(servers: list[Any]) -> None:
    c = tf.constant(1)
    session = tf.Session(servers[1].target)
    session.run(c)
    tf.Session.reset(servers[1].target)
    with pytest.raises(tf.errors.AbortedError, match="not found. .tf.Session.reset has ended it"):
        session.run(c)


@pytest.mark.parametrize("target", [1, 2])
def test_steps_of_the_target_are_cancelled_and_those_of_others_go_on(servers: list[Any],
                                                                      target: int) -> None:
    with tf.device("/job:worker/task:1"):
        queue = tf.FIFOQueue(1, tf.float32, [], shared_name="waited for")
        taken, put = queue.dequeue(), queue.enqueue(2.0)
    session = tf.Session(servers[target].target)
    found: list[Any] = []

    def wait() -> None:
        try:
            found.append(session.run(taken))
        except tf.errors.CancelledError as error:
            found.append(error.message)

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join(0.3)
    tf.Session.reset(servers[1].target, ["other"])
    if target == 2:
        assert thread.is_alive()
        session.run(put)
    thread.join(10)
    assert found == [2.0 if target == 2 else
                     "Step was cancelled by an explicit call to `Session::Close()`."]


def test_a_reset_is_carried_out_in_other_processes() -> None:
    with tf.cluster.local(ps=1, worker=2) as cluster, tf.Graph().as_default():
        with tf.device("/job:ps/task:0"):
            v = tf.Variable(1.0)
        sessions = [tf.Session(cluster.target_of("worker", i)) for i in (0, 1)]
        sessions[0].run(v.initializer)
        sessions[1].run(v)
        unused = tf.Session(cluster.target_of("worker", 0))
        tf.Session.reset(cluster.target_of("worker", 0))
        for function, text in ((lambda: sessions[0].run(v), "^Session .{16} is not found"),
                               (sessions[0].close, "Possibly, this master has restarted.$")):
            with pytest.raises(tf.errors.AbortedError, match=text):
                function()
        for session in (sessions[1], unused):
            assert not session.run(tf.is_variable_initialized(v))
            session.close()


def test_a_session_of_a_server_that_was_stopped_here_is_told_so() -> None:
    with tf.Graph().as_default(), tf.train.Server.create_local_server() as server:
        c = tf.constant(1) + 1
        session = tf.Session(server.target)
        assert session.run(c) == 2
        server.stop()
        with pytest.raises(tf.errors.UnavailableError, match="/task:0 was stopped"):
            session.run(c)
        session.close()


def test_a_session_begins_with_its_first_step_whatever_was_before() -> None:
    with tf.cluster.local(ps=1, worker=1) as cluster, tf.Graph().as_default():
        with tf.device("/job:ps/task:0"):
            c = tf.constant(1) + 1
        with tf.device("/job:worker/task:0"):
            d = c + 1
        for job in ("ps", "worker"):
            with tf.Session(cluster.target) as unused, tf.Session(cluster.target) as used:
                assert used.run(c) == 2
                cluster.restart(job, 0)
                assert unused.run(d) == 3
                with pytest.raises(tf.errors.AbortedError, match="not found"):
                    used.run(d)
                if job == "worker":
                    with pytest.raises(tf.errors.AbortedError, match="this master has restarted"):
                        used.close()


def test_a_reset_waits_for_absent_tasks_as_long_as_it_is_told() -> None:
    ports = free_ports(2)
    spec = {"ps": [f"localhost:{ports[0]}"], "worker": [f"localhost:{ports[1]}"]}
    with tf.train.Server(spec, "worker", 0) as server, pytest.raises(
            tf.errors.UnavailableError, match=r"worker:0 has waited .* in vain for /job:ps/task:0"):
        tf.Session.reset(server.target, config=tf.ConfigProto(operation_timeout_in_ms=300))
