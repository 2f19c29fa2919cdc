"""A task's serving end on its I/O thread: what arrives unnoticed, and what arrives too late."""

from __future__ import annotations

import select
from typing import Any

from tests.distributed.processes import comes_true
from tests.distributed.running_tasks import client
from tftutor.distributed.messages import Done, Heartbeat
from tftutor.distributed.protocol import encode


def accepted(task: Any, peer: Any) -> tuple[Any, Any]:
    """The task's listener, and the caller at the other end of its one connection."""
    peer.call("heartbeat", {}, timeout=5)
    caller, = task.transport._listener._callers.values()
    return task.transport._listener, caller


def test_what_arrives_while_a_timer_sends_is_answered(tasks: Any) -> None:
    """ZeroMQ's descriptor tells of an arrival once, and to send takes that back."""
    task = tasks.here()
    with client() as transport:
        peer = transport.peer(task.address)
        listener, caller = accepted(task, peer)
        poller, io = task.transport.io.poller, task.transport.io
        calls = []

        def send_when_something_has_arrived() -> None:
            """As a timer does on the I/O thread, before it looks at the descriptor again."""
            calls.append(peer.start("heartbeat", {}))
            while not listener._socket.zmq.poll(1000):
                continue
            caller.link.send(Done([]))

        poller.hide(listener._socket.fd)
        io.post(send_when_something_has_arrived)
        io.post(lambda: poller.show(listener._socket.fd))
        while not calls:
            continue
        assert calls[0].wait(3).code == 0


def test_late_words_of_a_connection_that_has_ended_do_not_end_another_one(tasks: Any) -> None:
    """ZeroMQ hands them over though the descriptor that comes with them is a new connection's."""
    task = tasks.here()
    with client() as first, client() as second:
        listener, ended = accepted(task, first.peer(task.address))
        first.close()
        assert comes_true(lambda: not listener._callers, 5)
        peer = second.peer(task.address)
        _, caller = accepted(task, peer)
        words = encode(Heartbeat(1))[0]
        frames = [type("Frame", (bytes,), {"get": lambda *_: caller.fd})(word) for word in words]
        errors = listener.counters["protocol errors"]
        task.transport.io.post(lambda: listener._on_frames(ended.routing_id, frames))
        peer.call("heartbeat", {}, timeout=5)
        assert listener.counters["protocol errors"] == errors
        assert list(listener._callers.values()) == [caller] and not caller.gone


def test_who_looks_after_a_connection_wakes_the_one_who_reads_it(tasks: Any) -> None:
    """To ask whether something has arrived silences the descriptor on which a thread sleeps."""
    task = tasks.here()
    with client(heartbeat_interval=60.0, heartbeat_timeout=120.0) as transport:
        peer = transport.peer(task.address)
        accepted(task, peer)
        connection = peer._connection
        connection._poll = select.poll()
        connection._poll.register(connection._wake_read, select.POLLIN)
        assert peer.start("heartbeat", {}).wait(3).code == 0
