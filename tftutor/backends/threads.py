"""Threads for big arrays: the same function on several parts of them at once.

NumPy lets go of the interpreter lock inside its loops, so parts that fill a cache run in parallel.
Small arrays are quicker in one go.

Parts are taken from a common pile, by the calling thread too. A helper that the operating system
wakes late (another program has the processor) finds the pile empty, and nobody waited for it. That
is why work is split into more parts than there are threads.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np

_MOST = 8  # more threads than memory channels don't help
SHARED_SIZE = 1 << 18  # elements: smaller arrays are done before a helper wakes up
_BLOCK = 1 << 16  # elements: a few blocks of float32 fit a core's cache
_CGROUP = Path("/sys/fs/cgroup")
_helpers: SimpleQueue[_Pile] | None = None
_helper_count = 0
_starting = threading.Lock()
_buffers = threading.local()
_local = threading.local()


_asked_for = 0  # by set_thread_count


def set_thread_count(count: int) -> None:
    """Let `count` threads work on one array, in this whole process; 0 for the usual number."""
    global _asked_for
    _asked_for = count


def asked_thread_count() -> int:
    """What `set_thread_count` was told last; 0 for nothing."""
    return _asked_for


def thread_count() -> int:
    """How many threads work on one array.

    What `set_thread_count` was told, else OMP_NUM_THREADS, else the processors this process has.
    """
    if getattr(_local, "is_alone", False):
        return 1
    if _asked_for > 0:
        return min(_asked_for, _MOST)
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return min(int(wanted) if _is_count(wanted) else available_processors(), _MOST)


@contextmanager
def alone(flag: bool = True) -> Iterator[None]:
    """Inside, the calling thread shares no work out: it stands for a processor of its own."""
    before = getattr(_local, "is_alone", False)
    _local.is_alone = flag
    try:
        yield
    finally:
        _local.is_alone = before


def _is_count(text: str) -> bool:
    return text.isdigit() and int(text) > 0


@functools.cache
def available_processors() -> int:
    """The processors that this process may use: those of its affinity and its container."""
    if hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    return max(1, min(count, cgroup_processors(_CGROUP)))


def cgroup_processors(folder: Path) -> int:
    """The processors that a container may use, rounded up; a large number without a limit.

    Threads beyond that share would use it up early in each period and then all stand still.
    """
    try:
        quota, period = (folder / "cpu.max").read_text().split()  # cgroup v2
    except (OSError, ValueError):
        try:
            quota = (folder / "cpu/cpu.cfs_quota_us").read_text().strip()
            period = (folder / "cpu/cpu.cfs_period_us").read_text().strip()
        except OSError:
            return 1 << 16
    if not _is_count(quota) or not _is_count(period):  # "max", or -1 in v1
        return 1 << 16
    return -(-int(quota) // int(period))


# -- sharing out ----------------------------------------------------------------------------------

def share_work(work: Callable[[int], Any], count: int, parallel: bool = True) -> None:
    """Call `work` with each number below `count`: if `parallel`, in helper threads too.

    The order is left open then. An exception in a part ends the sharing out and is raised here,
    after the parts that had begun.
    """
    helpers = min(thread_count(), count) - 1 if parallel else 0
    if helpers <= 0:
        for index in range(count):
            work(index)
        return
    pile = _Pile(work, count)
    queue = _helper_queue(helpers)
    for _ in range(helpers):
        queue.put(pile)
    pile.take()
    pile.wait()


def run_parts(function: Callable[[slice], Any], size: int, block: int, parallel: bool) -> None:
    """Call `function` with slices of `block` elements that cover `range(size)`.

    With `parallel` the blocks are dealt out to threads. An exception in one of them is raised.
    """
    count = -(-size // block)

    def work(index: int) -> None:
        function(slice(index * block, min((index + 1) * block, size)))

    share_work(work, count, parallel)


def in_blocks(function: Callable[..., Any], like: np.ndarray, *others: np.ndarray) -> np.ndarray:
    """`function(*arrays, out=result)`, elementwise on arrays of one shape, in threads if it's big.

    The result has the type of `like`.
    """
    arrays = (like, *others)
    if like.size < SHARED_SIZE or any(
            a.shape != like.shape or not a.flags.c_contiguous for a in arrays):
        result = np.empty(np.broadcast_shapes(*(a.shape for a in arrays)), like.dtype)
        function(*arrays, out=result)
        return result
    result = np.empty(like.shape, like.dtype)
    flat, out = [a.reshape(-1) for a in arrays], result.reshape(-1)
    run_parts(lambda part: function(*(a[part] for a in flat), out=out[part]), like.size, _BLOCK,
              parallel=True)
    return result


def local_buffer(size: int, dtype: Any) -> np.ndarray:
    """`size` elements to write into, kept for the next call in the same thread.

    Fresh memory costs a page fault every 4 KiB. Who asks must be done with the buffer before
    something else in the thread can ask.
    """
    needed = size * np.dtype(dtype).itemsize
    held = getattr(_buffers, "held", None)
    if held is None or held.size < needed:
        held = _buffers.held = np.empty(needed, np.uint8)
    return held[:needed].view(dtype)


class _Pile:
    """Numbered parts to be worked off, and who is at it."""

    def __init__(self, work: Callable[[int], Any], count: int) -> None:
        self._work = work
        self._count = count
        self._next = 0
        self._busy = 0  # threads inside `take`
        self._error: BaseException | None = None
        self._changed = threading.Condition(threading.Lock())

    def take(self) -> None:
        """Work off parts until none is left."""
        with self._changed:
            if self._next >= self._count:
                return
            self._busy += 1
        try:
            with np.errstate(all="ignore"):  # a thread starts with NumPy's own settings
                while (index := self._draw()) is not None:
                    self._work(index)
        except BaseException as error:  # noqa: BLE001 - `wait` raises it in the caller's thread
            with self._changed:
                self._error = self._error or error
                self._next = self._count
        with self._changed:
            self._busy -= 1
            if not self._busy:
                self._changed.notify_all()

    def _draw(self) -> int | None:
        with self._changed:
            index = self._next
            if index >= self._count:
                return None
            self._next = index + 1
        return index

    def wait(self) -> None:
        """Wait for the parts that others have begun."""
        with self._changed:
            while self._busy:
                self._changed.wait()
        if self._error is not None:
            raise self._error


def _helper_queue(wanted: int) -> SimpleQueue[_Pile]:
    """Where helpers look for work, with at least `wanted` of them there."""
    global _helpers, _helper_count
    if _helpers is not None and _helper_count >= wanted:
        return _helpers
    with _starting:
        if _helpers is None:
            _helpers = SimpleQueue()
        for number in range(_helper_count, wanted):
            threading.Thread(target=_help, args=(_helpers,), daemon=True,
                             name=f"tftutor-parts-{number}").start()
        _helper_count = max(_helper_count, wanted)
        return _helpers


def _help(queue: SimpleQueue[_Pile]) -> None:
    while True:
        queue.get().take()


def _forget_helpers() -> None:
    """A forked child has none of its parent's threads."""
    global _helpers, _helper_count, _starting
    _helpers, _helper_count, _starting = None, 0, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_helpers)
