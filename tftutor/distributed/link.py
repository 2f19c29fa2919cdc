"""The two ends' bookkeeping of one connection: pieces that arrive, credits, what waits to go.

No socket and no thread of its own. A message without a payload goes out at once; the pieces of
the others go while the other side has granted credit, and wait here in order when it has not.
Small messages do not wait behind big ones.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from tftutor.distributed.credits import ReceivingCredit, SendingCredit
from tftutor.distributed.limits import Limits
from tftutor.distributed.messages import Credit, Message, Reply, Request
from tftutor.distributed.protocol import (
    HANDSHAKE_LIMITS,
    Decoder,
    Frames,
    cost,
    encode,
)

Send = Callable[[Frames], bool]     # False: the socket's queue is full


class QueueFull(Exception):
    """The other side is too slow: as much as may wait for it waits already."""


class Link:
    """One end of a connection.

    Args: `send` hands a multipart to the socket and may raise; `window` is the number of bytes
    that the other side may send ahead, as our greeting tells it.
    """

    def __init__(self, send: Send, *, window: int, queue_bytes: int) -> None:
        self._send = send
        self._queue_bytes = queue_bytes
        self._decoder = Decoder(HANDSHAKE_LIMITS)
        self._lock = threading.RLock()      # orders what goes out
        self._small: deque[tuple[Frames, int]] = deque()
        self._bulk: deque[tuple[Frames, int]] = deque()
        self._theirs: SendingCredit | None = None      # what they have room for
        self._ours = ReceivingCredit(window)           # what we have room for
        self.queued_bytes = 0
        self.heard = time.monotonic()

    def open(self, credit: int, limits: Limits) -> None:
        """The greetings are done: messages may flow, `credit` bytes at first.

        Raises: RemoteProtocolError for an absurd credit.
        """
        self._decoder.limits = limits
        with self._lock:
            self._theirs = SendingCredit(credit)
            self.pump()

    def send(self, message: Message) -> None:
        """Send a message, or keep it until the other side has room.

        Arrays must not change until the other side has them.
        Raises: QueueFull, or LocalProtocolError for what may not be sent at all.
        """
        parts = encode(message)
        if isinstance(message, (Request, Reply)):
            self.send_parts(parts)
        else:
            self._send(parts[0])

    def send_parts(self, parts: list[Frames]) -> None:
        """Send the multiparts of one request or reply that has been encoded."""
        with self._lock:
            if len(parts) == 1 and not self._small:
                price = _bytes(parts[0])
                if self._try_to_send(parts[0], price):
                    return
            priced = [(part, _bytes(part)) for part in parts]
            total = sum(price for _, price in priced)
            if self.queued_bytes and self.queued_bytes + total > self._queue_bytes:
                raise QueueFull(f"{self.queued_bytes} bytes wait for it already")
            (self._small if len(parts) == 1 else self._bulk).extend(priced)
            self.queued_bytes += total
            self.pump()

    def pump(self) -> None:
        """Send what has waited, as far as credit and the socket allow."""
        with self._lock:
            for queue in (self._small, self._bulk):
                while queue:
                    part, price = queue[0]
                    if not self._try_to_send(part, price):
                        return
                    queue.popleft()
                    self.queued_bytes -= price

    def _try_to_send(self, part: Frames, price: int) -> bool:
        credit = self._theirs
        if credit is None or price > credit.available or not self._send(part):
            return False
        return credit.take(price)

    def receive(self, frames: list[Any]) -> Message | None:
        """Take a multipart; return the message that it completes.

        Raises: RemoteProtocolError, after which the connection must end.
        """
        message = self._decoder.feed(frames)
        self.heard = time.monotonic()
        if message is None or isinstance(message, (Request, Reply)):
            self._account(cost(message, frames))
        elif isinstance(message, Credit):
            with self._lock:
                if self._theirs is not None:
                    self._theirs.granted(message.bytes)
                self.pump()
        return message

    def _account(self, price: int) -> None:
        """Count what came, which has been copied by now, and make room again."""
        self._ours.received(price)
        grant = self._ours.consumed(price)
        if grant:
            self._send(encode(Credit(grant))[0])


def _bytes(frames: Frames) -> int:
    return sum(map(len, frames))  # of memoryviews, too: they are views of bytes
