"""A notebook's cell that starts a cluster and is run again ends the cluster of the time before.

Nobody calls `stop` before running a cell again, and each time would leave some processes more.
JupyterLab tells which cell it runs, be it edited; where nobody tells, clusters stay until they are
stopped.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from tftutor.distributed.launch.cluster import Cluster

AnyCluster = TypeVar("AnyCluster", bound=Cluster)


class _Run(NamedTuple):
    """A cell, and one of the times that it is run."""

    cell: str
    time: str


_started: dict[str, tuple[_Run, list[Cluster]]] = {}  # by cell


def start_in_cell(start: Callable[[], AnyCluster]) -> AnyCluster:
    """Start a cluster, after ending those which an earlier run of the same cell has started."""
    run = _current_run()
    if run is None:
        return start()
    before, clusters = _started.get(run.cell, (run, []))
    if before != run:
        for cluster in clusters:
            _end(cluster)
        clusters = []
    started = start()
    _started[run.cell] = run, [*clusters, started]
    return started


def _end(cluster: Cluster) -> None:
    if not cluster.is_stopped:
        cluster.stop()
        print(f"The cluster that this cell had started before has been stopped: {cluster!r}")


def _current_run() -> _Run | None:
    """Which cell runs now; None outside notebooks, and in those that don't say it."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    get_parent = getattr(get_ipython(), "get_parent", None)  # a kernel's shell has it
    request: dict[str, Any] = (get_parent() if get_parent is not None else None) or {}
    cell = (request.get("metadata") or {}).get("cellId")
    time = (request.get("header") or {}).get("msg_id")
    return _Run(cell, time) if cell and time else None
