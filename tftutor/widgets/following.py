"""Following something while the kernel is busy: readings from a thread, until they are asked for.

A front end that shows something live asks for each reading. While a cell trains, nobody answers it,
and that is when there is most to see. A Follower notices that the next question is overdue and
sends readings by itself until one comes, the front end has said that it stops, or too much time has
passed: a page that was closed says nothing.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable

LONGEST = 300.0  # seconds without a question


class Follower:
    """Calls `send()` every `interval` seconds when questions stop coming.

    Args:
      send: takes a reading and sends it; called in a thread. Returns False when there is nothing
        left to follow.
      interval: seconds between readings, where a question doesn't say.
      longest: seconds after which nobody is believed to look any more.
    """

    def __init__(self, send: Callable[[], bool], interval: float, longest: float = LONGEST) -> None:
        self._send = send
        self._interval = interval
        self._longest = longest
        self._condition = threading.Condition()
        self._questions = 0
        self._thread: threading.Thread | None = None

    def asked(self, interval: float | None = None) -> None:
        """A question has come: wait for the next one, which comes in `interval` seconds."""
        with self._condition:
            if interval is not None:
                self._interval = interval
            self._questions += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._follow, name="panel follower",
                                                daemon=True)
                self._thread.start()
            self._condition.notify_all()

    def stop(self) -> None:
        """Nobody looks any more."""
        with self._condition:
            self._thread = None
            self._condition.notify_all()

    @property
    def is_running(self) -> bool:
        """Whether it waits for questions, or sends."""
        return self._thread is not None

    def _follow(self) -> None:
        me = threading.current_thread()
        known, silent = -1, 0.0
        while silent < self._longest:
            with self._condition:
                if self._thread is not me:
                    return
                if self._questions != known:
                    known, silent = self._questions, 0.0
                wait = self._interval if silent else 2 * self._interval
                if self._condition.wait_for(functools.partial(self._has_news, me, known), wait):
                    continue
            silent += wait
            if not self._send():
                break
        with self._condition:
            if self._thread is me:
                self._thread = None

    def _has_news(self, thread: threading.Thread, known: int) -> bool:
        return self._thread is not thread or self._questions != known
