"""The thread that reads what no caller waits for: greetings, requests, signs of life."""

from __future__ import annotations

import heapq
import itertools
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable

from tftutor.distributed.poller import Poller

Task = Callable[[], None]
_LONGEST_SLEEP = 60.0


class IoThread:
    """One thread, started with the first use; `post` and `call_later` may come from any thread."""

    def __init__(self, name: str) -> None:
        self.poller = Poller()
        self._posted: deque[Task] = deque()
        self._timers: list[tuple[float, int, Task]] = []
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread; a second call does nothing."""
        with self._lock:
            if self._thread.ident is None and not self._closing:
                self._thread.start()

    def is_current(self) -> bool:
        """Whether this is called on the I/O thread."""
        return threading.current_thread() is self._thread

    def post(self, task: Task) -> None:
        """Have `task` done soon."""
        self._posted.append(task)
        self.poller.wake()

    def call_later(self, delay: float, task: Task) -> None:
        """Have `task` done after `delay` seconds."""
        with self._lock:
            entry = (time.monotonic() + delay, next(self._order), task)
            heapq.heappush(self._timers, entry)
            is_first = self._timers[0] is entry
        if is_first and not self.is_current():
            self.poller.wake()

    def stop(self) -> None:
        """End the thread when it has done what was posted, and wait for that."""
        with self._lock:
            self._closing = True
            if self._thread.ident is None:
                self.poller.close()
                return
        if not self.is_current():
            self.poller.wake()
            self._thread.join(5.0)

    def _run(self) -> None:
        while not (self._closing and not self._posted):
            for handler in self.poller.wait(self._time_to_sleep()):
                self._do(handler)
            while self._posted:
                self._do(self._posted.popleft())
            for task in self._due():
                self._do(task)
        self.poller.close()

    def _time_to_sleep(self) -> float:
        if self._posted or self._closing:
            return 0.0
        with self._lock:
            if not self._timers:
                return _LONGEST_SLEEP
            return min(max(self._timers[0][0] - time.monotonic(), 0.0), _LONGEST_SLEEP)

    def _due(self) -> list[Task]:
        due = []
        now = time.monotonic()
        with self._lock:
            while self._timers and self._timers[0][0] <= now:
                due.append(heapq.heappop(self._timers)[2])
        return due

    def _do(self, task: Task) -> None:
        try:
            task()
        except Exception:  # noqa: BLE001 - one connection's trouble must not end the others
            print("tftutor: an error in the thread that serves connections:", file=sys.stderr)
            traceback.print_exc()
