"""StepState: one running step, and how a kernel of it waits for another step."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from tftutor import errors
from tftutor.runtime.rendezvous import Rendezvous
from tftutor.runtime.step_timeout import step_timeout

_LONGEST_SLEEP = 0.5  # seconds


class StepState:
    """One running step: its number, cancellation, and resources that die with it."""

    __slots__ = ("id", "deadline", "cancelled", "scratch", "session", "copies", "at_once",
                 "watch", "_rendezvous")

    def __init__(self, step_id: int, deadline: float | None = None, session: Any = None) -> None:
        self.id = step_id
        self.deadline = deadline
        self.cancelled: str | None = None
        self.scratch: dict[Any, Any] = {}
        self.session = session
        self.copies: list[Any] | None = None  # a list when the step is traced
        self.at_once: int | None = None  # how many of the step's devices compute at the same time
        self.watch: Callable[[], None] | None = None  # called when the step has waited for a while
        self._rendezvous: Rendezvous | None = None

    @property
    def rendezvous(self) -> Rendezvous:
        """Where the parts of the step hand values to each other; few steps have any."""
        if self._rendezvous is None:
            self._rendezvous = Rendezvous(self, self.at_once)
        return self._rendezvous

    @rendezvous.setter
    def rendezvous(self, rendezvous: Rendezvous) -> None:
        self._rendezvous = rendezvous

    def wait_for(self, condition: threading.Condition, is_done: Callable[[], bool],
                 cancelled_text: str) -> None:
        """Sleep, with `condition` released, until `is_done()`.

        It sleeps in short stretches, as not every platform lets Ctrl-C into a long one.
        Raises: DeadlineExceededError when the step's time is up, CancelledError when the step has
        been cancelled.
        """
        if self._rendezvous is not None:
            self._rendezvous.about_to_wait()
        while not is_done():
            if self.cancelled is not None:
                raise errors.CancelledError(None, None, cancelled_text)
            left = _LONGEST_SLEEP
            if self.deadline is not None:
                left = min(left, self.deadline - time.monotonic())
                if left <= 0:
                    raise step_timeout()
            if not condition.wait(left) and self.watch is not None:
                condition.release()  # others may do meanwhile what is waited for
                try:
                    self.watch()
                finally:
                    condition.acquire()
