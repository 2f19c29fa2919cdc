"""Which requests are refused because they came before, or from a process that is no more.

A lost reply makes a caller wonder whether its step was applied. It must not try again under the
same id, and an `assign_add` that a network delivers twice must not be applied twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from tftutor import errors
from tftutor.distributed.messages import Refused

_RETIRED_PER_TASK = 256


class RequestLog:
    """The request ids of one peer's incarnation.

    Ids may come a little out of order, as threads share a connection. The last `remember` ids
    below the highest are known one by one; an id below them counts as used.
    """

    def __init__(self, peer: str, incarnation: int, remember: int = 4096) -> None:
        self._peer = peer
        self._incarnation = incarnation
        self._mask = (1 << remember) - 1
        self._highest = -1
        self._seen = 0      # bit n: the id `highest - n` has been used
        self.refused = 0

    def accept(self, incarnation: int, id_: int) -> None:
        """Note a request. Raises: AbortedError when it is old or has been seen; it is counted."""
        if incarnation != self._incarnation:
            self._refuse(f"request {id_} is from incarnation {incarnation:016x}, but "
                         f"{self._incarnation:016x} is the one connected")
        ahead = id_ - self._highest
        if ahead > 0:
            # Shifting by more than the mask's width would only build a huge number of zeros.
            self._seen = 1 | (self._seen << min(ahead, self._mask.bit_length())) & self._mask
            self._highest = id_
            return
        bit = 1 << min(-ahead, self._mask.bit_length())
        if bit > self._mask or self._seen & bit:
            self._refuse(f"request {id_} was sent before; a request is never run twice")
        self._seen |= bit

    def _refuse(self, why: str) -> None:
        self.refused += 1
        raise errors.AbortedError(None, None, f"{self._peer}: {why}")


class Incarnations:
    """Which process is which task now: one at a time, and never again one that was replaced.

    Args: `is_connected`, says whether the process last introduced as a task is still there.
    """

    def __init__(self, is_connected: Callable[[str], bool]) -> None:
        self._is_connected = is_connected
        self._current: dict[str, int] = {}
        self._retired: dict[str, deque[int]] = {}

    def introduce(self, task: str, incarnation: int) -> Refused | None:
        """Note who claims to be `task`; the refusal if it is not believed.

        The caller has checked that the task is one of the cluster, which bounds the memory.
        """
        current = self._current.get(task)
        if incarnation in self._retired.get(task, ()):
            return Refused("incarnation", errors.ABORTED,
                           f"{task} has been restarted; this is incarnation {incarnation:016x}, "
                           f"which {current or 0:016x} has replaced")
        if current not in (None, incarnation):
            if self._is_connected(task):
                return Refused("duplicate", errors.ALREADY_EXISTS,
                               f"{task} is already connected as another process (incarnation "
                               f"{current:016x}); two processes were started with the same job "
                               "name and task index")
            retired = self._retired.setdefault(task, deque(maxlen=_RETIRED_PER_TASK))
            retired.append(current)  # type: ignore[arg-type]  # not None here
        self._current[task] = incarnation
        return None
