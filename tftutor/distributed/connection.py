"""One connection to a task, from the attempt to its end; a new attempt is a new connection.

Its socket never reconnects by itself. So what is sent on a connection reaches the process that
welcomed it or nobody, and an answer that has not come when the connection ends will not come.
"""

from __future__ import annotations

import functools
import math
import os
import select
import threading
import time
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from tftutor.backends.threads import available_processors
from tftutor.distributed.dialogue import Dialogue
from tftutor.distributed.heartbeats import Beat, Pulse
from tftutor.distributed.kernel_buffers import widen_unix_socket
from tftutor.distributed.link import Link
from tftutor.distributed.messages import Bye, Done, Heartbeat, Hello, Message, Reply, Welcome
from tftutor.distributed.poller import drain, write_byte
from tftutor.distributed.protocol import Frames, RemoteProtocolError
from tftutor.distributed.sockets import ConnectionLost, Event, Happening, Monitor, SharedSocket
from tftutor.distributed.turns import Awaited, Turns

if TYPE_CHECKING:
    from tftutor.distributed.io_thread import IoThread
    from tftutor.distributed.options import TransportOptions


# Seconds: longer waits are slept through. On a single processor, so is every one.
_SOON = 6e-4 if available_processors() > 1 else 0.0
_let_others_run: Callable[[], None] = getattr(os, "sched_yield", functools.partial(time.sleep, 0))


class Stage(Enum):
    """How far a connection has come."""

    CONNECTING = "connecting"
    HANDSHAKE = "handshake"       # ZeroMQ's
    GREETING = "greeting"         # ours
    READY = "ready"
    ENDED = "ended"


class Cause(Enum):
    """Why a connection ended."""

    REFUSED = "refused"           # nobody listens there
    REJECTED = "rejected"         # our key is not welcome
    HANDSHAKE = "handshake"       # the other side speaks something else, or has another key
    SILENT = "silent"             # connected, but no word
    UNWELCOME = "unwelcome"       # a Refused
    LOST = "lost"                 # it stood and has ended
    HEARTBEAT = "heartbeat"       # it stands, but nobody answers
    PROTOCOL = "protocol"         # what came made no sense
    CLOSED = "closed"             # by us


class End(NamedTuple):
    """How a connection ended: the cause, details in words, and the code of a refusal."""

    cause: Cause
    text: str
    code: int = 0


class Owner:
    """What a connection tells its peer; on any thread."""

    def on_ready(self, connection: Connection) -> None:
        """The task has welcomed us."""

    def on_reply(self, reply: Reply) -> None:
        """A reply is complete."""

    def on_done(self, ids: list[int]) -> None:
        """Requests have been done whose replies say nothing else."""

    def on_end(self, connection: Connection, end: End) -> None:
        """Nothing more will come."""


class Connection:
    """One DEALER socket and what is known of the task at its other end."""

    def __init__(self, io: IoThread, options: TransportOptions, hello: Hello, owner: Owner,
                 make: Callable[[], Any], endpoint: str) -> None:
        self._io = io
        self._options = options
        self._dialogue = Dialogue(hello, is_dialler=True)
        self._owner = owner
        self.endpoint = endpoint
        self.stage = Stage.CONNECTING
        self.since = time.monotonic()           # of this stage
        self.welcome: Welcome | None = None
        self._end_lock = threading.Lock()
        self._is_closed = False
        self._pulse = Pulse(options.timing, time.monotonic())
        self._beats = 0
        dealer = make()
        self._monitor = Monitor(dealer)
        self._socket = SharedSocket(dealer)
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._poll = select.poll()
        self._poll.register(self._socket.fd, select.POLLIN)
        self._poll.register(self._wake_read, select.POLLIN)
        self._last_wait = math.inf      # seconds
        self.link = Link(self._send, window=options.window, queue_bytes=options.queue_bytes)
        self.turns = Turns(self._read, self._interrupt, self._take_over, self._give_back)
        dealer.connect(endpoint)
        io.post(self._watch)

    # -- sending and reading: any thread ------------------------------------------------------

    def _send(self, frames: Frames) -> bool:
        try:
            sent, arrived = self._socket.send(frames)
        except ConnectionLost:
            self.end(Cause.LOST, "connection lost")
            return False
        if arrived and not self.turns.nudge():
            self._io.post(self._on_readable)
        return sent

    def _read(self, timeout: float | None, call: Awaited) -> None:
        """Take what has arrived until `call` is done; if nothing has, wait for it once."""
        self._read_arrived(call)
        if call.done:
            return
        if self.stage is Stage.ENDED:
            time.sleep(0.001)      # whoever has ended it is about to fail the call
            return
        for fd, _ in self._wait_for_arrival(timeout):
            if fd == self._wake_read:
                drain(fd)

    def _wait_for_arrival(self, timeout: float | None) -> list[tuple[int, int]]:
        """The descriptors that have something to read.

        Where answers come soon, asking again and again is quicker than to sleep: to wake a thread
        of an idle processor takes long. The last wait tells. Whoever is ready to run on this one
        goes first, as it may be the thread that brings the answer.
        """
        begun = now = time.perf_counter()
        ready: list[tuple[int, int]] = []
        if self._last_wait < _SOON:
            while not ready and now < begun + _SOON:
                _let_others_run()
                ready = self._poll.poll(0)
                now = time.perf_counter()
        if not ready:
            ready = self._poll.poll(None if timeout is None else timeout * 1000 + 1)
            now = time.perf_counter()
        self._last_wait = now - begun
        return ready

    def _read_arrived(self, call: Awaited | None = None) -> None:
        while call is None or not call.done:
            frames = self._socket.receive()
            if frames is None:
                return
            try:
                message = self.link.receive(frames)
                if message is not None:
                    self._take(message)
            except RemoteProtocolError as error:
                self.end(Cause.PROTOCOL, f"sent {error}")
                return

    def _take(self, message: Message) -> None:
        for answer in self._dialogue.receive(message):
            self.link.send(answer)
        if isinstance(message, Reply):
            self._owner.on_reply(message)
        elif isinstance(message, Done):
            self._owner.on_done(message.ids)
        elif self._dialogue.refused is not None:
            self.end(Cause.UNWELCOME, self._dialogue.refused.message, self._dialogue.refused.code)
        elif isinstance(message, Bye):
            self.end(Cause.LOST, f"connection closed by the task: {message.reason or 'stopped'}")
        elif isinstance(message, Welcome):
            self.welcome = message
            self._enter(Stage.READY)
            self.link.open(message.credit, self._options.limits)
            self._owner.on_ready(self)

    def _interrupt(self) -> None:
        """Wake the caller who reads."""
        with self._end_lock:
            if not self._is_closed:
                write_byte(self._wake_write)

    def _take_over(self) -> None:
        """A caller reads from now on."""
        if self.stage is not Stage.ENDED:
            self._io.poller.hide(self._socket.fd)

    def _give_back(self) -> None:
        """No caller reads any more: the I/O thread does, what has arrived already included."""
        if self.stage is Stage.ENDED:
            return
        self._io.poller.show(self._socket.fd)
        if self._socket.readable():
            self._io.post(self._on_readable)

    # -- the I/O thread -----------------------------------------------------------------------

    def _watch(self) -> None:
        if self.stage is not Stage.ENDED:
            self._io.poller.add(self._monitor.fd, self._on_monitor)
            self._io.poller.add(self._socket.fd, self._on_readable)
            self._on_monitor()

    def _on_readable(self) -> None:
        self.turns.try_reading(self._read_arrived)

    def _on_monitor(self) -> None:
        if self.stage is not Stage.ENDED:
            for event in self._monitor.read():
                self._on_event(event)

    def _on_event(self, event: Event) -> None:
        what = event.what
        if what is Happening.CONNECTED:
            widen_unix_socket(event.fd)
            self._enter(Stage.HANDSHAKE)
        elif what is Happening.READY:
            self._enter(Stage.GREETING)
            self.link.send(self._dialogue.begin())
        elif what is Happening.REFUSED:
            self.end(Cause.REFUSED, "connection refused")
        elif what is Happening.REJECTED:
            self.end(Cause.REJECTED, "our key is not welcome there: "
                                     "the server's file `allowed` does not list it")
        elif what is Happening.HANDSHAKE_TIMEOUT:
            self.end(Cause.SILENT, "no answer to the handshake (process stopped or hung?)")
        elif what is Happening.HANDSHAKE_FAILED:
            self.end(Cause.HANDSHAKE, "the handshake failed")
        elif what is Happening.LOST:
            if self.stage is Stage.HANDSHAKE:
                self.end(Cause.HANDSHAKE, "the handshake failed")
            elif self.turns.try_reading(self._read_arrived):    # the last words, if any
                self.end(Cause.LOST, self._how_lost())
            else:
                self.turns.nudge()
                self._io.call_later(0.02, lambda: self.end(Cause.LOST, self._how_lost()))

    def _enter(self, stage: Stage) -> None:
        if self.stage is not Stage.ENDED:
            self.stage = stage
            self.since = time.monotonic()

    def check(self, now: float) -> None:
        """Look after the connection; several times in a heartbeat's interval."""
        if self.stage is Stage.READY:
            self.link.pump()
            self._check_heartbeat(now)
        elif self.stage is not Stage.ENDED and now - self.since > self._options.handshake_timeout:
            if self.stage is Stage.CONNECTING:
                self.end(Cause.REFUSED, "no connection")
            else:
                self.end(Cause.SILENT, "connected, but no answer (process stopped or hung?)")

    def _how_lost(self) -> str:
        """In words; after a long silence ZeroMQ may end the connection before we do."""
        self._pulse.heard(self.link.heard)
        beat = self._pulse.tick(time.monotonic())
        return "connection lost" if beat.state == "alive" else _no_heartbeat(beat)

    def _check_heartbeat(self, now: float) -> None:
        has_arrived = self._socket.readable()
        if has_arrived and not self.turns.nudge():     # asking has silenced the descriptor
            self._io.post(self._on_readable)
        self._pulse.heard(now if has_arrived else self.link.heard)
        beat = self._pulse.tick(now)
        if beat.state == "lost":
            self.end(Cause.HEARTBEAT, _no_heartbeat(beat))
        elif beat.ask:
            self._pulse.asked(now)
            self._beats += 1
            self.link.send(Heartbeat(self._beats))

    # -- the end: any thread ------------------------------------------------------------------

    def end(self, cause: Cause, text: str, code: int = 0) -> None:
        """End it, once; whoever waits for an answer hears of it."""
        with self._end_lock:
            if self.stage is Stage.ENDED:
                return
            self.stage = Stage.ENDED
        self._owner.on_end(self, End(cause, text, code))
        self._io.post(self._close)

    def say_goodbye(self, reason: str) -> None:
        """End it in good order."""
        if self.stage is Stage.READY:
            self.link.send(Bye(reason))
        self.end(Cause.CLOSED, reason)

    def _close(self) -> None:
        """Close the socket as soon as no caller polls its file descriptor."""
        if not self.turns.try_reading(self._close_now):
            self.turns.nudge()
            self._io.call_later(0.01, self._close)

    def _close_now(self) -> None:
        self._io.poller.remove(self._monitor.fd)
        self._io.poller.remove(self._socket.fd)
        self._socket.close(linger_ms=100)
        self._monitor.close()
        with self._end_lock:
            self._is_closed = True
            os.close(self._wake_read)
            os.close(self._wake_write)


def _no_heartbeat(beat: Beat) -> str:
    return f"no heartbeat for {beat.silent_for:.0f} s"
