"""Does the other side's program live? Clocks and counts only; others send and receive.

ZeroMQ has pings of its own, which tell that a network is cut or a process stopped. But its thread
answers them while the program above it hangs, so programs ask each other as well. Times are
seconds of a monotonic clock, given by the caller.
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
    lost_after: float = 6.0


class Beat(NamedTuple):
    """What a tick found: the state, whether to ask now, and how long it has been silent."""

    state: State
    ask: bool
    silent_for: float


class Pulse:
    """The other side of one connection. `LOST` is final: who comes back has to say hello."""

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
