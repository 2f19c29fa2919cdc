"""Tasks of one machine share its processors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import tftutor as tf
from tftutor.backends import blas, threads
from tftutor.distributed import processors
from tftutor.distributed.launch.ports import PortReservation
from tftutor.distributed.processors import ProcessorShare, computing_neighbours, share_of

CLUSTER = {"ps": {0: "localhost:1"}, "chief": {0: "127.0.0.1:2"},
           "worker": {0: "localhost:3", 1: "far:1", 2: "far:2", 3: "farther:1"}}


@pytest.fixture(autouse=True)
def eight_processors(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in processors._SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(threads, "available_processors", lambda: 8)
    yield
    assert not processors._shares


def test_parameter_servers_and_other_machines_do_not_count() -> None:
    assert computing_neighbours(CLUSTER, "localhost:1") == 2
    assert computing_neighbours(CLUSTER, "far:2") == 2
    assert computing_neighbours(CLUSTER, "farther:1") == 1


@pytest.mark.parametrize(("processors_there", "tasks", "share"),
                         [(8, 2, 4), (8, 3, 2), (2, 4, 1), (1, 0, 1)])
def test_a_share_is_whole_and_at_least_one(processors_there: int, tasks: int, share: int) -> None:
    assert share_of(processors_there, tasks) == share


def test_a_share_is_taken_and_given_back() -> None:
    before = blas.blas_thread_count()
    share = ProcessorShare(CLUSTER, "worker", 0)
    assert threads.thread_count() == 4
    share.give_back()
    share.give_back()
    assert threads.thread_count() == 8 and blas.blas_thread_count() == before


def test_tasks_of_one_process_hold_the_smallest_share_together() -> None:
    three = {"worker": {i: f"localhost:{i}" for i in range(3)}}
    first, second = ProcessorShare(CLUSTER, "chief", 0), ProcessorShare(three, "worker", 1)
    assert threads.thread_count() == 2
    second.give_back()
    assert threads.thread_count() == 4
    first.give_back()
    assert threads.thread_count() == 8


@pytest.mark.parametrize("name", processors._SETTINGS)
def test_who_has_set_a_number_keeps_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "5")
    share = ProcessorShare(CLUSTER, "worker", 0)
    assert threads.asked_thread_count() == 0
    share.give_back()


def test_a_number_that_a_session_asked_for_stays() -> None:
    threads.set_thread_count(6)
    share = ProcessorShare(CLUSTER, "worker", 0)
    assert threads.thread_count() == 6
    share.give_back()
    assert threads.thread_count() == 6


def test_a_server_takes_its_share_and_leaves_it_when_it_stops() -> None:
    ports = [PortReservation() for _ in range(2)]
    with tf.train.Server({"worker": [port.address for port in ports]}, task_index=0):
        assert threads.thread_count() == 4
    assert threads.thread_count() == 8
    with tf.train.Server.create_local_server():
        assert threads.thread_count() == 8
    for port in ports:
        port.close()
