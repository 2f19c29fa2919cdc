"""A task's process ends with the program that started it, however that program ends.

The program holds the other end of the task's standard input and never closes it: when it ends, be
it by kill -9, the input ends too. That is noticed by a thread of the task; where the task can't
run its threads (it was stopped, or a library doesn't come back), Linux ends it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Have Linux end this process when the thread that started it ends; elsewhere do nothing.

    `parent` is the pid of the process that should be ours: it may have ended already.
    """
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def watch_lines(lines: Iterable[str], on_line: Callable[[str], None],
                on_end: Callable[[], None]) -> threading.Thread:
    """Read what the parent says in a thread; when it has gone, call `on_end`."""

    def watch() -> None:
        with contextlib.suppress(OSError, ValueError):  # the input was closed under the reader
            for line in lines:
                on_line(line)
        on_end()

    thread = threading.Thread(target=watch, name="parent", daemon=True)
    thread.start()
    return thread
