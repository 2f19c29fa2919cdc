"""Who reads a connection: of the threads that wait for an answer, one at a time.

The thread that waits for a reply reads the socket itself, so that no other thread has to be woken
for it: two changes of threads less for each call. What it finds for others it gives to them; when
it has its own, the next of those who wait takes over, or else the I/O thread.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol


class Awaited(Protocol):
    """Something that a thread waits for."""

    done: bool


class Turns:
    """Hands the reading of one connection from thread to thread.

    Args: `read(timeout, call)` reads until `call` is done, the time is over, or it was woken;
    `interrupt` wakes the thread that is in it; `taken` and `free` tell the I/O thread that it must
    leave the connection alone, and that it has it again; they must not wait for another turn.
    """

    def __init__(self, read: Callable[[float | None, Awaited], None],
                 interrupt: Callable[[], None], taken: Callable[[], None],
                 free: Callable[[], None]) -> None:
        self._read = read
        self._interrupt = interrupt
        self._taken = taken
        self._free = free
        self._lock = threading.Lock()
        self._reader: Any = None                       # a call, a sleeper's lock, or the I/O thread
        self._thread = 0                               # the reader's
        self._sleepers: dict[Any, Awaited] = {}        # lock of a sleeping thread -> its call

    def wait(self, call: Awaited, timeout: float | None) -> None:
        """Return when `call` is done or the time is over."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not call.done:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return
            if self._enter(call, left):
                try:
                    self._read_until(call, deadline)
                finally:
                    self._leave()

    def _read_until(self, call: Awaited, deadline: float | None) -> None:
        while not call.done:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return
            self._read(left, call)

    def _enter(self, call: Awaited, timeout: float | None) -> bool:
        """Become the reader, at once or after a sleep; False if woken for another reason."""
        with self._lock:
            if call.done:
                return False
            if self._reader is None:
                self._become_reader(call)
                return True
            sleeper = threading.Lock()
            sleeper.acquire()
            self._sleepers[sleeper] = call
        try:
            sleeper.acquire(timeout=-1 if timeout is None else timeout)
        except BaseException:            # an interrupt from the keyboard
            if self._woken(sleeper):
                self._leave()
            raise
        return self._woken(sleeper)

    def _woken(self, sleeper: Any) -> bool:
        with self._lock:
            self._sleepers.pop(sleeper, None)
            if self._reader is not sleeper:
                return False
            self._become_reader(sleeper)
            return True

    def _become_reader(self, reader: Any) -> None:
        self._reader = reader
        self._thread = threading.get_ident()
        self._taken()

    def _leave(self) -> None:
        with self._lock:
            self._thread = 0
            for sleeper, call in self._sleepers.items():
                if not call.done:
                    del self._sleepers[sleeper]
                    self._reader = sleeper
                    sleeper.release()
                    return
            self._reader = None
            self._free()

    def finished(self, call: Awaited) -> None:
        """Wake the threads that wait for `call`, which is done."""
        with self._lock:
            for sleeper in [s for s, waited in self._sleepers.items() if waited is call]:
                del self._sleepers[sleeper]
                sleeper.release()
            elsewhere = self._reader is not None and self._thread != threading.get_ident()
        if elsewhere:
            self._interrupt()

    def nudge(self) -> bool:
        """Wake the reader, as something may have arrived unnoticed; False if there is none."""
        with self._lock:
            if self._reader is None:
                return False
        self._interrupt()
        return True

    def try_reading(self, read: Callable[[], None]) -> bool:
        """Let the I/O thread read, unless a caller does; return whether it did."""
        with self._lock:
            if self._reader is not None:
                return False
            self._reader = self
            self._thread = threading.get_ident()
        try:
            read()
        finally:
            self._leave()
        return True
