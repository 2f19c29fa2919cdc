"""The tasks of a cluster that run on one machine share its processors.

Each process would use all of them. For NumPy's matrix products that is worse than it sounds: the
threads of a BLAS library wait for each other by spinning, and keep the other tasks from computing
meanwhile. Two workers on two processors trained a perceptron twenty times slower so.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping

from tftutor.backends.blas import blas_thread_count, set_blas_threads
from tftutor.backends.threads import asked_thread_count, set_thread_count, thread_count
from tftutor.distributed.addresses import is_loopback, plain_host

# Who sets one of these has decided already.
_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_lock = threading.Lock()
_shares: list[ProcessorShare] = []
# Before the first task here: the threads of the BLAS library, and of our own.
_before = _processors = 1


class ProcessorShare:
    """What a task leaves to the others of its machine, until `give_back`.

    Args:
      cluster: {job: {index: address}}.
      job, index: which task this is.
    """

    def __init__(self, cluster: Mapping[str, Mapping[int, str]], job: str, index: int) -> None:
        global _before, _processors
        self._count = 0
        neighbours = computing_neighbours(cluster, cluster[job][index])
        with _lock:
            is_decided = any(map(os.environ.get, _SETTINGS)) or (
                not _shares and asked_thread_count())
            if neighbours < 2 or is_decided:
                return
            if not _shares:
                _before, _processors = blas_thread_count(), thread_count()
            self._count = share_of(_processors, neighbours)
            _shares.append(self)
            _set(min(share._count for share in _shares))

    def give_back(self) -> None:
        """The task has ended. A second call does nothing."""
        with _lock:
            if self not in _shares:
                return
            _shares.remove(self)
            if _shares:
                _set(min(share._count for share in _shares))
            else:
                set_thread_count(0)
                set_blas_threads(_before)


def computing_neighbours(cluster: Mapping[str, Mapping[int, str]], address: str) -> int:
    """How many tasks compute on the machine of an address; parameter servers hardly do."""
    return neighbours((other for job, tasks in cluster.items() if job != "ps"
                       for other in tasks.values()), address)


def neighbours(others: Iterable[str], address: str) -> int:
    """How many of the addresses are on the machine of one."""
    host = _host(address)
    return sum(_host(other) == host for other in others)


def share_of(processors: int, tasks: int) -> int:
    """The processors of one of several tasks: at least one."""
    return max(1, processors // max(1, tasks))


def _host(address: str) -> str:
    host = plain_host(address)
    return "loopback" if is_loopback(host) else host


def _set(count: int) -> None:
    set_thread_count(count)
    set_blas_threads(count)
