"""Byte credits: how much one side may send before the other has made room.

Why not leave it to the socket? Its queue counts messages, not bytes, and a queue that is full
blocks the heartbeats behind it too. So each side opens with a window in its hello, the other
counts down, and grants come back as messages are consumed. Pure state, no clock, no socket.
"""

from __future__ import annotations

from tftutor.distributed.limits import MIB, Limits
from tftutor.distributed.protocol_errors import LocalProtocolError, RemoteProtocolError

# A window below this could never let the biggest multipart through.
LEAST_WINDOW = Limits().multipart_bytes
MOST_CREDIT = 2**20 * MIB


class SendingCredit:
    """What this side may still send; `window` is the credit in the other side's hello."""

    def __init__(self, window: int) -> None:
        if not LEAST_WINDOW <= window <= MOST_CREDIT:
            raise RemoteProtocolError(f"the credit must be from {LEAST_WINDOW} to {MOST_CREDIT} "
                                      f"bytes, but got {window}")
        self._available = window

    @property
    def available(self) -> int:
        """How many bytes may be sent now."""
        return self._available

    def take(self, size: int) -> bool:
        """Take the credit for a multipart of `size` bytes; False, and nothing taken, if short.

        `protocol.cost` says what a multipart costs; control messages cost nothing.
        """
        if size > LEAST_WINDOW:
            raise LocalProtocolError(f"a multipart of {size} bytes; at most {LEAST_WINDOW}")
        if size > self._available:
            return False
        self._available -= size
        return True

    def granted(self, size: int) -> None:
        """The other side has sent a `Credit`. Raises: RemoteProtocolError for an absurd one."""
        if size < 1 or self._available + size > MOST_CREDIT:
            raise RemoteProtocolError(f"a grant of {size} bytes on top of {self._available}")
        self._available += size


class ReceivingCredit:
    """What the other side may still send; `window` is the credit in this side's hello."""

    def __init__(self, window: int) -> None:
        if not LEAST_WINDOW <= window <= MOST_CREDIT:
            raise LocalProtocolError(f"the credit must be from {LEAST_WINDOW} to {MOST_CREDIT} "
                                     f"bytes, but got {window}")
        self._window = window
        self._open = window      # what the other side may send
        self._held = 0           # received, but not consumed
        self._consumed = 0       # consumed, but not granted again

    @property
    def held(self) -> int:
        """How many bytes have been received and not been consumed."""
        return self._held

    def received(self, size: int) -> None:
        """Count a multipart. Raises: RemoteProtocolError if the other side had no credit for it."""
        if size > self._open:
            raise RemoteProtocolError(
                f"{size} bytes were sent on a credit of {self._open} bytes")
        self._open -= size
        self._held += size

    def consumed(self, size: int) -> int:
        """Make room for `size` bytes: a chunk has been copied, a request has left the queue.

        Returns: the bytes to grant in a `Credit` now, or 0. Grants are few: one for each quarter
        of the window, so that a big tensor flows and small requests cause no messages.
        """
        if not 0 <= size <= self._held:
            raise LocalProtocolError(f"{size} bytes consumed, but {self._held} are held")
        self._held -= size
        self._consumed += size
        # A sender whose multipart does not fit waits while nothing is on its way to it: whatever
        # is open then, plus what is held and consumed, is the window, so a grant does come.
        if self._consumed < self._window // 4 and self._open >= LEAST_WINDOW:
            return 0
        grant, self._consumed = self._consumed, 0
        self._open += grant
        return grant
