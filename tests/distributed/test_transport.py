"""Requests and replies over real sockets, within this process and between two."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

import tftutor as tf
from tests.distributed.running_tasks import Tasks, client, step
from tests.distributed.transport_task import NAME, Task
from tftutor.distributed.transport import Peer, Transport


@pytest.fixture(params=["ipc", "tcp"])
def peer(request: pytest.FixtureRequest, tasks: Tasks) -> Iterator[Peer]:
    task = tasks.here()
    transport = client(unix_sockets=request.param == "ipc")
    peer = transport.peer(task.address)
    peer.call("heartbeat", {})
    assert peer.endpoint.startswith(request.param)
    yield peer
    transport.close()


def test_values_come_back_as_they_went(peer: Peer) -> None:
    sent = [np.float32(2.5), np.arange(6).reshape(2, 3)[:, ::-1], np.zeros((0, 3), np.int8),
            np.array([b"x", "é".encode()], object), np.ones(300_000, np.complex64)]

    reply = peer.call("run_graph", step("echo"), sent)

    for value, back in zip(sent, reply.tensors, strict=True):
        np.testing.assert_array_equal(back, value)
        assert back.shape == np.shape(value)
    assert peer.task == NAME
    assert peer.state == "connected"


@pytest.mark.parametrize("megabytes", [1, 64])
def test_big_arrays_go_both_ways(peer: Peer, megabytes: int) -> None:
    big = np.random.default_rng(1).random(megabytes * 2**17)

    back, = peer.call("run_graph", step("thread"), [big], timeout=10).tensors

    np.testing.assert_array_equal(back, big)


def test_arrays_bigger_than_the_window_arrive_in_between_small_calls(tasks: Tasks) -> None:
    task = tasks.here(window=6 * 2**20)
    with client(window=6 * 2**20) as transport:
        peer = transport.peer(task.address)
        big = np.arange(5 * 2**20)
        calls = [peer.start("run_graph", step("echo"), [big + i]) for i in range(3)]
        peer.call("run_graph", step("echo"), [np.int64(1)], timeout=5)

        for i, call in enumerate(calls):
            np.testing.assert_array_equal(call.wait(10).tensors[0], big + i)


def test_a_task_that_ends_answers_what_is_all_but_done_and_waits_for_nothing_else(
        tasks: Tasks) -> None:
    task = tasks.here()
    with client() as transport:
        peer = transport.peer(task.address)
        peer.call("heartbeat", {})
        soon, never = (peer.start("run_graph", step(handle), [np.int64(3)])
                       for handle in ("soon", "never"))
        while task.calls < 3:
            time.sleep(0.001)
        begun = time.monotonic()
        task.transport.close("the program has ended")
        assert time.monotonic() - begun < 2
        assert soon.wait(5).tensors[0] == 3
        with pytest.raises(tf.errors.UnavailableError, match="the program has ended"):
            never.wait(5)


def test_thirty_two_threads_get_their_own_replies(peer: Peer) -> None:
    wrong: list[object] = []

    def work(number: int) -> None:
        for i in range(40):
            value = number * 1000 + i
            handle = "thread" if i % 5 == 0 else "echo"
            back = peer.call("run_graph", step(handle), [np.int64(value)], timeout=8).tensors[0]
            if back != value:
                wrong.append((value, back))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(9)

    assert not any(thread.is_alive() for thread in threads)
    assert not wrong


def test_calls_finish_out_of_order_and_tell_their_callbacks(peer: Peer) -> None:
    finished: list[str] = []
    told = threading.Event()
    never = peer.start("run_graph", step("never"))
    call = peer.start("run_graph", step("thread"))
    call.add_done_callback(lambda call: (finished.append(call.method), told.set()))

    assert told.wait(5)
    assert finished == ["run_graph"]
    assert call.done and not never.done
    never.cancel()
    with pytest.raises(tf.errors.CancelledError, match="run_graph"):
        never.wait()


def test_an_error_of_the_task_is_raised_by_call_and_returned_by_wait(tasks: Tasks) -> None:
    def handler(request: object, responder: object) -> None:
        raise tf.errors.FailedPreconditionError(None, None, "Attempting to use w")

    task = tasks.here()
    task.transport._listener._handler = handler
    with client() as transport:
        peer = transport.peer(task.address)
        with pytest.raises(tf.errors.FailedPreconditionError, match="Attempting to use w"):
            peer.call("run_graph", step("echo"))
        reply = peer.start("run_graph", step("echo")).wait(5)

    assert reply.code == tf.errors.FAILED_PRECONDITION
    assert reply.header == {"message": "Attempting to use w", "node": None, "task": NAME}


def test_no_reply_in_time_is_a_missed_deadline_and_the_peer_stays_usable(peer: Peer) -> None:
    with pytest.raises(tf.errors.DeadlineExceededError, match="no reply to run_graph within 0.1"):
        peer.call("run_graph", step("never"), timeout=0.1)

    assert peer.call("run_graph", step("echo"), [np.int32(3)], timeout=5).tensors[0] == 3


def test_a_request_id_is_accepted_once(tasks: Tasks) -> None:
    task = tasks.here()
    with client() as transport:
        peer = transport.peer(task.address)
        peer.call("run_graph", step("echo"), request_id=2**50)
        with pytest.raises(tf.errors.AbortedError, match="never run twice"):
            peer.call("run_graph", step("echo"), request_id=2**50)

    assert task.transport.counters["aborted"] == 1
    assert task.calls == 1


def test_a_caller_that_leaves_is_noticed(tasks: Tasks) -> None:
    task = tasks.here()
    transport = client()
    transport.peer(task.address).call("heartbeat", {})
    transport.close()

    deadline = time.monotonic() + 5
    while not task.lost and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [hello.role for hello in task.lost] == ["client"]


def test_closing_leaves_no_thread_descriptor_or_socket_file(tasks: Tasks) -> None:
    def open_files() -> int:
        gc.collect()
        return len(os.listdir("/dev/fd"))

    def once() -> None:
        task = Task()
        with client() as transport:
            transport.peer(task.address).call("run_graph", step("echo"), [np.ones(2**20)])
        paths = list(task.transport._listener.listening.paths)
        assert paths and all(map(os.path.exists, paths))
        task.transport.close()
        assert not any(map(os.path.exists, paths))

    once()
    files, threads = open_files(), threading.active_count()
    for _ in range(5):
        once()

    assert threading.active_count() <= threads
    assert open_files() <= files + 2


def test_a_taken_port_is_refused_with_its_address(tasks: Tasks) -> None:
    task = tasks.here()

    with pytest.raises(tf.errors.UnknownError) as caught:
        Task(task.address)

    assert str(caught.value).startswith(f"Could not start gRPC server: {task.address}: ")
    assert "in use" in str(caught.value)


def test_peers_are_cached_and_a_closed_transport_cancels(tasks: Tasks) -> None:
    task = tasks.here()
    transport: Transport = client()
    peer = transport.peer(task.address)
    assert transport.peer(f"grpc://{task.address}") is peer
    call = peer.start("run_graph", step("never"))
    threading.Timer(0.2, transport.close).start()

    with pytest.raises(tf.errors.CancelledError):
        call.wait(5)
    with pytest.raises(tf.errors.CancelledError):
        peer.call("heartbeat", {}, timeout=2)


@pytest.mark.parametrize("address", ["nonsense", "host:port", "127.0.0.1:99999"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with client() as transport, pytest.raises(tf.errors.InvalidArgumentError):
        transport.peer(address)
