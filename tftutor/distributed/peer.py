"""A task as its callers see it: `call` and wait, or `start` and wait later, from any thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tftutor import errors
from tftutor.distributed.connection import Cause, Connection, End, Owner, Stage
from tftutor.distributed.link import QueueFull
from tftutor.distributed.messages import Reply, Request
from tftutor.distributed.protocol import Frames, encode
from tftutor.distributed.reaching import Route, explain_handshake, explain_refusal, guess_cause

if TYPE_CHECKING:
    from tftutor.distributed.transport import Transport



class Call:
    """A request on its way, and the reply to it."""

    def __init__(self, peer: Peer, request_id: int, method: str) -> None:
        self._peer = peer
        self.id = request_id
        self.method = method
        self.done = False
        self.parts: list[Frames] | None = None        # while unsent
        self.give_up = 0.0                            # when to stop trying to reach the task
        self.expected = 0                             # incarnation of the task, 0 for any
        self.connection: Connection | None = None     # over which it was sent
        self._reply: Reply | None = None
        self._error: errors.OpError | None = None
        self._callbacks: list[Callable[[Call], None]] = []

    def wait(self, timeout: float | None = None) -> Reply:
        """Return the reply, be it an error of the task's (`code` is not 0 then).

        Raises:
          UnavailableError: the task cannot be reached, or the connection has ended; whether it
            has done what was asked is not known.
          DeadlineExceededError: there is no reply yet; one may wait again.
          CancelledError: the call has been cancelled.
        """
        if not self.done:
            self._peer.wait_for(self, timeout)
        if self._reply is not None:
            return self._reply
        if self._error is not None:
            raise self._error.with_traceback(None)
        raise errors.DeadlineExceededError(
            None, None, f"{self._peer.who}: no reply to {self.method} within {timeout:g} s; "
                        f"{self._peer.state}")

    def cancel(self) -> None:
        """Wait no longer: whoever waits gets a CancelledError. The task is not told."""
        self._peer.forget(self)
        self.finish(None, errors.CancelledError(
            None, None, f"the call of {self.method} of {self._peer.who} was cancelled"))

    def add_done_callback(self, callback: Callable[[Call], None]) -> None:
        """Have `callback(call)` called when it is done, on the thread that finds out: be quick."""
        self._callbacks.append(callback)
        if self.done and callback in self._callbacks:
            self._run_callbacks()

    def _run_callbacks(self) -> None:
        while self._callbacks:
            try:
                callback = self._callbacks.pop()
            except IndexError:           # another thread has taken the last one
                return
            callback(self)

    def finish(self, reply: Reply | None, error: errors.OpError | None) -> None:
        """Set the outcome; the first one counts."""
        if self.done:
            return
        self._reply, self._error = reply, error
        self.parts = None
        self.done = True
        self._peer.wake(self)
        if self._callbacks:
            self._run_callbacks()


class Peer(Owner):
    """A task at an address. Get it from `Transport.peer`, which keeps one for each address."""

    def __init__(self, transport: Transport, address: str, task: str = "") -> None:
        self._transport = transport
        self._options = transport.options
        self.address = address
        self.task = task
        self._wanted = task if task.startswith("/job:") else ""
        self._route = Route(address, self._options.unix_sockets)
        self._lock = threading.RLock()
        self._arrived = threading.Condition(self._lock)     # while there is no connection to read
        self._connection: Connection | None = None
        self._calls: dict[int, Call] = {}
        self._unsent: dict[int, Call] = {}
        self._trying_since = 0.0
        self._last_end: End | None = None

    # -- for callers --------------------------------------------------------------------------

    def call(self, method: str, header: dict[str, Any], tensors: Sequence[Any] = (),
             timeout: float | None = None, **options: Any) -> Reply:
        """Ask and wait for the reply. Options as for `start`.

        Raises: tf.errors.OpError, the task's own or one that `Call.wait` raises.
        """
        call = self.start(method, header, tensors, **options)
        try:
            reply = call.wait(timeout)
        except errors.DeadlineExceededError as error:
            unsent = call.parts is not None
            call.cancel()
            if unsent:
                raise errors.UnavailableError(None, None, f"{self.who}: {self.state}") from None
            raise error from None
        except BaseException:
            call.cancel()
            raise
        if reply.code:
            raise error_of(reply)
        return reply

    def start(self, method: str, header: dict[str, Any], tensors: Sequence[Any] = (), *,
              connect_timeout: float | None = None, incarnation: int = 0,
              request_id: int = 0) -> Call:
        """Ask; the reply is waited for later. Arrays must not change until it has come.

        Args:
          connect_timeout: how long to try to reach the task (`TransportOptions`).
          incarnation: if not 0, the call fails with AbortedError at a task that has restarted.
          request_id: that of an earlier call which is tried again; the task refuses a second one.
        Raises: LocalProtocolError for what cannot be sent, ResourceExhaustedError if too much
          waits for the task already.
        """
        call = Call(self, request_id or self._transport.next_id(), method)
        parts = encode(Request(call.id, method, header, tuple(tensors)),
                       limits=self._options.limits)
        with self._lock:
            connection = self._connection
            if connection is None or connection.stage is not Stage.READY:
                patience = self._options.connect_timeout
                call.give_up = time.monotonic() + (
                    patience if connect_timeout is None else connect_timeout)
                call.parts = parts
                call.expected = incarnation
                self._unsent[call.id] = call
                self._connect()
                return call
        self._send(call, connection, parts, incarnation)
        return call

    def connect(self, timeout: float | None = None) -> str:
        """Wait until the task is reached; return its full name. Raises as `call` does."""
        self.call("heartbeat", {}, timeout=timeout, connect_timeout=timeout)
        return self.task

    @property
    def who(self) -> str:
        """The task and its address, as errors name them."""
        name = self.task.replace("/replica:0", "")
        return f"{name} at {self.address}" if name else f"the task at {self.address}"

    @property
    def incarnation(self) -> int:
        """The random number of the process that has welcomed us; 0 while there is none."""
        connection = self._connection
        return connection.welcome.incarnation if connection and connection.welcome else 0

    @property
    def endpoint(self) -> str:
        """Where the connection goes, `ipc://...` or `tcp://...`; "" while there is none."""
        connection = self._connection
        return connection.endpoint if connection else ""

    @property
    def state(self) -> str:
        """How the connection is, in words."""
        connection, end = self._connection, self._last_end
        if connection is not None and connection.stage is Stage.READY:
            return "connected"
        seconds = time.monotonic() - self._trying_since if self._trying_since else 0.0
        if end is not None and end.cause is Cause.REFUSED:
            reason = explain_refusal(self._route)
            return f"{reason} for {seconds:.0f} s{guess_cause(reason)}"
        if end is not None and (connection is None or connection.stage is Stage.CONNECTING):
            return end.text
        if connection is None:
            return "not connected"
        if connection.stage in (Stage.HANDSHAKE, Stage.GREETING):
            return f"connected, but no answer for {seconds:.0f} s (process stopped or hung?)"
        return f"no connection for {seconds:.0f} s"

    # -- calls --------------------------------------------------------------------------------

    def _send(self, call: Call, connection: Connection, parts: list[Frames],
              incarnation: int) -> None:
        now = connection.welcome.incarnation if connection.welcome else 0
        if incarnation and now != incarnation:
            call.finish(None, errors.AbortedError(
                None, None, f"{self.who} has been restarted: incarnation {incarnation:016x} is "
                            f"gone, {now:016x} is there now"))
            return
        call.connection = connection
        with self._lock:
            self._calls[call.id] = call
        try:
            connection.link.send_parts(parts)
        except QueueFull as error:
            self.forget(call)
            call.finish(None, errors.ResourceExhaustedError(None, None, f"{self.who}: {error}"))
        if connection.stage is Stage.ENDED and not call.done:      # it ended meanwhile
            self._fail([call], self._error(self._last_end or End(Cause.LOST, "connection lost")))

    def wait_for(self, call: Call, timeout: float | None) -> None:
        """Return when the call is done or the time is over; for `Call.wait`."""
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._lock:
            while not call.done and call.connection is None:
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    return
                self._arrived.wait(left)
        if call.connection is not None:
            left = None if deadline is None else max(deadline - time.monotonic(), 0.0)
            call.connection.turns.wait(call, left)

    def wake(self, call: Call) -> None:
        """Wake the threads that wait for a call, which is done."""
        if call.connection is not None:
            call.connection.turns.finished(call)
        else:
            with self._lock:
                self._arrived.notify_all()

    def forget(self, call: Call) -> None:
        """The reply to this call is not wanted any more."""
        with self._lock:
            self._calls.pop(call.id, None)
            self._unsent.pop(call.id, None)

    def _fail(self, calls: list[Call], error: errors.OpError) -> None:
        for call in calls:
            self.forget(call)
            call.finish(None, type(error)(None, None, error.message))  # type: ignore[call-arg]

    # -- the connection -----------------------------------------------------------------------

    def _connect(self) -> None:
        """Begin an attempt, unless one is under way; with the lock held."""
        if self._connection is None and not self._transport.closed:
            if not self._trying_since:
                self._trying_since = time.monotonic()
            try:
                self._connection = self._transport.new_connection(
                    self, self._route.endpoint(), self._wanted)
            except errors.OpError as error:
                calls, reason = list(self._unsent.values()), error
                self._transport.io.post(lambda: self._fail(calls, reason))
        elif self._transport.closed:
            calls = list(self._unsent.values())
            self._fail(calls, errors.CancelledError(None, None, "the transport is closed"))

    def on_ready(self, connection: Connection) -> None:
        """The task has welcomed us: send what has waited."""
        if self._route.is_slower_than_need_be(connection.endpoint):
            connection.end(Cause.LOST, "a unix socket is there by now")     # tried again at once
            return
        with self._lock:
            self._trying_since = 0.0
            self._last_end = None
            if connection.welcome is not None and connection.welcome.task:
                self.task = connection.welcome.task
            waiting = list(self._unsent.values())
            self._unsent.clear()
        for call in waiting:
            parts, call.parts = call.parts, None
            if parts is not None and not call.done:
                self._send(call, connection, parts, call.expected)
        with self._lock:
            self._arrived.notify_all()

    def on_reply(self, reply: Reply) -> None:
        """Hand a reply to its call; one that came too late is dropped."""
        call = self._calls.pop(reply.id, None)
        if call is not None:
            call.finish(reply, None)

    def on_done(self, ids: list[int]) -> None:
        """Requests have been done whose replies say nothing else."""
        for id_ in ids:
            self.on_reply(Reply(id_, 0, {}))

    def on_end(self, connection: Connection, end: End) -> None:
        """Fail the calls of this connection; try again if others still wait for one."""
        if end.cause is Cause.HANDSHAKE:
            is_final, text = explain_handshake(self._route, self._transport.has_keys)
            end = End(Cause.REJECTED if is_final else Cause.HANDSHAKE, text)
        error = self._error(end)
        with self._lock:
            if self._connection is connection:
                self._connection = None
            self._last_end = end
            lost = [call for call in self._calls.values() if call.connection is connection]
            if self._is_final(end):
                lost += self._unsent.values()
                self._trying_since = 0.0
            elif self._unsent:
                self._transport.io.call_later(self._options.retry_interval, self._retry)
            if not self._trying_since:
                self._trying_since = time.monotonic()
        self._fail(lost, error)

    def _is_final(self, end: End) -> bool:
        if end.cause is Cause.UNWELCOME:
            return end.code != errors.UNAVAILABLE
        return end.cause in (Cause.REJECTED, Cause.PROTOCOL, Cause.CLOSED)

    def _error(self, end: End) -> errors.OpError:
        message = f"{self.who}: {end.text}"
        if end.cause is Cause.UNWELCOME:
            return make_error(end.code, message)
        if end.cause is Cause.REJECTED:
            return errors.PermissionDeniedError(None, None, message)
        if end.cause is Cause.CLOSED:
            return errors.CancelledError(None, None, message)
        return errors.UnavailableError(None, None, message)

    def _retry(self) -> None:
        with self._lock:
            if self._unsent:
                self._connect()

    def check(self, now: float) -> None:
        """Look after connection and calls; on the I/O thread, several times a second."""
        connection = self._connection
        if connection is not None:
            connection.check(now)
        with self._lock:
            late = [call for call in self._unsent.values() if call.give_up < now]
        if late:
            self._fail(late, errors.UnavailableError(None, None, f"{self.who}: {self.state}"))

    def close(self, reason: str) -> None:
        """End the connection and fail what still waits."""
        connection = self._connection
        if connection is not None:
            connection.say_goodbye(reason)
        self._fail(list(self._unsent.values()),
                   errors.CancelledError(None, None, f"{self.who}: {reason}"))


def make_error(code: int, message: str) -> errors.OpError:
    """Return the error of a status code."""
    return errors.exception_type_from_error_code(code)(  # type: ignore[call-arg]
        None, None, message)


def error_of(reply: Reply) -> errors.OpError:
    """Return the error that a reply carries, with the failed node's name as `node_name`."""
    error = make_error(reply.code, reply.header["message"])
    error.node_name = reply.header.get("node")  # type: ignore[attr-defined]
    return error
