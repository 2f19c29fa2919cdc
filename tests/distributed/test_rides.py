"""Values that ride along with the messages which begin and end the part of a step elsewhere.

The program's own process is a worker; a parameter server and another worker have their own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import tftutor as tf
from tests.distributed.processes import comes_true, free_ports
from tests.distributed.running_tasks import ROOT
from tftutor.distributed.peer import Peer
from tftutor.distributed.pushes import Ride, split
from tftutor.errors import InvalidArgumentError

PS, WORKER, OTHER = "/job:ps/task:0", "/job:worker/task:0", "/job:worker/task:1"


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """Worker 0, in this process."""
    ports = free_ports(3)
    cluster = {"ps": [f"127.0.0.1:{ports[0]}"],
               "worker": [f"127.0.0.1:{port}" for port in ports[1:]]}
    command = [sys.executable, "-m", "tftutor", "server", "--cluster", json.dumps(cluster)]
    processes = [subprocess.Popen([*command, "--job", job, "--task", str(task)],
                                  env={**os.environ, "PYTHONPATH": str(ROOT)},
                                  stdout=subprocess.DEVNULL)
                 for job, task in (("ps", 0), ("worker", 1))]
    made = tf.train.Server(cluster, "worker", 0)
    yield made
    made.stop()
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture
def session(server: Any) -> Iterator[Any]:
    """A session of worker 0, with a graph and variables of its own."""
    with tf.Graph().as_default(), tf.container("test"):
        with tf.Session(server.target) as made:
            yield made
    tf.Session.reset(server.target, ["test"])


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The methods that this process asks others for."""
    methods: list[str] = []
    start = Peer.start

    def noting_start(peer: Peer, method: str, *arguments: Any, **options: Any) -> Any:
        methods.append(method)
        return start(peer, method, *arguments, **options)

    monkeypatch.setattr(Peer, "start", noting_start)
    return methods


def steady(session: Any, fetch: Any, sent: list[str], server: Any) -> tuple[Any, list[str], int]:
    """The third run: its result, what was asked for, how many messages came with values."""
    for _ in range(2):
        session.run(fetch)
    arrived: list[Any] = []
    send_tensors = server._service._methods["send_tensors"]
    server._service._methods["send_tensors"] = lambda *message: (arrived.append(message),
                                                                 send_tensors(*message))[1]
    sent.clear()
    result = session.run(fetch)
    server._service._methods["send_tensors"] = send_tensors
    return result, list(sent), len(arrived)


def variable(device: str, value: Any, name: str) -> Any:
    with tf.device(device):
        return tf.Variable(tf.constant(value), name=name)


def test_what_is_pushed_goes_with_the_request_to_run(session, server, sent):
    there, here = variable(PS, [1.0, 2.0], "there"), variable(WORKER, [10.0, 20.0], "here")
    with tf.device(PS):
        update = tf.assign_add(there, here)
    session.run(tf.global_variables_initializer())
    assert steady(session, update.op, sent, server) == (None, ["run_graph"], 0)
    np.testing.assert_array_equal(session.run(there), [31.0, 62.0])


def test_what_is_pulled_comes_with_the_answer(session, server, sent):
    there, too = variable(PS, [1.0, 2.0], "there"), variable(PS, 3.0, "too")
    with tf.device(WORKER):
        total = tf.reduce_sum(there * too)
    session.run(tf.global_variables_initializer())
    assert steady(session, total, sent, server) == (9.0, ["run_graph"], 0)


@pytest.mark.parametrize("count", [2**18 + 1, 2**20], ids=["little more than a MiB", "4 MiB"])
def test_much_has_messages_of_its_own(session, server, sent, count):
    there = variable(PS, np.ones(count, np.float32), "there")
    here = variable(WORKER, np.ones(count, np.float32), "here")
    with tf.device(PS):
        update = tf.assign_add(there, here)
    with tf.device(WORKER):
        total = tf.reduce_sum(there)
    session.run(tf.global_variables_initializer())
    assert sorted(steady(session, update.op, sent, server)[1]) == ["run_graph", "send_tensors"]
    result, asked, arrived = steady(session, total, sent, server)
    assert (asked, arrived) == (["run_graph"], 1) and result == np.float32(count * 4)


def test_two_tasks_each_get_what_is_theirs(session, server, sent):
    here = variable(WORKER, 5.0, "here")
    there, too = variable(PS, 1.0, "there"), variable(OTHER, 2.0, "too")
    with tf.device(PS):
        first = tf.assign_add(there, here)
    with tf.device(OTHER):
        second = tf.assign_add(too, here)
    session.run(tf.global_variables_initializer())
    result, asked, arrived = steady(session, [first, second], sent, server)
    assert result == [16.0, 17.0] and (asked, arrived) == (["run_graph"] * 2, 0)


def test_values_from_two_tasks_come_with_their_answers(session, server, sent):
    there, too = variable(PS, 1.0, "there"), variable(OTHER, 2.0, "too")
    with tf.device(WORKER):
        total = there + too
    session.run(tf.global_variables_initializer())
    assert steady(session, [total, there], sent, server) == ([3.0, 1.0], ["run_graph"] * 2, 0)


def test_control_edges_ride_too(session, server, sent):
    there, here = variable(PS, 1.0, "there"), variable(WORKER, 5.0, "here")
    with tf.device(PS):
        add = tf.assign_add(there, 1.0)
    with tf.device(WORKER), tf.control_dependencies([add]):
        later = tf.assign_add(here, 1.0)
    session.run(tf.global_variables_initializer())
    assert steady(session, later, sent, server) == (8.0, ["run_graph"], 0)
    assert session.run(there) == 4.0


def test_feeds_and_fetches_are_not_mixed_with_what_rides(session, server, sent):
    here, there = variable(WORKER, [5.0, 6.0], "here"), variable(PS, [1.0, 1.0], "there")
    with tf.device(PS):
        x = tf.placeholder(tf.float32, [2])
        update = tf.assign(there, x)
        both = tf.assign_add(there, here)
    with tf.device(WORKER):
        total = tf.reduce_sum(there)
    session.run(tf.global_variables_initializer())
    for _ in range(3):
        np.testing.assert_array_equal(session.run(update, {x: [7.0, 8.0]}), [7.0, 8.0])
        np.testing.assert_array_equal(session.run(both), [12.0, 14.0])
        values = session.run([there, total])
        np.testing.assert_array_equal(values[0], [12.0, 14.0])
        assert values[1] == 26.0


def test_an_error_in_the_part_that_goes_first_ends_the_step(session, sent):
    there, here = variable(PS, 1.0, "there"), variable(WORKER, 5.0, "here")
    with tf.device(PS):
        update = tf.assign_add(there, here)
    session.run(there.initializer)
    with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized value here"):
        session.run(update.op)
    session.run(here.initializer)
    session.run(update.op)
    assert session.run(there) == 6.0


def test_an_error_of_who_should_answer_with_a_value_ends_the_step(session, server):
    there = variable(PS, 1.0, "there")
    with tf.device(WORKER):
        total = there * 2.0
    with pytest.raises(tf.errors.FailedPreconditionError,
                       match="From /job:ps/replica:0/task:0:\n.*uninitialized value there"):
        session.run(total)
    session.run(there.initializer)
    assert session.run(total) == 2.0
    assert comes_true(lambda: not server._service._steps.all(), 2)


def test_a_traced_step_has_messages_of_its_own(session):
    there = variable(PS, 1.0, "there")
    with tf.device(WORKER):
        total = there * 2.0
    session.run(there.initializer)
    metadata = tf.RunMetadata()
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    assert session.run(total, options=options, run_metadata=metadata) == 2.0
    assert len({d.device for d in metadata.step_stats.dev_stats}) == 2


def test_what_rides_is_counted_as_sent(session, server):
    there, here = variable(PS, [1.0] * 100, "there"), variable(WORKER, [1.0] * 100, "here")
    with tf.device(PS):
        update = tf.assign_add(there, here)
    session.run(tf.global_variables_initializer())
    before = dict(server._service.counts)
    session.run(update.op)
    assert server._service.counts["bytes_out"] == before["bytes_out"] + 400


# -- without a network --------------------------------------------------------------------------

def test_a_ride_has_room_for_one_message_to_each_of_its_tasks():
    ride = Ride(["a", "b"])
    assert ride.take("a", {"step": 1, "keys": ["k"]}, [1.0], 4)
    assert not ride.take("a", {"step": 1, "keys": ["l"]}, [1.0], 4)
    assert not ride.take("c", {"step": 1, "keys": ["k"]}, [1.0], 4)
    assert not ride.take("b", {"step": 1, "keys": ["k"]}, [1.0], 2**20 + 1)
    header, tensors = {"handle": "3"}, [7.0]
    ride.join("b", header, tensors)
    assert (header, tensors) == ({"handle": "3"}, [7.0])
    ride.join("a", header, tensors)
    assert (header, tensors) == ({"handle": "3", "keys": ["k"]}, [7.0, 1.0])


def test_a_message_is_split_into_its_own_values_and_those_of_edges():
    assert split({"handle": "3"}, [7.0]) == ([7.0], (), {})
    header = {"handle": "3", "keys": ["k", "dead", "l"], "dead": [1]}
    assert split(header, [7.0, 1.0, 2.0]) == (
        [7.0], [1.0, 2.0], {"keys": ["k", "dead", "l"], "dead": [1]})
    assert split({"keys": ["signal"], "signals": [0]}, [7.0])[:2] == ([7.0], [])


@pytest.mark.parametrize("header", [{"keys": ["a", "b"]}, {"keys": ["a"], "dead": [0, 0]}])
def test_a_message_with_fewer_values_than_it_says_is_refused(header):
    with pytest.raises(InvalidArgumentError, match="edges of a step"):
        split(header, [1.0])
