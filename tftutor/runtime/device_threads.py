"""Threads that run the partitions of devices.

A partition may wait for another partition, or for another step, so each that runs has a thread of
its own. A thread whose partition is done waits for the next one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any


class Work:
    """A function that another thread runs: wait for it, then look at `result` or `error`."""

    __slots__ = ("function", "result", "error", "done")

    def __init__(self, function: Callable[[], Any]) -> None:
        self.function = function
        self.result: Any = None
        self.error: BaseException | None = None
        self.done = threading.Event()

    def run(self) -> None:
        """Call the function and keep what comes of it."""
        try:
            self.result = self.function()
        except BaseException as error:  # noqa: BLE001 - whoever waits raises it
            self.error = error
        finally:
            self.done.set()


class DeviceThreads:
    """As many threads as there is work at one time."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Work] = SimpleQueue()
        self._lock = threading.Lock()
        self._idle = 0

    def start(self, function: Callable[[], Any], name: str) -> Work:
        """Run `function` in a thread that has nothing to do, or in a new one called `name`."""
        work = Work(function)
        with self._lock:
            if self._idle > 0:
                self._idle -= 1
                self._waiting.put(work)
                return work
        threading.Thread(target=self._serve, args=([work],), daemon=True, name=name).start()
        return work

    def _serve(self, first: list[Work]) -> None:
        work = first.pop()  # the thread holds its arguments for life: an empty list, not a step
        while True:
            work.run()
            del work  # what it returned belongs to the step alone
            with self._lock:
                self._idle += 1
            work = self._waiting.get()


_threads = DeviceThreads()


def start(function: Callable[[], Any], name: str) -> Work:
    """Run `function` in one of this process's device threads."""
    return _threads.start(function, name)


def _forget() -> None:
    """A forked child has none of its parent's threads."""
    global _threads
    _threads = DeviceThreads()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
