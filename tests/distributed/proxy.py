"""A TCP proxy with faults, between two tasks: no root needed.

    with FaultProxy("127.0.0.1:2222") as proxy:
        connect_to(proxy.address)
        proxy.delay = 0.2          # each piece of data arrives 0.2 s later
        proxy.blackhole()          # a cut cable: nothing arrives, nobody is told
        proxy.heal()               # what was held back arrives
        proxy.drop_data()          # what is sent from now on is lost, the connection stays
        proxy.half_open()          # the caller hears no more; what it sends still arrives
        proxy.cut()                # all connections are reset; new ones are accepted
        proxy.refuse()             # nobody listens any more; `accept()` listens again
        proxy.corrupt_next()       # one bit of the next piece of data is another
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

PIECE = 2**16
HELD = 2**22      # bytes that wait before reading stops, as in a network's own buffers


class _Pipe:
    """One direction of one connection."""

    def __init__(self, source: socket.socket, target: socket.socket, to_caller: bool) -> None:
        self.source = source
        self.target = target
        self.to_caller = to_caller
        self.waiting: deque[tuple[float, bytes]] = deque()    # when to forward, what
        self.due = 0.0
        self.held = 0
        self.forwarded = 0
        self.ended = False


class FaultProxy:
    """Forwards connections to `target` ("host:port") and misbehaves when told to."""

    def __init__(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self.delay = 0.0
        self._stopped = False        # blackhole
        self._stopped_to_caller = False
        self._dropping = False
        self._corrupting = False
        self._pipes: list[_Pipe] = []
        self._selector = selectors.DefaultSelector()
        self._orders: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        self._listener: socket.socket | None = None
        self._port = 0
        self._closing = False
        self.accepted = 0
        self._listen()
        self.address = f"127.0.0.1:{self._port}"
        self._thread = threading.Thread(target=self._run, name="fault proxy", daemon=True)
        self._thread.start()

    # -- faults: from any thread --------------------------------------------------------------

    def blackhole(self) -> None:
        """Hold everything back, in both directions, and tell nobody."""
        self._do(lambda: setattr(self, "_stopped", True))

    def half_open(self) -> None:
        """Hold back what goes to the caller."""
        self._do(lambda: setattr(self, "_stopped_to_caller", True))

    def drop_data(self) -> None:
        """Lose what comes from now on."""
        self._do(lambda: setattr(self, "_dropping", True))

    def corrupt_next(self) -> None:
        """Flip a bit in the middle of the next piece."""
        self._do(lambda: setattr(self, "_corrupting", True))

    def heal(self) -> None:
        """Forward again, what was held back first."""
        def order() -> None:
            self._stopped = self._stopped_to_caller = self._dropping = False
        self._do(order)

    def cut(self) -> None:
        """Reset all connections."""
        self._do(lambda: [self._end(pipe, reset=True) for pipe in list(self._pipes)])

    def refuse(self) -> None:
        """Listen no more; connections that stand are reset."""
        self.cut()
        self._do(self._unlisten)

    def accept(self) -> None:
        """Listen again, at the same address."""
        self._do(self._listen)

    @property
    def forwarded(self) -> int:
        """How many bytes have been forwarded on the connections that stand."""
        return sum(pipe.forwarded for pipe in self._pipes)

    def close(self) -> None:
        """End everything."""
        if not self._closing:
            self.cut()
            self._closing = True
            self._wake_write.send(b"!")
            self._thread.join(5)

    def __enter__(self) -> FaultProxy:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()

    # -- the proxy's thread -------------------------------------------------------------------

    def _do(self, order: Callable[[], Any]) -> None:
        done = threading.Event()

        def run() -> None:
            order()
            done.set()

        with self._lock:
            self._orders.append(run)
        self._wake_write.send(b"!")
        if not done.wait(5):
            raise RuntimeError("the proxy's thread does not answer")

    def _listen(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self._port), backlog=64)
        self._listener.setblocking(False)
        self._port = self._listener.getsockname()[1]
        self._selector.register(self._listener, selectors.EVENT_READ)

    def _unlisten(self) -> None:
        if self._listener is not None:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None

    def _run(self) -> None:
        while not self._closing:
            for key, _ in self._selector.select(self._timeout()):
                if key.fileobj is self._wake_read:
                    self._wake_read.recv(4096)
                elif key.fileobj is self._listener:
                    self._accept()
                else:
                    self._receive(key.data)
            with self._lock:
                orders, self._orders = self._orders, []
            for order in orders:
                order()
            for pipe in list(self._pipes):
                self._forward(pipe)
        self._unlisten()
        self._selector.close()
        self._wake_read.close()
        self._wake_write.close()

    def _timeout(self) -> float:
        now = time.monotonic()
        due = [max(pipe.waiting[0][0] - now, 0.0) for pipe in self._pipes
               if pipe.waiting and not self._is_stopped(pipe)]
        return min([*due, 1.0]) if due else 1.0

    def _is_stopped(self, pipe: _Pipe) -> bool:
        return self._stopped or (self._stopped_to_caller and pipe.to_caller)

    def _accept(self) -> None:
        if self._listener is None:
            return
        caller, _ = self._listener.accept()
        self.accepted += 1
        try:
            called = socket.create_connection(self._target, 1.0)
        except OSError:
            _reset(caller)
            return
        for one, other, to_caller in ((caller, called, False), (called, caller, True)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            one.settimeout(5.0)
            pipe = _Pipe(one, other, to_caller)
            self._pipes.append(pipe)
            self._selector.register(one, selectors.EVENT_READ, pipe)

    def _receive(self, pipe: _Pipe) -> None:
        if pipe.ended or pipe not in self._pipes:
            return
        try:
            data = pipe.source.recv(PIECE)
        except OSError:
            self._end(pipe, reset=True)
            return
        if not data:
            pipe.ended = True
            self._selector.unregister(pipe.source)
        elif self._dropping:
            return
        elif self._corrupting:
            self._corrupting = False
            middle = len(data) // 2
            data = data[:middle] + bytes([data[middle] ^ 16]) + data[middle + 1:]
        # In order, even where the delay has become shorter meanwhile.
        pipe.due = max(pipe.due, time.monotonic() + self.delay)
        pipe.waiting.append((pipe.due, data))
        pipe.held += len(data)
        if pipe.held > HELD and not pipe.ended:
            self._selector.unregister(pipe.source)

    def _forward(self, pipe: _Pipe) -> None:
        now = time.monotonic()
        while (pipe in self._pipes and pipe.waiting and not self._is_stopped(pipe)
               and pipe.waiting[0][0] <= now):
            _, data = pipe.waiting.popleft()
            if not data:
                self._end(pipe, reset=False)
                return
            try:
                pipe.target.sendall(data)
            except OSError:
                self._end(pipe, reset=True)
                return
            was_full, pipe.held = pipe.held > HELD, pipe.held - len(data)
            pipe.forwarded += len(data)
            if was_full and pipe.held <= HELD and not pipe.ended:
                self._selector.register(pipe.source, selectors.EVENT_READ, pipe)

    def _end(self, pipe: _Pipe, reset: bool) -> None:
        for other in [p for p in self._pipes if p.source in (pipe.source, pipe.target)]:
            self._pipes.remove(other)
            if other.source in [key.fileobj for key in self._selector.get_map().values()]:
                self._selector.unregister(other.source)
        for end in (pipe.source, pipe.target):
            if reset:
                _reset(end)
            end.close()


def _reset(end: socket.socket) -> None:
    """Close with a reset instead of an orderly end."""
    with contextlib.suppress(OSError):      # the other side was quicker
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()
