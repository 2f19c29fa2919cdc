"""Rendezvous: where the partitions of one step hand values to each other.

A value is sent under the key of its edge and received once. Sender and receiver pass the edge
equally often and in the same order, also in loops, so a key needs no iteration number.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tftutor.runtime.step_timeout import step_timeout

if TYPE_CHECKING:
    from tftutor.runtime.step_state import StepState

_LONGEST_SLEEP = 0.5  # seconds: not every platform lets Ctrl-C into a long wait


class StepAborted(Exception):  # noqa: N818 - not an error of its own: another partition has one
    """Another partition of the step has failed, or the step was cancelled."""


class Rendezvous:
    """The values on their way between the partitions of one step.

    Args:
      step: the step, which may be cancelled or run out of time.
      at_once: how many partitions may compute at the same time; None for all.
    """

    def __init__(self, step: StepState, at_once: int | None = None) -> None:
        self._step = step
        self._values: dict[Any, deque[Any]] = {}
        self._lock = threading.Lock()
        self._changed: threading.Condition | None = None  # of that lock, once somebody waits
        self._aborted = False
        self._turns = threading.Semaphore(at_once) if at_once else None

    def send(self, key: Any, value: Any) -> None:
        """Leave a value; never waits."""
        self.send_all(((key, value),))

    def send_all(self, entries: Iterable[tuple[Any, Any]]) -> None:
        """Leave several values."""
        with self._lock:
            for key, value in entries:
                self._values.setdefault(key, deque()).append(value)
            if self._changed is not None:
                self._changed.notify_all()

    def peek(self, keys: Sequence[Any]) -> list[Any] | None:
        """The next value of each key, which stays; None unless all are there."""
        with self._lock:
            queues = [self._values.get(key) for key in keys]
            return [queue[0] for queue in queues if queue] if all(queues) else None

    def about_to_wait(self) -> None:
        """Called before a part of the step goes to sleep."""

    def recv(self, key: Any) -> Any:
        """Take the value sent under `key`, and wait until it is there.

        Raises: StepAborted when another partition has failed; DeadlineExceededError.
        """
        with self._lock:
            waiting = self._values.get(key)
            if waiting:
                return waiting.popleft()
        self.about_to_wait()
        self.end_turn()
        try:
            while True:
                with self._lock:
                    waiting = self._values.get(key)
                    if waiting:
                        return waiting.popleft()
                    is_woken = self._sleep()
                if not is_woken and self._step.watch is not None:
                    self._step.watch()
        finally:
            self.begin_turn()

    def _sleep(self) -> bool:
        """Wait, with the lock held, for a change; False when there was none for a while."""
        step = self._step
        if self._aborted or step.cancelled is not None:
            raise StepAborted
        left = _LONGEST_SLEEP
        if step.deadline is not None:
            left = min(left, step.deadline - time.monotonic())
            if left <= 0:
                raise step_timeout()
        if self._changed is None:
            self._changed = threading.Condition(self._lock)
        return self._changed.wait(left)

    def abort(self) -> None:
        """Let everybody who waits go, with StepAborted."""
        with self._lock:
            self._aborted = True
            if self._changed is not None:
                self._changed.notify_all()

    def check(self) -> None:
        """Raise when the step won't be finished; loops ask in each iteration.

        Raises: StepAborted when another partition has failed; DeadlineExceededError.
        """
        step = self._step
        if self._aborted or step.cancelled is not None:
            raise StepAborted
        if step.deadline is not None and time.monotonic() > step.deadline:
            raise step_timeout()

    def begin_turn(self) -> None:
        """Wait until fewer than `at_once` partitions compute."""
        if self._turns is not None:
            self._turns.acquire()

    def end_turn(self) -> None:
        """Let another partition compute."""
        if self._turns is not None:
            self._turns.release()
