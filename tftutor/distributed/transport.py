"""Transport: how tasks reach each other. One ROUTER for all who call us, one DEALER per callee.

    transport = Transport(handler=answer, identity=hello)     # a task
    transport.bind("127.0.0.1:2222")
    ...
    peer = transport.peer("127.0.0.1:2223")                   # somebody it calls
    reply = peer.call("status", {})

`docs/protocol.md` describes what goes over the wire; docs/decisions/0013 says who reads what.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import secrets
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import zmq

from tftutor import errors
from tftutor.backends.freed_memory import keep_freed_memory
from tftutor.backends.kept_buffers import forget_idle_buffers
from tftutor.distributed.addresses import is_loopback, join_address, resolve, split_address
from tftutor.distributed.connection import Connection
from tftutor.distributed.curve import KeyCheck, secure_dealer, secure_router
from tftutor.distributed.io_thread import IoThread
from tftutor.distributed.keys import Keys
from tftutor.distributed.listener import Listener, RequestHandler, Responder
from tftutor.distributed.messages import Hello
from tftutor.distributed.options import TransportOptions
from tftutor.distributed.peer import Call, Peer
from tftutor.distributed.sockets import make_dealer, make_router, new_context
from tftutor.distributed.unix_sockets import (
    UntrustedDirectory,
    is_socket,
    make_socket_directory,
    socket_path,
)

__all__ = ["Call", "Peer", "Responder", "Transport", "TransportOptions"]

_CHECK_INTERVAL = 0.25
_MOMENT = 0.2  # seconds
_KEPT = 4 << 20, 64 << 20  # bytes: pieces of 1 MiB, and as many of them as two windows hold
_open: weakref.WeakSet[Transport] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """Close what the program has left open: ZeroMQ would wait for it for ever."""
    for transport in list(_open):
        transport.close("the program has ended")


class Transport:
    """The connections of one task, or of one program that calls tasks.

    Args:
      handler: called with each request and a `Responder`, on the I/O thread: it must be quick or
        hand over to a thread. None for a program that serves nobody.
      identity: who we are; its `credit` is set here.
      options: how patient and how generous.
      keys: the cluster's keys; without them only this machine may be reached.
      on_lost: called on the I/O thread with the hello of a caller whose connection has ended.
    """

    def __init__(self, *, handler: RequestHandler | None, identity: Hello,
                 options: TransportOptions | None = None, keys: Keys | None = None,
                 on_lost: Callable[[Hello], None] | None = None) -> None:
        self.options = options or TransportOptions()
        self.identity = identity._replace(credit=self.options.window)
        self.closed = False
        self.io = IoThread(f"tftutor transport {identity.task or identity.role}")
        self._handler = handler
        self._keys = keys
        self._on_lost = on_lost
        self._lock = threading.Lock()
        self._peers: dict[str, Peer] = {}
        self._ids = itertools.count(secrets.randbits(48))
        keep_freed_memory(*_KEPT)
        self._context = new_context()
        self._listener: Listener | None = None
        self._key_check: KeyCheck | None = None
        self._is_checking = False
        _open.add(self)

    # -- serving ------------------------------------------------------------------------------

    def bind(self, address: str) -> str:
        """Serve at "host:port" (port 0: any that is free); return the actual address.

        Raises: UnknownError if the port is taken, PermissionDeniedError for an address that
          others can reach when there are no keys, InvalidArgumentError for no address at all.
        """
        if self._handler is None or self._listener is not None:
            raise errors.InternalError(None, None, "a transport binds once, with a handler")
        try:
            host, port = split_address(address)
            number = resolve(host)
        except (ValueError, OSError) as error:
            raise errors.InvalidArgumentError(None, None, f"{address}: {error}") from None
        self._demand_keys(host, number)
        router = make_router(self._context, self.options)
        if self._keys is not None and self._keys.server is not None:
            self._key_check = KeyCheck(self._context, self._keys.allowed)
            self.io.poller.add(self._key_check.fd, self._key_check.answer)
            secure_router(router, self._keys.server)
        self._listener = listener = Listener(self.io, router, self.options, self.identity,
                                             self._handler, self._keys)
        listener.on_lost = self._on_lost
        try:
            port = self._bind_tcp(router, number, port)
            listener.listening.ports.add(port)
            if self.options.unix_sockets:
                self._bind_unix(listener, number, port)
        except errors.OpError:
            self.close("not started")
            raise
        listener.start()
        self._start()
        return join_address(number, port)

    def _demand_keys(self, host: str, number: str) -> None:
        if self._keys is None and not is_loopback(number):
            raise errors.PermissionDeniedError(
                None, None, f"{host or number} can be reached from other machines, and there are "
                "no keys to tell who may connect. Either bind to 127.0.0.1, or make keys with "
                "`tftutor keys new DIR`, copy DIR to each machine and set TFTUTOR_KEYS=DIR there.")
        if self._keys is not None and self._keys.server is None:
            raise errors.PermissionDeniedError(
                None, None, "the directory of the keys has no server.key, which a process that "
                            "serves others needs")
        if self._keys is not None and not self._keys.allowed:
            raise errors.PermissionDeniedError(
                None, None, "the directory of the keys has no list `allowed` of those who may "
                            "connect, which a process that serves others needs")

    def _bind_tcp(self, router: Any, number: str, port: int) -> int:
        try:
            router.bind(f"tcp://{join_address(number, port or '*')}")
        except zmq.ZMQError as error:
            raise errors.UnknownError(
                None, None, f"Could not start gRPC server: {join_address(number, port)}: "
                            f"{zmq.strerror(error.errno or 0)}") from None
        endpoint = router.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode()
        return int(endpoint.rpartition(":")[2])

    def _bind_unix(self, listener: Listener, number: str, port: int) -> None:
        path = socket_path(number, port)
        if path is None:
            return                       # too long for the kernel: TCP serves as well
        try:
            make_socket_directory()
        except UntrustedDirectory as error:
            raise errors.PermissionDeniedError(None, None, str(error)) from None
        if is_socket(path):
            path.unlink()                # of a task that was killed: we hold its port now
        listener.router.bind(f"ipc://{os.fspath(path)}")
        listener.listening.paths.add(os.fspath(path))

    @property
    def counters(self) -> dict[str, int]:
        """What has been refused, denied, replayed and cut off, with numbers."""
        counted = dict(self._listener.counters) if self._listener is not None else {}
        if self._key_check is not None:
            counted["unknown keys"] = self._key_check.refused
        return counted

    # -- calling ------------------------------------------------------------------------------

    def peer(self, address: str, task: str = "") -> Peer:
        """The task at an address, always the same object; `task` is who must answer
        there ("/job:ps/replica:0/task:0"), if it is known already.

        Raises: InvalidArgumentError for something that is no address.
        """
        address = address.removeprefix("grpc://")
        with self._lock:
            peer = self._peers.get(address)
            if peer is None:
                peer = self._peers[address] = Peer(self, address, task)
        self._start()
        return peer

    def next_id(self) -> int:
        """A number for a request that no other of this transport has."""
        return next(self._ids)

    def new_connection(self, owner: Peer, endpoint: str, task: str) -> Connection:
        """Begin to connect to `task`, or whichever is there if it is ""; for `Peer`."""
        def make() -> Any:
            dealer = make_dealer(self._context, self.options)
            if self._keys is not None:
                secure_dealer(dealer, self._keys)
            return dealer

        return Connection(self.io, self.options, self.identity._replace(to=task), owner,
                          make, endpoint)

    @property
    def has_keys(self) -> bool:
        """Whether we prove who we are."""
        return self._keys is not None

    # -- looking after it all -----------------------------------------------------------------

    def _start(self) -> None:
        self.io.start()
        with self._lock:
            if self._is_checking:
                return
            self._is_checking = True
        self.io.call_later(_CHECK_INTERVAL, self._check)

    def _check(self) -> None:
        if self.closed:
            return
        now = time.monotonic()
        forget_idle_buffers()
        for peer in list(self._peers.values()):
            peer.check(now)
        if self._listener is not None:
            self._listener.check(now)
        self.io.call_later(_CHECK_INTERVAL, self._check)

    def close(self, reason: str = "closed") -> None:
        """End all connections, in good order; calls that still wait get a CancelledError.

        A program may end because of what a request has done, before that is answered: requests get
        a moment. Those that wait for something take it in vain.
        """
        if self._listener is not None and not self.closed and not self.io.is_current():
            self._listener.wait_for_answers(_MOMENT)
        with self._lock:
            if self.closed:
                return
            self.closed = True
        for peer in list(self._peers.values()):
            peer.close(reason)
        self.io.start()
        if self.io.is_current():
            self._close_sockets(reason)
        else:
            self.io.post(lambda: self._close_sockets(reason))
        self.io.stop()                    # what has been posted is done first
        self._context.destroy(linger=200)

    def __enter__(self) -> Transport:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()

    def _close_sockets(self, reason: str) -> None:
        if self._listener is not None:
            self._listener.close(reason)
            for path in self._listener.listening.paths:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(path)
        if self._key_check is not None:
            self.io.poller.remove(self._key_check.fd)
            self._key_check.close()
