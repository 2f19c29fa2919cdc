"""The serving end: one ROUTER socket for all who connect, and what is known of each of them.

A connection may say hello and nothing else until it has been welcomed; who does not say it within
the handshake's time, or says what the protocol does not allow, is cut off. All of this runs on
the I/O thread, except that a `Responder` may be used by any.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tftutor import errors
from tftutor.distributed.accepted import EndlessMessages, Listening
from tftutor.distributed.dialogue import Dialogue
from tftutor.distributed.handshake import refusal
from tftutor.distributed.heartbeats import Pulse, Timing
from tftutor.distributed.kernel_buffers import widen_unix_socket
from tftutor.distributed.keys import PROTOCOL_ROLE, Keys
from tftutor.distributed.link import Link, QueueFull
from tftutor.distributed.messages import Bye, Done, Hello, Message, Refused, Reply, Request
from tftutor.distributed.protocol import LocalProtocolError, RemoteProtocolError
from tftutor.distributed.replay import Incarnations, RequestLog
from tftutor.distributed.schema import METHODS
from tftutor.distributed.sockets import (
    ConnectionLost,
    Happening,
    Monitor,
    SharedSocket,
    frame_key,
    frame_source,
)

if TYPE_CHECKING:
    from tftutor.distributed.io_thread import IoThread
    from tftutor.distributed.options import TransportOptions

RequestHandler = Callable[[Request, "Responder"], None]
_STRANGERS_INTERVAL = 0.02
_STRANGERS_BYTES = 2**20     # a hello has far less
_FAREWELL = 0.2      # seconds that the last message has before the connection is cut
_REMEMBERED_PROCESSES = 1024
_REMEMBERED_CONNECTIONS = 1024   # which have ended, but words of theirs may still be read
_DONE_AT_ONCE = 64   # requests whose end is told in one message
_CLIENT_PATIENCE = 3  # a program may be busy longer than a server: so many heartbeat timeouts


class Caller:
    """One connection that has been accepted and has said something."""

    def __init__(self, routing_id: bytes, fd: int, link: Link, timing: Timing) -> None:
        self.routing_id = routing_id
        self.fd = fd
        self.link = link
        self.pulse = Pulse(timing, time.monotonic())
        self.dialogue: Dialogue | None = None    # from its first message on
        self.hello: Hello | None = None          # once it has been welcomed
        self.log: RequestLog | None = None
        self.done: list[int] = []                # what it will be told at the next opportunity
        self.too_slow = False
        self.gone = False


class Responder:
    """Answers one request, once, from any thread."""

    def __init__(self, request: Request, caller: Caller, listener: Listener) -> None:
        self._request_id = request.id
        self._method = request.method
        self._caller = caller
        self._listener = listener
        self._answered = False

    @property
    def caller(self) -> Hello:
        """Who asks, in its own words; with keys, its role is that of its key."""
        if self._caller.hello is None:
            raise errors.InternalError(None, None, "a request of a caller that was not welcomed")
        return self._caller.hello

    def reply(self, header: dict[str, Any], tensors: Sequence[Any] = ()) -> bool:
        """Send the answer; False if nobody waits for it any more.

        Arrays must not be written afterwards, as they may still be on their way.
        """
        return self._send(Reply(self._request_id, 0, header, tuple(tensors), self._method))

    def fail(self, error: BaseException) -> bool:
        """Send an error: one of tf.errors with its code, any other as Unknown."""
        code = error.error_code if isinstance(error, errors.OpError) else errors.UNKNOWN
        message = error.message if isinstance(error, errors.OpError) else (
            f"{type(error).__name__}: {error}")
        node = getattr(error, "node_name", None)
        if node is None and isinstance(error, errors.OpError):
            node = getattr(error.op or error.node_def, "name", None)
        header = {"message": str(message)[:60_000], "node": node,
                  "task": self._listener.identity.task or None}
        return self._send(Reply(self._request_id, code, header, (), self._method))

    def _send(self, reply: Reply) -> bool:
        if self._answered:
            raise errors.InternalError(
                None, None, f"a second answer to request {self._request_id} ({self._method})")
        self._answered = True
        try:
            if not reply.code and METHODS[reply.method].is_told_late:
                self._listener.note_done(self._caller, reply.id)
                sent = not self._caller.gone
            else:
                sent = self._listener.answer(self._caller, reply)
            self._listener.unanswered.discard(self)
            return sent
        except LocalProtocolError as error:
            self._answered = False
            return self.fail(errors.InternalError(
                None, None, f"the answer to {self._method} cannot be sent: {error}"))


class Listener:
    """Accepts connections and hands their requests to `handler`."""

    def __init__(self, io: IoThread, router: Any, options: TransportOptions, identity: Hello,
                 handler: RequestHandler, keys: Keys | None) -> None:
        self.identity = identity
        self.counters: Counter[str] = Counter()
        self.listening = Listening()
        self.unanswered: set[Responder] = set()
        self.on_lost: Callable[[Hello], None] | None = None
        self._io = io
        self._options = options
        self._handler = handler
        self._keys = keys
        self._logs: OrderedDict[int, RequestLog] = OrderedDict()     # of calling processes
        self._incarnations = Incarnations(self._is_connected)
        patience = options.heartbeat_timeout * _CLIENT_PATIENCE
        self._timing = Timing(options.heartbeat_interval, patience, patience)
        self._callers: dict[bytes, Caller] = {}
        self._ended: OrderedDict[bytes, None] = OrderedDict()    # routing ids of late
        self._accepted: dict[int, float] = {}       # descriptor -> when, until it has said hello
        self._endless = EndlessMessages(self.listening)
        self.router = router
        self._socket = SharedSocket(router)
        self._is_reading = False     # by the I/O thread: it will find what arrives meanwhile
        self._monitor = Monitor(router)

    def start(self) -> None:
        """Begin to read; the socket is bound."""
        self._io.post(self._start)

    def _start(self) -> None:
        self._io.poller.add(self._monitor.fd, self._on_monitor)
        self._io.poller.add(self._socket.fd, self._on_readable)
        self._on_monitor()
        self._on_readable()

    # -- what arrives -------------------------------------------------------------------------

    def _on_readable(self) -> None:
        self._is_reading = True
        try:
            for _ in range(1000):                    # then let timers and others have their turn
                frames = self._socket.receive()
                if frames is None:
                    return
                self._on_frames(frames[0].bytes, frames[1:])
        finally:
            self._is_reading = False
        self._io.post(self._on_readable)

    def _on_frames(self, routing_id: bytes, frames: list[Any]) -> None:
        if not frames:
            return
        caller = self._callers.get(routing_id)
        if caller is None:
            self._on_monitor()       # the end of an older connection with this descriptor
            if routing_id in self._ended:
                return               # the last words of a connection that is no more
            caller = self._new_caller(routing_id, frame_source(frames[0]))
        if caller.gone:
            return                   # what it sent before it was cut off
        try:
            message = caller.link.receive(frames)
            if message is not None:
                self._on_message(caller, message, frames[0])
        except RemoteProtocolError as error:
            self.counters["protocol errors"] += 1
            self._part(caller, Bye(f"the caller sent {error}"[:500]) if caller.hello else None)

    def _new_caller(self, routing_id: bytes, fd: int) -> Caller:
        def send(frames: list[Any]) -> bool:
            try:
                sent, arrived = self._socket.send([routing_id, *frames])
            except ConnectionLost:
                self._io.post(lambda: self._lost(caller))
                return False
            if arrived and not (self._is_reading and self._io.is_current()):
                self._io.post(self._on_readable)     # the descriptor won't tell of it any more
            return sent

        link = Link(send, window=self._options.window, queue_bytes=self._options.queue_bytes)
        caller = self._callers[routing_id] = Caller(routing_id, fd, link, self._timing)
        return caller

    def _on_message(self, caller: Caller, message: Message, frame: Any) -> None:
        if caller.dialogue is None:
            key = frame_key(frame)
            caller.dialogue = Dialogue(self.identity, is_dialler=False,
                                       admit=lambda hello: self._admit(hello, key))
        dialogue = caller.dialogue
        for answer in dialogue.receive(message):
            caller.link.send(answer)
        if isinstance(message, Request):
            self._on_request(caller, message)
        elif isinstance(message, Hello):
            if dialogue.refused is not None:
                self.counters[f"refused: {dialogue.refused.reason}"] += 1
                self._part(caller, None, _FAREWELL)
            else:
                self._welcome(caller, message, frame_key(frame))
        elif isinstance(message, Bye):
            self._part(caller, None)

    def _admit(self, hello: Hello, key: str) -> Refused | None:
        """Return why a hello is refused in which nothing else is wrong."""
        if self._keys is not None:
            role = self._keys.allowed.get(key, "unknown")
            if hello.role == "admin" != role:
                return refusal("denied", "the caller wants to be an admin, but its key is of "
                                         f"the role {role}")
            if hello.task and PROTOCOL_ROLE.get(role) != "task":
                return refusal("denied", f"the caller says that it is {hello.task}, but its key "
                                         f"is of the role {role}")
        if not hello.task:
            return None
        if hello.task == self.identity.task and hello.incarnation != self.identity.incarnation:
            return refusal("duplicate", f"this process is {hello.task} already: two programs "
                                        "were given the same job name and task index")
        if not _is_listed(hello.task, self.identity.cluster):
            return None
        return self._incarnations.introduce(hello.task, hello.incarnation)

    def _is_connected(self, task: str) -> bool:
        alive = time.monotonic() - self._options.heartbeat_timeout
        return any(caller.hello is not None and caller.hello.task == task
                   and not caller.gone and caller.link.heard > alive
                   for caller in self._callers.values())

    def _welcome(self, caller: Caller, hello: Hello, key: str) -> None:
        if self._keys is not None and caller.dialogue is not None:   # the key says who it is
            hello = hello._replace(role=PROTOCOL_ROLE[self._keys.allowed[key]])
            caller.dialogue.peer = hello
        caller.hello = hello
        self._accepted.pop(caller.fd, None)
        log = self._logs.setdefault(hello.incarnation, RequestLog(
            hello.task or f"a {hello.role}", hello.incarnation))
        self._logs.move_to_end(hello.incarnation)
        if len(self._logs) > _REMEMBERED_PROCESSES:
            self._logs.popitem(last=False)
        caller.log = log
        caller.link.open(hello.credit, self._options.limits)

    def _on_request(self, caller: Caller, request: Request) -> None:
        hello, dialogue, log = caller.hello, caller.dialogue, caller.log
        if hello is None or dialogue is None or log is None:
            return
        denied = dialogue.denied(request)
        if denied is not None:
            self.counters["denied"] += 1
            caller.link.send(denied)
            return
        responder = Responder(request, caller, self)
        self.unanswered.add(responder)
        try:
            log.accept(hello.incarnation, request.id)
            self._handler(request, responder)
        except Exception as error:  # noqa: BLE001 - the caller hears of it
            self.counters["aborted"] += isinstance(error, errors.AbortedError)
            responder.fail(error)

    def answer(self, caller: Caller, reply: Reply) -> bool:
        """Send a reply; False if the caller is gone."""
        if caller.gone or caller.too_slow:
            return False
        try:
            caller.link.send(reply)
        except QueueFull:
            caller.too_slow = True       # a reply is lost: let none come after it
            self.counters["too slow"] += 1
            self._io.post(lambda: self._part(caller, Bye("the caller reads too slowly")))
            return False
        return not caller.gone

    def note_done(self, caller: Caller, request_id: int) -> None:
        """Tell the caller soon that its request has been done."""
        if not self._io.is_current():
            self._io.post(lambda: self.note_done(caller, request_id))
            return
        caller.done.append(request_id)
        if len(caller.done) >= _DONE_AT_ONCE:
            self._tell_done(caller)

    def _tell_done(self, caller: Caller) -> None:
        if caller.done and not caller.gone:
            caller.link.send(Done(caller.done))
            caller.done = []

    def wait_for_answers(self, seconds: float) -> None:
        """Give requests that are all but done the time to be answered."""
        deadline = time.monotonic() + seconds
        while self.unanswered and time.monotonic() < deadline:
            time.sleep(0.002)

    # -- the end of connections ---------------------------------------------------------------

    def _on_monitor(self) -> None:
        for event in self._monitor.read():
            if event.what is Happening.ACCEPTED:
                self.counters["accepted"] += 1
                if not self._accepted:
                    self._io.call_later(_STRANGERS_INTERVAL, self._watch_strangers)
                self._accepted[event.fd] = now = time.monotonic()
                self._endless.begin(event.fd, now)
                widen_unix_socket(event.fd)
            elif event.what is Happening.LOST:
                self._accepted.pop(event.fd, None)
                self._endless.forget(event.fd)
                for caller in [c for c in self._callers.values() if c.fd == event.fd]:
                    self._lost(caller)
            elif event.what in (Happening.HANDSHAKE_FAILED, Happening.REJECTED):
                self.counters["handshake failed"] += 1

    def _part(self, caller: Caller, last_words: Bye | None, delay: float = 0.0) -> None:
        """End a connection, after a last message if there is one."""
        if caller.gone:
            return
        if last_words is not None:
            caller.link.send(last_words)
            delay = _FAREWELL
        caller.gone = True
        self._accepted.pop(caller.fd, None)
        if caller.hello is not None and self.on_lost is not None:
            self.on_lost(caller.hello)
        self._io.call_later(delay, lambda: self._cut(caller))

    def _cut(self, caller: Caller) -> None:
        self._on_monitor()           # if it has ended, its descriptor may be another's by now
        if self._callers.get(caller.routing_id) is caller:
            self.listening.cut(caller.fd)

    def _lost(self, caller: Caller) -> None:
        self._part(caller, None)
        self._callers.pop(caller.routing_id, None)
        self._ended[caller.routing_id] = None
        if len(self._ended) > _REMEMBERED_CONNECTIONS:
            self._ended.popitem(last=False)

    def _watch_strangers(self) -> None:
        """Cut off who has not said hello in time, or sends and sends instead; often."""
        self._on_monitor()
        now = time.monotonic()
        for fd, since in list(self._accepted.items()):
            is_late = now - since > self._options.handshake_timeout
            if is_late or self._endless.found(fd, since, _STRANGERS_BYTES):
                self.counters["no hello" if is_late else "endless"] += 1
                del self._accepted[fd]
                self.listening.cut(fd)
        if self._accepted:
            self._io.call_later(_STRANGERS_INTERVAL, self._watch_strangers)

    def check(self, now: float) -> None:
        """Look after the connections; several times in a heartbeat's interval."""
        self._on_monitor()
        limit = self._options.window + 4 * self._options.limits.multipart_bytes
        for caller in list(self._callers.values()):
            if caller.gone:
                continue
            caller.link.pump()
            self._tell_done(caller)
            caller.pulse.heard(caller.link.heard)
            silent = caller.pulse.tick(now).state == "lost"
            if silent or self._endless.found(caller.fd, caller.link.heard, limit):
                self.counters["silent" if silent else "endless"] += 1
                self._part(caller, None)

    def close(self, reason: str) -> None:
        """Say goodbye to all and close the socket; on the I/O thread."""
        for caller in list(self._callers.values()):
            if caller.hello is not None and not caller.gone:
                with contextlib.suppress(ConnectionLost):
                    self._tell_done(caller)
                    caller.link.send(Bye(reason))
            caller.gone = True
        self._callers.clear()
        self._io.poller.remove(self._monitor.fd)
        self._io.poller.remove(self._socket.fd)
        self._socket.close(linger_ms=200)
        self._monitor.close()


def _is_listed(task: str, cluster: dict[str, dict[str, str]]) -> bool:
    """Whether a task named "/job:ps/replica:0/task:0" is one of the cluster's."""
    parts = dict(part.split(":", 1) for part in task.strip("/").split("/") if ":" in part)
    return parts.get("task", "") in cluster.get(parts.get("job", ""), {})
