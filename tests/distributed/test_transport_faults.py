"""What goes wrong between tasks, and what the caller reads then."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

import tftutor as tf
from tests.distributed.proxy import FaultProxy
from tests.distributed.running_tasks import Tasks, client, step
from tests.distributed.transport_task import NAME, Task
from tftutor.distributed.transport import Call, Responder, Transport

QUICK = {"heartbeat_interval": 0.2, "heartbeat_timeout": 1.0, "handshake_timeout": 1.0,
         "connect_timeout": 0.6}


@pytest.fixture
def quick() -> Iterator[Transport]:
    transport = client(**QUICK)
    yield transport
    transport.close()


def wait_until(condition: object, seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def error_within(call: Call, seconds: float) -> tf.errors.OpError:
    with pytest.raises(tf.errors.OpError) as caught:
        call.wait(seconds)
    return caught.value


def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return f"127.0.0.1:{probe.getsockname()[1]}"


def test_a_server_that_is_not_there_is_named_with_cause_and_seconds(quick: Transport) -> None:
    address = free_address()

    with pytest.raises(tf.errors.UnavailableError) as caught:
        quick.peer(address, NAME).call("status", {})

    assert str(caught.value).startswith(f"/job:ps/task:0 at {address}: connection refused for ")
    assert str(caught.value).endswith("s (server not started?)")


def test_an_unknown_host_is_unavailable(quick: Transport) -> None:
    with pytest.raises(tf.errors.UnavailableError, match="no-such-host.invalid"):
        quick.peer("no-such-host.invalid:2222").call("status", {}, timeout=8)


def test_a_call_waits_for_a_server_that_starts_late(tasks: Tasks) -> None:
    address = free_address()
    with client(connect_timeout=8) as transport:
        peer = transport.peer(address)
        call = peer.start("run_graph", step("echo"), [np.float32(4)])
        time.sleep(0.3)
        tasks.here(address=address)

        assert call.wait(8).tensors[0] == 4
        assert peer.endpoint.startswith("ipc://")


@pytest.mark.parametrize("unix_sockets", [True, False])
def test_a_killed_task_fails_what_waits_for_it_within_a_second(
        tasks: Tasks, unix_sockets: bool) -> None:
    process = tasks.process()
    with client(unix_sockets=unix_sockets) as transport:
        peer = transport.peer(process.address)
        peer.call("heartbeat", {})
        calls = [peer.start("run_graph", step("never")) for _ in range(3)]
        killed = time.monotonic()
        process.signal(signal.SIGKILL)

        for call in calls:
            error = error_within(call, 5)
            assert isinstance(error, tf.errors.UnavailableError)
            assert str(error) == f"/job:ps/task:0 at {process.address}: connection lost"
        assert time.monotonic() - killed < 1


def test_a_killed_task_wakes_a_thread_that_is_waiting(tasks: Tasks) -> None:
    process = tasks.process()
    with client() as transport:
        peer = transport.peer(process.address)
        peer.call("heartbeat", {})
        call = peer.start("run_graph", step("never"))
        threading.Timer(0.3, process.signal, [signal.SIGKILL]).start()

        assert isinstance(error_within(call, 5), tf.errors.UnavailableError)


def test_a_restarted_task_is_reached_again_but_not_as_the_same_process(tasks: Tasks) -> None:
    first = tasks.process(incarnation=1)
    with client(connect_timeout=8) as transport:
        peer = transport.peer(first.address)
        peer.call("heartbeat", {})
        known = peer.incarnation
        first.end()
        tasks.process(address=first.address, incarnation=2)

        with pytest.raises(tf.errors.AbortedError, match="has been restarted"):
            peer.call("run_graph", step("echo"), incarnation=known, timeout=8)
        peer.call("run_graph", step("echo"), timeout=8)
        assert (known, peer.incarnation) == (1, 2)


def test_a_stopped_process_misses_its_heartbeats(tasks: Tasks, quick: Transport) -> None:
    process = tasks.process()
    peer = quick.peer(process.address)
    peer.call("heartbeat", {})
    call = peer.start("run_graph", step("never"))
    process.signal(signal.SIGSTOP)

    error = error_within(call, 8)

    assert isinstance(error, tf.errors.UnavailableError)
    assert f"/job:ps/task:0 at {process.address}: " in str(error)
    assert "no heartbeat for 1 s" in str(error) or "connection lost" in str(error)


def test_a_hung_python_thread_misses_its_heartbeats(tasks: Tasks, quick: Transport) -> None:
    process = tasks.process()
    peer = quick.peer(process.address)
    peer.call("heartbeat", {})

    error = error_within(peer.start("run_graph", step("hang")), 8)

    assert isinstance(error, tf.errors.UnavailableError)
    assert str(error) == f"/job:ps/task:0 at {process.address}: no heartbeat for 1 s"


def test_a_partition_is_noticed_and_calls_work_after_it(tasks: Tasks, quick: Transport) -> None:
    task = tasks.here()
    with FaultProxy(task.address) as proxy:
        peer = quick.peer(proxy.address)
        assert peer.call("run_graph", step("echo"), [np.int32(1)]).tensors[0] == 1
        proxy.blackhole()
        error = error_within(peer.start("run_graph", step("echo")), 8)
        assert isinstance(error, tf.errors.UnavailableError)
        assert proxy.address in str(error)
        with pytest.raises(tf.errors.UnavailableError):
            peer.call("heartbeat", {})
        proxy.cut()
        proxy.heal()

        assert peer.call("run_graph", step("echo"), [np.int32(2)]).tensors[0] == 2


def test_half_open_connection_is_noticed(tasks: Tasks, quick: Transport) -> None:
    task = tasks.here()
    with FaultProxy(task.address) as proxy:
        peer = quick.peer(proxy.address)
        peer.call("heartbeat", {})
        proxy.half_open()

        assert isinstance(error_within(peer.start("run_graph", step("echo")), 8),
                          tf.errors.UnavailableError)


def test_a_lost_reply_is_not_carried_out_twice(tasks: Tasks, quick: Transport) -> None:
    task = tasks.here()
    with FaultProxy(task.address) as proxy:
        peer = quick.peer(proxy.address)
        peer.call("heartbeat", {})
        proxy.half_open()
        with pytest.raises(tf.errors.UnavailableError):
            peer.call("run_graph", step("echo"), request_id=2**51, timeout=8)
        proxy.heal()
        wait_until(lambda: task.calls == 2)

        with pytest.raises(tf.errors.AbortedError, match="never run twice"):
            peer.call("run_graph", step("echo"), request_id=2**51, timeout=8)
    assert task.calls == 2


def test_a_slow_network_is_not_taken_for_a_dead_one(tasks: Tasks) -> None:
    task = tasks.here()
    with FaultProxy(task.address) as proxy, client(
            heartbeat_interval=0.2, heartbeat_timeout=1.0) as transport:
        peer = transport.peer(proxy.address)
        peer.call("heartbeat", {}, timeout=8)
        proxy.delay = 0.25
        for i in range(4):
            reply = peer.call("run_graph", step("echo"), [np.full(50_000, i)], timeout=8)
            assert reply.tensors[0][0] == i


def test_a_flipped_bit_ends_the_connection_and_nothing_else(
        tasks: Tasks, quick: Transport) -> None:
    task = tasks.here()
    with FaultProxy(task.address) as proxy, client() as other:
        peer = quick.peer(proxy.address)
        peer.call("heartbeat", {})
        proxy.corrupt_next()
        call = peer.start("run_graph", step("echo"), [np.zeros(3)])
        try:
            call.wait(8)             # the bit may have been one of a number
        except tf.errors.OpError as error:
            assert proxy.address in str(error) or error.error_code
        other.peer(task.address).call("heartbeat", {}, timeout=5)
        assert peer.call("heartbeat", {}, timeout=8).code == 0


def test_a_server_that_accepts_and_says_nothing_is_told_apart(quick: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(tf.errors.UnavailableError, match="no answer"):
            quick.peer(address).call("status", {}, connect_timeout=2.5)


def test_a_proxy_without_a_server_behind_it_is_tried_again(tasks: Tasks) -> None:
    address = free_address()
    with FaultProxy(address) as proxy, client(connect_timeout=0.4) as transport:
        peer = transport.peer(proxy.address)
        with pytest.raises(tf.errors.UnavailableError, match="breaks off the connection"):
            peer.call("heartbeat", {})
        tasks.here(address=address)
        peer.call("heartbeat", {}, connect_timeout=5)


def test_a_program_that_is_no_tftutor_server_is_told_apart(quick: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as web:
        def serve() -> None:
            while True:
                try:
                    visitor, _ = web.accept()
                except OSError:
                    return
                with visitor:
                    visitor.recv(64)
                    visitor.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(tf.errors.UnavailableError, match="no tftutor server.*HTTP/1.1 400"):
            quick.peer(f"127.0.0.1:{web.getsockname()[1]}").call("status", {})
        web.shutdown(socket.SHUT_RDWR)


def test_a_handler_may_close_its_own_transport(tasks: Tasks) -> None:
    task = tasks.here()

    def handler(request: object, responder: Responder) -> None:
        responder.reply({})
        task.transport.close()

    task.transport._listener._handler = handler
    with client() as transport:
        peer = transport.peer(task.address)
        peer.call("shutdown", {}, timeout=5)
        with pytest.raises(tf.errors.UnavailableError, match="connection"):
            peer.call("shutdown", {}, timeout=5, connect_timeout=0.2)


def test_another_version_of_the_protocol_is_refused_with_both_numbers(tasks: Tasks) -> None:
    task = tasks.here()
    transport = client()
    transport.identity = transport.identity._replace(version=2)
    with transport, pytest.raises(tf.errors.InvalidArgumentError, match="version 2.*version 1"):
        transport.peer(task.address).call("status", {}, timeout=5)
    assert task.transport.counters["refused: version"] == 1


def test_another_task_than_was_meant_is_refused(tasks: Tasks) -> None:
    task = tasks.here()
    with client() as transport, pytest.raises(
            tf.errors.InvalidArgumentError, match="worker.*but this is /job:ps"):
        transport.peer(task.address, "/job:worker/replica:0/task:3").call("status", {}, timeout=5)


def test_a_second_process_with_the_same_task_index_is_refused(tasks: Tasks) -> None:
    task = tasks.here()
    with client("task", NAME, incarnation=5) as twin:
        with pytest.raises(tf.errors.AlreadyExistsError, match="/job:ps/replica:0/task:0"):
            twin.peer(task.address).call("heartbeat", {}, timeout=5)


def test_a_program_that_reads_slowly_costs_bounded_memory(tasks: Tasks) -> None:
    task: Task = tasks.here(queue_bytes=8 * 2**20)
    with FaultProxy(task.address) as proxy, client(
            heartbeat_timeout=30, window=6 * 2**20) as transport:
        peer = transport.peer(proxy.address)
        peer.call("heartbeat", {})
        proxy.half_open()
        calls = [peer.start("run_graph", step("echo"), [np.ones(2**19)]) for _ in range(6)]
        wait_until(lambda: task.transport.counters.get("too slow", 0) > 0)
        proxy.heal()

        error = error_within(calls[-1], 5)
        assert isinstance(error, tf.errors.UnavailableError)
        assert "reads too slowly" in str(error)
        assert "protocol errors" not in task.transport.counters
