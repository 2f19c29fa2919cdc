"""What may be said on a connection, and when, as a transition table: no socket and no clock.

Every message that comes in or goes out passes here. What the table does not name for the state
is refused: a request before the hello, a second hello, a reply after goodbye.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from tftutor import errors
from tftutor.distributed.handshake import find_refusal, refusal
from tftutor.distributed.messages import (
    Bye,
    Credit,
    Done,
    Heartbeat,
    Hello,
    Message,
    Refused,
    Reply,
    Request,
    Welcome,
)
from tftutor.distributed.protocol_errors import LocalProtocolError, RemoteProtocolError
from tftutor.distributed.schema import denial


class State(StrEnum):
    """How far a dialogue has come."""

    NEW = "new"               # dialled; the hello has not been sent
    CALLING = "calling"       # the hello has been sent
    LISTENING = "listening"   # accepted; nobody has said hello
    OPEN = "open"
    REFUSED = "refused"
    CLOSED = "closed"
    FAILED = "failed"         # something came that has no place here


ENDED = (State.REFUSED, State.CLOSED, State.FAILED)
# What may be sent and received in each state, and the state after it.
_TALK: dict[type, State] = {
    Request: State.OPEN, Reply: State.OPEN, Credit: State.OPEN, Heartbeat: State.OPEN,
    Done: State.OPEN, Bye: State.CLOSED}
SENDS: dict[State, dict[type, State]] = {
    State.NEW: {Hello: State.CALLING},
    State.CALLING: {Bye: State.CLOSED},
    State.LISTENING: {Welcome: State.OPEN, Refused: State.REFUSED},
    State.OPEN: _TALK,
}
RECEIVES: dict[State, dict[type, State]] = {
    State.CALLING: {Welcome: State.OPEN, Refused: State.REFUSED, Bye: State.CLOSED},
    State.LISTENING: {Hello: State.LISTENING, Bye: State.CLOSED},
    State.OPEN: _TALK,
}


class Dialogue:
    """One side of a connection.

    Args:
      identity: what this side says of itself in its hello or welcome.
      is_dialler: whether this side says hello.
      admit: asked, by the side that was called, about a hello in which nothing else is wrong;
        returns a refusal or None. Keys and duplicate tasks are looked at there.
    """

    def __init__(self, identity: Hello, *, is_dialler: bool,
                 admit: Callable[[Hello], Refused | None] | None = None) -> None:
        self.state = State.NEW if is_dialler else State.LISTENING
        self.peer: Hello | Welcome | None = None
        self.refused: Refused | None = None
        self._identity = identity
        self._admit = admit

    def begin(self) -> Hello:
        """Return the hello to send first."""
        self.send(self._identity)
        return self._identity

    def send(self, message: Message) -> None:
        """Note that a message is about to be sent. Raises: LocalProtocolError if it must not be."""
        after = SENDS.get(self.state, {}).get(type(message))
        if after is None:
            raise LocalProtocolError(f"a connection that is {self.state} must not send a "
                                     f"{type(message).__name__}")
        self.state = after

    def receive(self, message: Message) -> list[Message]:
        """Take a message; the answers to send, which need no `send` of their own.

        Requests and replies are for the caller: look at `denied` first.
        Raises: RemoteProtocolError for a message that has no place here; the dialogue has failed.
        """
        after = RECEIVES.get(self.state, {}).get(type(message))
        if after is None:
            was, self.state = self.state, State.FAILED
            raise RemoteProtocolError(
                f"a {type(message).__name__} on a connection that is {was}")
        self.state = after
        if isinstance(message, Hello):
            return [self._answer(message)]
        if isinstance(message, Welcome):
            return self._check_welcome(message)
        if isinstance(message, Refused):
            self.refused = message
        if isinstance(message, Heartbeat) and not message.answer:
            return [Heartbeat(message.sequence, True)]
        return []

    def _answer(self, hello: Hello) -> Welcome | Refused:
        mine = self._identity
        self.refused = find_refusal(hello, mine)
        if self.refused is None and self._admit is not None:
            self.refused = self._admit(hello)
        if self.refused is not None:
            self.send(self.refused)
            return self.refused
        self.peer = hello
        welcome = Welcome(mine.role, mine.task, mine.incarnation, mine.fingerprint, mine.credit)
        self.send(welcome)
        return welcome

    def _check_welcome(self, welcome: Welcome) -> list[Message]:
        """Believe a welcome only from whom the hello was meant for.

        Another server may have the address by now.
        """
        mine = self._identity
        wrong = None
        if welcome.version != mine.version:
            wrong = refusal("version", f"{welcome.task} speaks version {welcome.version} of the "
                                       f"protocol, but this side version {mine.version}")
        elif mine.to and welcome.task != mine.to:
            wrong = refusal("task", f"{mine.to} was called, but {welcome.task} answered")
        elif mine.expects and welcome.incarnation != mine.expects:
            wrong = refusal("incarnation", f"{welcome.task} has been restarted")
        if wrong is None:
            self.peer = welcome
            return []
        self.refused, self.state = wrong, State.REFUSED
        return [Bye(wrong.reason)]

    def denied(self, request: Request) -> Reply | None:
        """Return the reply to a request that the peer's role does not allow, else None."""
        role = self.peer.role if self.peer is not None else ""
        why = denial(role, request.method)
        if why is None:
            return None
        header = {"message": why, "node": None, "task": self._identity.task}
        return Reply(request.id, errors.PERMISSION_DENIED, header, (), request.method)
