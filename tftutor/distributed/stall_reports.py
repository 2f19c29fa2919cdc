"""Lines about a step that doesn't come to its end because others don't do their part.

Synchronous training waits for the gradients of all workers. When one of them is gone, everybody
waits; the parameter server knows for whom, and who waits asks it from time to time.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence

from tftutor import errors
from tftutor.distributed.remote_task import RemoteCall, RemoteTask

_FIRST, _LONGEST = 6.0, 120.0  # seconds until the first report, and at most between two

_lock = threading.Lock()
_told: dict[str, float] = {}  # line up to its seconds -> when it was printed


class StallReports:
    """The reports about one step; `look` is called while it runs."""

    def __init__(self) -> None:
        self._interval = _FIRST
        self._next = time.monotonic() + _FIRST
        self._calls: list[RemoteCall] = []

    def look(self, tasks: Sequence[RemoteTask], now: float) -> None:
        """Ask, when it is time to, the tasks that are waited for; print what they say."""
        if self._calls:
            self._calls = [call for call in self._calls if not _print_answer(call)]
        if now < self._next:
            return
        self._interval = min(self._interval * 2, _LONGEST)
        self._next = now + self._interval
        for task in tasks:
            if task.service is not None:
                header, _ = task.service.answer("status", {}, ())
                _print(header)
            else:
                self._calls.append(task.start("status", {}))


def _print_answer(call: RemoteCall) -> bool:
    """Print what a task has answered; False while it hasn't."""
    try:
        reply = call.poll(0)
    except errors.OpError:  # it is gone, which the step itself will say
        return True
    if reply is not None:
        _print(reply.header)
    return reply is not None


def _print(status: dict) -> None:
    """Each line once: several steps of a program may wait for the same."""
    now = time.monotonic()
    for line in (status.get("details") or {}).get("stalls", ()):
        topic = line.partition(" for ")[0]
        with _lock:
            if now - _told.get(topic, -_FIRST) < _FIRST / 2:
                continue
            _told.clear()
            _told[topic] = now
        print(line, file=sys.stderr, flush=True)
