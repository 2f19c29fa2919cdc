"""What malloc does with memory that is given back: keep it for the next block of its size.

A queue of pieces that fills and empties usually gives its memory to the system and asks for it anew
each time. Fresh pages cost more than most of what is done with them: half of the time of a value of
64 MiB that comes over the network in pieces.
"""

from __future__ import annotations

import ctypes
import sys
import threading

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_lock = threading.Lock()
_kept = (0, 0)


def keep_freed_memory(largest: int, in_all: int) -> None:
    """Keep freed blocks of up to `largest` bytes, `in_all` bytes of them; glibc on Linux only.

    It holds for the whole process, and the most that anybody has asked for counts.
    """
    global _kept
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    with _lock:
        wanted = max(largest, _kept[0]), max(in_all, _kept[1])
        if mallopt is not None and wanted != _kept:
            _kept = wanted
            mallopt(_M_MMAP_THRESHOLD, wanted[0])
            mallopt(_M_TRIM_THRESHOLD, wanted[1])
