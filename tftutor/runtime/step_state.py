"""StepState: one running step, and how a kernel of it waits for another step."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from tftutor import errors

_LONGEST_SLEEP = 0.5  # seconds


class StepState:
    """One running step: its number, cancellation, and resources that die with it."""

    __slots__ = ("id", "deadline", "cancelled", "scratch", "session", "copies", "rendezvous")

    def __init__(self, step_id: int, deadline: float | None = None, session: Any = None) -> None:
        self.id = step_id
        self.deadline = deadline
        self.cancelled: str | None = None
        self.scratch: dict[Any, Any] = {}
        self.session = session
        self.copies: list[Any] | None = None  # a list when the step is traced
        self.rendezvous: Any = None  # where the partitions of the step hand values to each other

    def wait_for(self, condition: threading.Condition, is_done: Callable[[], bool],
                 cancelled_text: str) -> None:
        """Sleep, with `condition` released, until `is_done()`.

        It sleeps in short stretches, as not every platform lets Ctrl-C into a long one.
        Raises: DeadlineExceededError when the step's time is up, CancelledError when the step has
        been cancelled.
        """
        while not is_done():
            if self.cancelled is not None:
                raise errors.CancelledError(None, None, cancelled_text)
            left = _LONGEST_SLEEP
            if self.deadline is not None:
                left = min(left, self.deadline - time.monotonic())
                if left <= 0:
                    raise step_timeout()
            condition.wait(left)


def step_timeout() -> errors.OpError:
    """The error of a step whose time is up: it belongs to the step, not to the node that waits."""
    error = errors.DeadlineExceededError(None, None, "Timed out waiting for notification")
    error.concerns_step = True  # type: ignore[attr-defined]
    return error
