"""Is the other side there? Clocks and counts only; somebody else sends and receives.

Two levels, because they fail apart: libzmq's I/O thread answers pings while the program above it
hangs, and a program may be well while no packet reaches it. Times are seconds of a monotonic
clock, given by the caller.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """What silence means: nothing yet, worth a word to the user, or the end."""

    ALIVE = "alive"
    LATE = "late"
    LOST = "lost"


class Timing(NamedTuple):
    """Seconds: between questions, until silence is reported, until the peer counts as lost."""

    interval: float = 1.0
    late_after: float = 3.0
    lost_after: float = 10.0


class Beat(NamedTuple):
    """What a tick found: the state, whether to ask now, and how long it has been silent."""

    state: State
    ask: bool
    silent_for: float


class Pulse:
    """One level of one connection. `LOST` is final: a peer that comes back has to say hello."""

    def __init__(self, timing: Timing, now: float) -> None:
        if not 0 < timing.interval <= timing.late_after <= timing.lost_after:
            raise ValueError(f"must be 0 < interval <= late_after <= lost_after, but got {timing}")
        self._timing = timing
        self._heard = self._asked = self._ticked = now
        self._lost = False

    def heard(self, now: float) -> None:
        """Something came from the other side."""
        self._heard = max(self._heard, now)

    def asked(self, now: float) -> None:
        """A question went out."""
        self._asked = max(self._asked, now)

    def tick(self, now: float) -> Beat:
        """Look at the clock; call this about every interval.

        A long time between two ticks means that this process was stopped, not the other one: it
        could not have heard an answer then, so that time is not held against the peer.
        """
        slept = now - self._ticked - 2 * self._timing.interval
        if slept > 0:
            self._heard += slept
        self._ticked = max(self._ticked, now)
        silent = max(0.0, now - self._heard)
        self._lost = self._lost or silent >= self._timing.lost_after
        if self._lost:
            return Beat(State.LOST, False, silent)
        state = State.LATE if silent >= self._timing.late_after else State.ALIVE
        return Beat(state, now - self._asked >= self._timing.interval, silent)


class Verdict(NamedTuple):
    """What both levels say together.

    `ask` means: send a `Heartbeat`. `cause` is "" while all is well; else it completes a sentence
    like "/job:ps/task:0 at 127.0.0.1:2222: ...".
    """

    state: State
    ask: bool
    cause: str


class Liveness:
    """Both levels of one connection: the socket's and the application's."""

    def __init__(self, socket: Timing, application: Timing, now: float) -> None:
        self._socket = Pulse(socket, now)
        self._application = Pulse(application, now)

    def socket_heard(self, now: float) -> None:
        """Bytes came, of whatever kind, as the socket's own pings do."""
        self._socket.heard(now)

    def application_heard(self, now: float) -> None:
        """A message came that the other side's program sent; the socket works then, too."""
        self._socket.heard(now)
        self._application.heard(now)

    def asked(self, now: float) -> None:
        """A `Heartbeat` went out."""
        self._application.asked(now)

    def tick(self, now: float) -> Verdict:
        """Look at the clock; call this about every interval."""
        socket, application = self._socket.tick(now), self._application.tick(now)
        if State.LOST in (socket.state, application.state):
            state = State.LOST
        elif State.LATE in (socket.state, application.state):
            state = State.LATE
        else:
            return Verdict(State.ALIVE, application.ask, "")
        # A silent socket explains a silent program; not the other way round.
        if socket.state == state:
            cause = f"no sign of life for {socket.silent_for:.0f} s (network cut, or stopped?)"
        else:
            cause = (f"its socket is there, but the program has not answered for "
                     f"{application.silent_for:.0f} s (hanging?)")
        return Verdict(state, application.ask and state != State.LOST, cause)
