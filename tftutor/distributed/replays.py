"""Requests that have been seen: a second one with the same number is refused.

A caller whose connection ended doesn't know whether its request was carried out. It may send it
again under the same number: either it was lost, and is carried out now, or it is refused.
"""

from __future__ import annotations

from collections import OrderedDict


class SeenRequests:
    """The numbers of the latest requests of each calling process."""

    def __init__(self, requests: int = 8192, processes: int = 1024) -> None:
        self._requests = requests
        self._processes = processes
        self._seen: OrderedDict[int, OrderedDict[int, None]] = OrderedDict()

    def is_new(self, incarnation: int, request_id: int) -> bool:
        """Whether this request of that process has not been seen; it has been from now on."""
        seen = self._seen.get(incarnation)
        if seen is None:
            seen = self._seen[incarnation] = OrderedDict()
            if len(self._seen) > self._processes:
                self._seen.popitem(last=False)
        if request_id in seen:
            return False
        seen[request_id] = None
        if len(seen) > self._requests:
            seen.popitem(last=False)
        return True
