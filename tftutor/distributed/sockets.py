"""ZeroMQ's sockets as the transport needs them: made with every option set, usable by any thread.

A ZeroMQ socket belongs to one thread; `SharedSocket` lends it to one thread at a time. The file
descriptor that tells of arrivals is edge-triggered, and sending may swallow the edge: whoever has
sent looks whether something arrived meanwhile (`send` returns it) and tells the reader.
"""

from __future__ import annotations

import os
import threading
from enum import Enum
from typing import Any, NamedTuple

import zmq
from zmq.utils.monitor import parse_monitor_message

from tftutor.distributed.options import TransportOptions

# As plain numbers: ZeroMQ's flags are enums, which cost a microsecond each time they are joined.
_EVENTS_OPTION = int(zmq.EVENTS)
_READABLE = int(zmq.POLLIN)
_LAST = int(zmq.NOBLOCK)
_NOT_LAST = int(zmq.NOBLOCK) | int(zmq.SNDMORE)

_BIG = 640 * 2**10         # from here on a frame is lent to ZeroMQ instead of copied
_SEND_QUEUE = 10_000       # messages; their bytes are limited by credits
_NEVER = 24 * 3600 * 1000  # milliseconds
_RECEIVE_QUEUE = 64        # messages of one connection that wait to be read


class ConnectionLost(Exception):
    """The connection over which a message should go has ended."""


class SharedSocket:
    """A DEALER or ROUTER socket that any thread may use."""

    def __init__(self, zmq_socket: Any) -> None:
        self.zmq = zmq_socket
        self.fd: int = zmq_socket.getsockopt(zmq.FD)
        self._lock = threading.Lock()
        self._closed = False
        self._get = zmq_socket.getsockopt

    def send(self, frames: list[Any]) -> tuple[bool, bool]:
        """Send one multipart, without waiting.

        Big frames are lent: they must not change until the other side has them.

        Returns: whether it was sent (if not, the queue is full), and whether messages have
          arrived that the reader may not hear of.
        Raises: ConnectionLost if the receiver is gone.
        """
        last = len(frames) - 1
        with self._lock:
            if self._closed:
                raise ConnectionLost
            try:
                for index, frame in enumerate(frames):
                    self.zmq.send(frame, _LAST if index == last else _NOT_LAST,
                                  copy=len(frame) < _BIG)
            except zmq.Again:
                return False, bool(self._get(_EVENTS_OPTION) & _READABLE)
            except zmq.ZMQError as error:
                if error.errno == zmq.EHOSTUNREACH:
                    raise ConnectionLost from None
                raise
            return True, bool(self._get(_EVENTS_OPTION) & _READABLE)

    def receive(self) -> list[Any] | None:
        """Return the next multipart as `zmq.Frame`s, or None if nothing has arrived."""
        with self._lock:
            if self._closed or not self._get(_EVENTS_OPTION) & _READABLE:
                return None
            frame = self.zmq.recv(_LAST, copy=False)
            frames = [frame]
            while frame.more:
                frame = self.zmq.recv(_LAST, copy=False)
                frames.append(frame)
            return frames

    def readable(self) -> bool:
        """Whether something has arrived."""
        with self._lock:
            return not self._closed and bool(self._get(_EVENTS_OPTION) & _READABLE)

    def close(self, linger_ms: int = 0) -> None:
        """Close it; a second time does nothing."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self.zmq.disable_monitor()
                self.zmq.close(linger_ms)


class Happening(Enum):
    """What a socket's monitor reports."""

    REFUSED = "refused"                # nobody listens there
    CONNECTED = "connected"            # the network's connection stands
    READY = "ready"                    # ZeroMQ's handshake is done
    REJECTED = "rejected"              # the other side does not accept our key
    HANDSHAKE_FAILED = "handshake"     # the other side speaks something else, or with another key
    HANDSHAKE_TIMEOUT = "silent"       # the other side says nothing
    LOST = "lost"                      # the connection has ended
    ACCEPTED = "accepted"              # somebody has connected to us


class Event(NamedTuple):
    """A report: `fd` is the descriptor of the connection where there is one."""

    what: Happening
    fd: int


_EVENTS: dict[int, Happening] = {
    zmq.EVENT_CLOSED: Happening.REFUSED,
    zmq.EVENT_CONNECTED: Happening.CONNECTED,
    zmq.EVENT_ACCEPTED: Happening.ACCEPTED,
    zmq.EVENT_HANDSHAKE_SUCCEEDED: Happening.READY,
    zmq.EVENT_HANDSHAKE_FAILED_AUTH: Happening.REJECTED,
    zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL: Happening.HANDSHAKE_FAILED,
    zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL: Happening.HANDSHAKE_FAILED,
    zmq.EVENT_DISCONNECTED: Happening.LOST,
}


class Monitor:
    """The events of one socket; read by the I/O thread alone."""

    def __init__(self, watched: Any) -> None:
        mask = 0
        for event in _EVENTS:
            mask |= event
        self._socket = watched.get_monitor_socket(mask)
        self.fd: int = self._socket.getsockopt(zmq.FD)

    def read(self) -> list[Event]:
        """Return what has happened since the last call."""
        events = []
        while not self._socket.closed and self._socket.getsockopt(zmq.EVENTS) & zmq.POLLIN:
            report = parse_monitor_message(self._socket.recv_multipart(zmq.NOBLOCK))
            what = _EVENTS.get(report["event"])
            if what is None:
                continue
            if (report["event"] == zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
                    and report["value"] == zmq.EAGAIN):
                what = Happening.HANDSHAKE_TIMEOUT
            events.append(Event(what, report["value"]))
        return events

    def close(self) -> None:
        """Read no more."""
        self._socket.close(0)


def new_context() -> Any:
    """A context of ZeroMQ: its own I/O thread, and its own answers to who may connect."""
    return zmq.Context()


def make_dealer(context: Any, options: TransportOptions) -> Any:
    """The socket of one connection to a task."""
    return _make_socket(context, zmq.DEALER, options)


def make_router(context: Any, options: TransportOptions) -> Any:
    """The socket of a task, for all who connect to it."""
    return _make_socket(context, zmq.ROUTER, options)


def _make_socket(context: Any, kind: int, options: TransportOptions) -> Any:
    """Return a socket with every option set on which safety or speed rests, keys aside."""
    made = context.socket(kind)
    beat = int(options.heartbeat_interval * 1000)
    settings = {
        zmq.LINGER: 0,
        zmq.IPV6: 1,
        zmq.MAXMSGSIZE: options.max_frame_bytes,
        zmq.SNDHWM: _SEND_QUEUE,
        zmq.RCVHWM: _RECEIVE_QUEUE if kind == zmq.ROUTER else _SEND_QUEUE,
        zmq.HANDSHAKE_IVL: int(options.handshake_timeout * 1000),
        zmq.HEARTBEAT_IVL: beat,
        zmq.HEARTBEAT_TIMEOUT: int(options.heartbeat_timeout * 1000),
        zmq.HEARTBEAT_TTL: int(options.heartbeat_timeout * 1000),
    }
    if kind == zmq.ROUTER:
        settings[zmq.ROUTER_MANDATORY] = 1
    else:
        # One socket is one connection: the transport makes a new one, which nothing old reaches.
        # Neither -1 nor IMMEDIATE will do: both throw away, when a connection ends, the replies
        # that have arrived and have not been read.
        settings[zmq.RECONNECT_IVL] = _NEVER
        settings[zmq.CONNECT_TIMEOUT] = int(options.handshake_timeout * 1000)
    for name, value in settings.items():
        made.setsockopt(name, value)
    if kind == zmq.DEALER:
        made.setsockopt(zmq.ROUTING_ID, b"\x01" + os.urandom(15))
    return made


def frame_source(frame: Any) -> int:
    """Return the descriptor of the connection on which a frame came."""
    return int(frame.get(zmq.SRCFD))


def frame_key(frame: Any) -> str:
    """Return the public key of the caller who sent a frame, "" without CURVE."""
    try:
        return str(frame.get("User-Id"))
    except zmq.ZMQError:
        return ""

