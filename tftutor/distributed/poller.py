"""Waits for many file descriptors at once; each may be taken out and put back by any thread.

`selectors` cannot do the second: its tables belong to one thread. The kernel's epoll and kqueue
can, so a caller that reads a socket itself hides it from the thread that reads the others, for
the price of one system call.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from typing import Any

Handler = Callable[[], None]


class Poller:
    """A set of file descriptors, each with the function to call when it can be read."""

    def __init__(self) -> None:
        self._queue: Any = _KernelQueue()
        self._handlers: dict[int, Handler] = {}
        self._awake, self._waker = os.pipe()
        os.set_blocking(self._awake, False)
        os.set_blocking(self._waker, False)
        self._queue.add(self._awake)
        self._lock = threading.Lock()      # of `wake` and `close`
        self._closed = False

    def add(self, fd: int, handler: Handler) -> None:
        """Watch `fd`; a closed one must have been removed before its number is used again."""
        self._handlers[fd] = handler
        self._queue.add(fd)

    def remove(self, fd: int) -> None:
        """Watch `fd` no longer; call it before the descriptor is closed."""
        if self._handlers.pop(fd, None) is not None:
            self._queue.remove(fd)

    def hide(self, fd: int) -> None:
        """Leave `fd` out of `wait` until `show`: another thread reads it."""
        self._queue.hide(fd)

    def show(self, fd: int) -> None:
        """Watch `fd` again."""
        if fd in self._handlers:
            self._queue.show(fd)

    def wake(self) -> None:
        """Make `wait` return at once."""
        with self._lock:
            if not self._closed:
                write_byte(self._waker)

    def wait(self, timeout: float) -> list[Handler]:
        """Wait up to `timeout` seconds; return the functions of what can be read."""
        ready = self._queue.wait(timeout)
        if self._awake in ready:
            drain(self._awake)
        return [handler for fd in ready if (handler := self._handlers.get(fd)) is not None]

    def close(self) -> None:
        """Give the kernel's resources back; nobody may be waiting."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._handlers.clear()
            self._queue.close()
            os.close(self._awake)
            os.close(self._waker)


def write_byte(fd: int) -> None:
    """Wake whoever reads the pipe; a full pipe has woken it already."""
    try:
        os.write(fd, b"!")
    except BlockingIOError:
        return


def drain(fd: int) -> None:
    """Forget the wakings so far."""
    try:
        while len(os.read(fd, 4096)) == 4096:
            continue
    except BlockingIOError:
        return


class _Epoll:
    """Linux."""

    def __init__(self) -> None:
        self._epoll = select.epoll()

    def add(self, fd: int) -> None:
        self._epoll.register(fd, select.EPOLLIN)

    def remove(self, fd: int) -> None:
        self._epoll.unregister(fd)

    def hide(self, fd: int) -> None:
        self._epoll.modify(fd, 0)

    def show(self, fd: int) -> None:
        self._epoll.modify(fd, select.EPOLLIN)

    def wait(self, timeout: float) -> list[int]:
        return [fd for fd, _ in self._epoll.poll(timeout)]

    def close(self) -> None:
        self._epoll.close()


class _Kqueue:
    """macOS and the BSDs."""

    def __init__(self) -> None:
        self._names: Any = select      # where `select` has them; type checkers look on Linux
        self._kqueue = self._names.kqueue()

    def _change(self, fd: int, change: str) -> None:
        names = self._names
        event = names.kevent(fd, names.KQ_FILTER_READ, getattr(names, f"KQ_EV_{change}"))
        self._kqueue.control([event], 0, 0)

    def add(self, fd: int) -> None:
        self._change(fd, "ADD")

    def remove(self, fd: int) -> None:
        self._change(fd, "DELETE")

    def hide(self, fd: int) -> None:
        self._change(fd, "DISABLE")

    def show(self, fd: int) -> None:
        self._change(fd, "ENABLE")

    def wait(self, timeout: float) -> list[int]:
        return [event.ident for event in self._kqueue.control(None, 64, timeout)]

    def close(self) -> None:
        self._kqueue.close()


_KernelQueue: Any = _Epoll if hasattr(select, "epoll") else _Kqueue
