"""What arrives while a task sends by itself is read, though the socket's descriptor is silent then.

ZeroMQ's descriptor tells of an arrival once, and to send takes that back.
"""

from __future__ import annotations

from typing import Any

from tests.distributed.running_tasks import client
from tftutor.distributed.messages import Done


def test_what_arrives_while_a_timer_sends_is_answered(tasks: Any) -> None:
    task = tasks.here()
    with client() as transport:
        peer = transport.peer(task.address)
        peer.call("heartbeat", {}, timeout=5)
        listener = task.transport._listener
        caller, = listener._callers.values()
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
