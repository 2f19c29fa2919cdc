"""Cells that tasks of a cluster are running, as the notebook sees them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

Show = Callable[[str | None], None]  # called with what a cell prints, and None at its end


class CellError(RuntimeError):
    """A cell raised in a task, or its task ended; the text is the task's traceback."""


class CellRun:
    """One cell in one task: `wait()` for its end; `output` is what it has printed so far."""

    def __init__(self, task: str, number: int, show: Show | None) -> None:
        self.task = task
        self.number = number
        self.output = ""
        self.error: str | None = None
        self._show = show
        self._done = threading.Event()

    @property
    def is_done(self) -> bool:
        """Whether it has ended."""
        return self._done.is_set()

    def wait(self, timeout: float | None = None) -> CellRun:
        """Wait until it has ended.

        Raises: CellError when it raised or its task ended; TimeoutError after `timeout` seconds.
        """
        if not self._done.wait(timeout):
            raise TimeoutError(f"the cell in {self.task} still runs after {timeout:g} s")
        if self.error is not None:
            raise CellError(f"in {self.task}: {self.error}")
        return self

    def add(self, text: str) -> None:
        """It has printed something."""
        self.output += text
        if self._show is not None:
            self._show(text)

    def end(self, error: str | None) -> None:
        """It has ended, with this traceback if it raised."""
        self.error = error
        self._done.set()
        if self._show is not None:
            self._show(None)

    def __repr__(self) -> str:
        state = "runs" if not self.is_done else "failed" if self.error else "done"
        return f"<cell {self.number} in {self.task}: {state}>"


class CellRuns:
    """The cells that haven't ended yet, by their number."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._running: dict[int, CellRun] = {}

    def start(self, task: str, show: Show | None, order: Callable[..., None], text: str) -> CellRun:
        """Tell a task to run a cell. Raises: LaunchError when it can't."""
        run = CellRun(task, next(self._numbers), show)
        self._running[run.number] = run
        try:
            order(number=run.number, cell=text)
        except Exception:  # whatever it was is the caller's; a cell that never began is not running
            del self._running[run.number]
            raise
        return run

    def take(self, task: str, event: dict[str, Any], state: Callable[[], str]) -> None:
        """What a task reports about its cells."""
        if event["event"] == "output":
            run = self._running.get(event["number"])
            if run is not None:  # a thread that a cell started may print after the cell's end
                run.add(event["text"])
        elif event["event"] == "done":
            self._running.pop(event["number"]).end(event["error"])
        elif event["event"] == "ended":
            for run in [run for run in self._running.values() if run.task == task]:
                del self._running[run.number]
                run.end(f"the task {state()} while the cell ran")
